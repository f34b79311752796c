//! Which columns are shown, as the user picks them among any number.

use std::collections::HashSet;

use crate::model::FieldInfo;

/// Columns that a search found, as far as they are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// The first of them, and whether each is shown.
    pub listed: Vec<(&'a FieldInfo, bool)>,
    /// How many there are.
    pub total: usize,
}

/// Columns whose name contains `needle`, whatever its case; the first `most` of them are listed. No `shown` ones mean all.
#[must_use]
pub fn found<'a>(all: &'a [FieldInfo], shown: &[String], needle: &str, most: usize) -> Found<'a> {
    let shown: HashSet<&String> = shown.iter().collect();
    let is_on = |field: &FieldInfo| shown.is_empty() || shown.contains(&field.name);
    let mut found = Found { listed: Vec::new(), total: 0 };
    for field in matching(all, needle) {
        found.total += 1;
        if found.listed.len() < most {
            found.listed.push((field, is_on(field)));
        }
    }
    found
}

/// Names of all columns that a search finds, as an address holds them: none where these are all.
#[must_use]
pub fn only_found(all: &[FieldInfo], needle: &str) -> Vec<String> {
    let names: Vec<String> = matching(all, needle).map(|field| field.name.clone()).collect();
    if names.len() == all.len() { Vec::new() } else { names }
}

fn matching<'a>(all: &'a [FieldInfo], needle: &str) -> impl Iterator<Item = &'a FieldInfo> {
    let needle = needle.trim().to_lowercase();
    all.iter().filter(move |field| needle.is_empty() || field.name.to_lowercase().contains(&needle))
}

/// The columns shown after `name` is switched on or off, in the order of the table. The last one cannot be switched off, as
/// none mean all.
#[must_use]
pub fn toggled(all: &[FieldInfo], shown: &[String], name: &str) -> Option<Vec<String>> {
    let on: HashSet<&String> = shown.iter().collect();
    let is_on = |other: &String| on.is_empty() || on.contains(other);
    let names = all.iter().map(|field| &field.name);
    let next: Vec<String> = names.filter(|other| is_on(other) != (*other == name)).cloned().collect();
    match next.len() {
        0 => None,
        every if every == all.len() => Some(Vec::new()),
        _ => Some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &[&str]) -> Vec<FieldInfo> {
        names.iter().map(|name| FieldInfo { name: (*name).into(), ..FieldInfo::default() }).collect()
    }

    #[test]
    fn a_column_is_switched_off_and_on_and_the_last_stays() {
        let all = fields(&["a", "b", "c"]);
        let off = toggled(&all, &[], "b").unwrap();
        assert_eq!(off, ["a", "c"]);
        assert_eq!(toggled(&all, &off, "b"), Some(Vec::new()), "all again");
        assert_eq!(toggled(&all, &["c".to_owned()], "c"), None);
        assert_eq!(toggled(&all, &["c".to_owned()], "a").unwrap(), ["a", "c"]);
    }

    #[test]
    fn a_search_lists_the_first_and_counts_all() {
        let all = fields(&["Alpha", "beta", "ALSO", "gamma"]);
        let found = found(&all, &["ALSO".to_owned()], " al", 1);
        assert_eq!(
            (found.listed.len(), found.listed[0].0.name.as_str(), found.listed[0].1, found.total),
            (1, "Alpha", false, 2)
        );
        assert_eq!(only_found(&all, "al"), ["Alpha", "ALSO"]);
        assert!(only_found(&all, "a").is_empty() && only_found(&all, "zeta").is_empty());
    }

    #[test]
    fn many_columns_are_picked_among_in_no_time() {
        let names: Vec<String> = (0..50_000).map(|id| format!("c{id}")).collect();
        let all = fields(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let begin = std::time::Instant::now();
        let off = toggled(&all, &[], "c7").unwrap();
        let again = found(&all, &off, "c", 200);
        let took = begin.elapsed();
        assert_eq!((off.len(), again.total, again.listed[7].1, again.listed[8].1), (49_999, 50_000, false, true));
        assert!(took.as_secs() < 3, "{took:?}");
    }
}
