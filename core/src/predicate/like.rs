//! LIKE patterns: `%` is any text, `_` one character, `\` takes the next character as it is.

/// A pattern, parsed once and matched often.
pub(crate) struct LikePattern {
    items: Vec<Item>,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq)]
enum Item {
    Char(char),
    One,
    Any,
}

/// The shapes that need no backtracking, with their text.
enum Shape {
    Exact(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    Other,
}

impl LikePattern {
    pub(crate) fn new(pattern: &str) -> Self {
        let mut items = Vec::new();
        let mut chars = pattern.chars();
        while let Some(character) = chars.next() {
            let item = match character {
                '%' => Item::Any,
                '_' => Item::One,
                // A backslash at the very end stands for itself.
                '\\' => Item::Char(chars.next().unwrap_or('\\')),
                other => Item::Char(other),
            };
            if item != Item::Any || items.last() != Some(&Item::Any) {
                items.push(item);
            }
        }
        let shape = shape(&items);
        LikePattern { items, shape }
    }

    /// The only text that matches, when the pattern has no wildcard.
    pub(crate) fn exact(&self) -> Option<&str> {
        if let Shape::Exact(text) = &self.shape { Some(text) } else { None }
    }

    /// The text that every match starts with.
    pub(crate) fn prefix(&self) -> String {
        self.items
            .iter()
            .map_while(|item| if let Item::Char(character) = item { Some(*character) } else { None })
            .collect()
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.shape {
            Shape::Exact(part) => text == part,
            Shape::StartsWith(part) => text.starts_with(part),
            Shape::EndsWith(part) => text.ends_with(part),
            Shape::Contains(part) => text.contains(part),
            Shape::Other => glob(&self.items, text),
        }
    }
}

fn shape(items: &[Item]) -> Shape {
    let plain = |item: &Item| if let Item::Char(character) = item { Some(*character) } else { None };
    let text = |items: &[Item]| items.iter().map(plain).collect::<Option<String>>();
    let found: Option<Shape> = match items {
        [Item::Any, inner @ .., Item::Any] => text(inner).map(Shape::Contains),
        [Item::Any, rest @ ..] => text(rest).map(Shape::EndsWith),
        [start @ .., Item::Any] => text(start).map(Shape::StartsWith),
        all => text(all).map(Shape::Exact),
    };
    found.unwrap_or(Shape::Other)
}

/// Matches greedily; on a mismatch the last `%` takes one character more.
fn glob(items: &[Item], text: &str) -> bool {
    let (mut item, mut rest) = (0, text);
    let mut last_any: Option<(usize, &str)> = None;
    loop {
        let mut chars = rest.chars();
        let next = chars.next();
        let step = match (items.get(item), next) {
            (None, None) => return true,
            (Some(Item::Any), _) => {
                last_any = Some((item + 1, rest));
                item += 1;
                continue;
            }
            (Some(Item::One), Some(_)) => true,
            (Some(Item::Char(expected)), Some(found)) => *expected == found,
            _ => false,
        };
        if step {
            item += 1;
            rest = chars.as_str();
            continue;
        }
        let Some((resume, from)) = last_any else { return false };
        let mut skipped = from.chars();
        if skipped.next().is_none() {
            return false;
        }
        last_any = Some((resume, skipped.as_str()));
        item = resume;
        rest = skipped.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_sql() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(LikePattern::new(pattern).matches(text), expected, "{text:?} LIKE {pattern:?}");
        };
        check("abc", "abc", true);
        check("a%", "abc", true);
        check("a%", "ba", false);
        check("%c", "abc", true);
        check("%b%", "abc", true);
        check("%%", "", true);
        check("", "", true);
        check("", "a", false);
        check("a_c", "aüc", true);
        check("_", "🙂", true);
        check("_", "", false);
        check("a%b%c", "a1b2b3c", true);
        check("a%b%c", "a1b2b3", false);
        check("%ab_", "aababc", true);
        check("a\\%b", "a%b", true);
        check("a\\%b", "axb", false);
        check("a\\", "a\\", true);
        check("%a%a%a%a%b", &"a".repeat(500), false);
    }

    #[test]
    fn prefixes_stop_at_the_first_wildcard() {
        assert_eq!(LikePattern::new("ab\\_c_d%").prefix(), "ab_c");
        assert_eq!(LikePattern::new("%x").prefix(), "");
    }
}
