use super::*;

fn fields() -> Vec<FieldInfo> {
    [("carrier", "STRING"), ("flight", "INT"), ("arr", "ARRAY<INT>"), ("is late", "BOOLEAN"), ("at", "TIMESTAMP(3)")]
        .into_iter()
        .map(|(name, kind)| FieldInfo { name: name.into(), type_text: kind.into(), ..FieldInfo::default() })
        .collect()
}

fn options(text: &str) -> Vec<String> {
    let found = complete(text, text.chars().count(), &fields());
    found.options.into_iter().map(|option| option.text.trim_end().to_owned()).collect()
}

#[test]
fn columns_come_first_then_operators_then_connectives() {
    assert_eq!(options("").len(), 5);
    assert_eq!(options("fl"), ["flight"]);
    assert_eq!(
        options("a"),
        ["arr", "at", "carrier", "is late"].map(|name| if name == "is late" { "`is late`" } else { name })
    );
    assert_eq!(options("flight ")[..2], ["=", "<>"]);
    assert!(options("carrier li").contains(&"like".to_owned()) && !options("flight ").contains(&"like".to_owned()));
    assert_eq!(options("arr "), ["is null", "is not null"]);
    assert_eq!(options("flight = 5 "), ["and", "or"]);
    assert_eq!(options("flight = 5 and ").len(), 5);
    assert_eq!(options("`is late` = "), ["true", "false"]);
    assert_eq!(options("flight between 1 and "), Vec::<String>::new());
    assert_eq!(options("flight between 1 and 2 and ").len(), 5);
}

#[test]
fn nothing_is_put_into_a_text() {
    assert_eq!(complete("carrier = 'fl", 13, &fields()), Completion::default());
    let found = complete("carrier = 'ü' and fl", 20, &fields());
    assert_eq!((found.from, found.to, found.options.len()), (18, 20, 1));
}

#[test]
fn errors_have_their_place() {
    assert_eq!(position_of("unknown column \"x\", there are a (position 1)"), Some(0));
    assert_eq!(position_of("expected a number, found 'ü' (column i, position 5)"), Some(4));
    assert_eq!(position_of("something else"), None);
}

#[test]
fn a_cell_makes_a_condition() {
    let column = |kind: &str| ScanColumn { name: "the col".into(), type_text: kind.into() };
    let of = |kind: &str, cell: Cell| condition(&column(kind), &cell);
    assert_eq!(of("INT", Cell::Null).unwrap(), "`the col` is null");
    assert_eq!(of("STRING", Cell::Text("it's".into())).unwrap(), "`the col` = 'it''s'");
    assert_eq!(
        of("TIMESTAMP(3)", Cell::Text("2024-01-31T12:00:00.123".into())).unwrap(),
        "`the col` = '2024-01-31T12:00:00.123'"
    );
    assert_eq!(of("BOOLEAN", Cell::Bool(true)).unwrap(), "`the col` = true");
    assert_eq!(of("DOUBLE", Cell::Text("NaN".into())), None);
    assert_eq!(of("ARRAY<INT>", Cell::List([].into())), None);
}

#[test]
fn conditions_add_up() {
    assert_eq!(with("", "a = 1"), "a = 1");
    assert_eq!(with("a = 1", "b = 2"), "a = 1 and b = 2");
    assert_eq!(with("a = 1 OR c = 3", "b = 2"), "(a = 1 OR c = 3) and b = 2");
    assert_eq!(with("b = 2 and a = 1", "b = 2"), "b = 2 and a = 1");
}
