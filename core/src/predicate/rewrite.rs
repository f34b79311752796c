//! Filters into other filters: negation, simplification, and what is left when some columns cannot be looked at.

use super::{Column, Predicate};

impl Predicate {
    /// The filter that holds when both do.
    #[must_use]
    pub fn and(self, other: Predicate) -> Predicate {
        Predicate::And(vec![self, other]).simplify()
    }

    /// The filter that holds when one of them does.
    #[must_use]
    pub fn or(self, other: Predicate) -> Predicate {
        Predicate::Or(vec![self, other]).simplify()
    }

    /// NOT, pushed down to the leaves. A leaf is false for null before and after: on rows whose columns are not null
    /// the result is the complement.
    #[must_use]
    pub fn negate(&self) -> Predicate {
        match self {
            Predicate::True => Predicate::False,
            Predicate::False => Predicate::True,
            Predicate::Compare { column, op, literal } => {
                Predicate::Compare { column: column.clone(), op: op.negate(), literal: literal.clone() }
            }
            Predicate::In { column, literals, negated } => {
                Predicate::In { column: column.clone(), literals: literals.clone(), negated: !negated }
            }
            Predicate::IsNull { column, negated } => Predicate::IsNull { column: column.clone(), negated: !negated },
            Predicate::Like { column, pattern, negated } => {
                Predicate::Like { column: column.clone(), pattern: pattern.clone(), negated: !negated }
            }
            Predicate::And(children) => Predicate::Or(children.iter().map(Predicate::negate).collect()),
            Predicate::Or(children) => Predicate::And(children.iter().map(Predicate::negate).collect()),
        }
    }

    /// The same filter with nested AND and OR flattened, constants folded and repeated children dropped. `IN ()` becomes
    /// `False`, `NOT IN ()` becomes `IS NOT NULL`: negate before simplifying, not after.
    #[must_use]
    pub fn simplify(self) -> Predicate {
        match self {
            Predicate::And(children) => junction(children, true),
            Predicate::Or(children) => junction(children, false),
            Predicate::In { literals, negated: false, .. } if literals.is_empty() => Predicate::False,
            Predicate::In { column, literals, negated: true } if literals.is_empty() => {
                Predicate::IsNull { column, negated: true }
            }
            leaf => leaf,
        }
    }

    /// The columns it refers to, each once, in the order of their first use.
    pub fn columns(&self) -> Vec<&Column> {
        let mut columns = Vec::new();
        self.visit_leaves(&mut |leaf| {
            if let Some(column) = leaf.leaf_column()
                && !columns.iter().any(|known: &&Column| known.id == column.id)
            {
                columns.push(column);
            }
        });
        columns
    }

    /// A weaker filter (it holds at least where this one does) that only refers to the columns which `keep` wants; all
    /// other leaves become `True`.
    #[must_use]
    pub fn retain_columns(&self, keep: &dyn Fn(&Column) -> bool) -> Predicate {
        self.map_leaves(&|leaf| match leaf.leaf_column() {
            Some(column) if !keep(column) => Predicate::True,
            _ => leaf.clone(),
        })
    }

    /// The parts of a conjunction; of anything else, itself.
    pub fn conjuncts(&self) -> &[Predicate] {
        match self {
            Predicate::And(children) => children,
            other => std::slice::from_ref(other),
        }
    }

    /// Replaces each leaf, and simplifies what comes out.
    pub(super) fn map_leaves(&self, map: &dyn Fn(&Predicate) -> Predicate) -> Predicate {
        let all = |children: &[Predicate]| children.iter().map(|child| child.map_leaves(map)).collect();
        match self {
            Predicate::And(children) => Predicate::And(all(children)).simplify(),
            Predicate::Or(children) => Predicate::Or(all(children)).simplify(),
            leaf => map(leaf),
        }
    }

    fn visit_leaves<'a>(&'a self, visit: &mut dyn FnMut(&'a Predicate)) {
        match self {
            Predicate::And(children) | Predicate::Or(children) => {
                children.iter().for_each(|child| child.visit_leaves(visit));
            }
            leaf => visit(leaf),
        }
    }

    /// The column of a leaf; none for constants and junctions.
    pub(super) fn leaf_column(&self) -> Option<&Column> {
        match self {
            Predicate::Compare { column, .. }
            | Predicate::In { column, .. }
            | Predicate::IsNull { column, .. }
            | Predicate::Like { column, .. } => Some(column),
            Predicate::True | Predicate::False | Predicate::And(_) | Predicate::Or(_) => None,
        }
    }
}

/// AND (`all`) or OR of simplified children.
fn junction(children: Vec<Predicate>, all: bool) -> Predicate {
    let (neutral, decisive) =
        if all { (Predicate::True, Predicate::False) } else { (Predicate::False, Predicate::True) };
    let mut flat: Vec<Predicate> = Vec::with_capacity(children.len());
    for child in children {
        let parts = match child.simplify() {
            Predicate::And(parts) if all => parts,
            Predicate::Or(parts) if !all => parts,
            part => vec![part],
        };
        for part in parts {
            if part == decisive {
                return decisive;
            }
            if part != neutral && !flat.contains(&part) {
                flat.push(part);
            }
        }
    }
    match flat.len() {
        0 => neutral,
        1 => flat.swap_remove(0),
        _ if all => Predicate::And(flat),
        _ => Predicate::Or(flat),
    }
}

#[cfg(test)]
mod tests {
    use crate::predicate::testing::{fields, parse};

    #[test]
    fn simplify_flattens_and_folds() {
        let check = |text: &str, expected: &str| assert_eq!(parse(text).simplify().to_string(), expected, "{text}");
        check("i = 1 AND (l = 2 AND (TRUE AND i = 1))", "i = 1 AND l = 2");
        check("i = 1 AND FALSE", "FALSE");
        check("i = 1 OR (l = 2 OR TRUE)", "TRUE");
        check("ti = 300 OR i = 1", "i = 1");
        check("ti <> 300 AND TRUE", "ti IS NOT NULL");
        check("ti > 300 AND i = 1", "FALSE");
    }

    #[test]
    fn negation_keeps_out_of_range_literals_null_safe() {
        assert_eq!(parse("ti = 300").negate().simplify().to_string(), "ti IS NOT NULL");
        assert_eq!(parse("NOT (ti = 300)").simplify().to_string(), "ti IS NOT NULL");
        assert_eq!(parse("NOT (i = 1 OR s IS NULL)").to_string(), "i <> 1 AND s IS NOT NULL");
    }

    #[test]
    fn dropping_columns_weakens() {
        let kept = |text: &str| parse(text).retain_columns(&|column| column.name == "i").to_string();
        assert_eq!(kept("i = 1 AND s = 'x'"), "i = 1");
        assert_eq!(kept("i = 1 OR s = 'x'"), "TRUE");
        assert_eq!(kept("(i = 1 OR s = 'x') AND i < 5"), "i < 5");
    }

    #[test]
    fn columns_are_listed_once() {
        let predicate = parse("i = 1 AND (s = 'x' OR i = 2)");
        let names = predicate.columns().into_iter().map(|column| column.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names, ["i", "s"]);
        assert!(fields().iter().any(|field| field.name == "i"));
    }
}
