use super::*;

fn check(fragment: &str) -> Route {
    let route = Route::parse(fragment);
    assert_eq!(route.print(), fragment);
    route
}

#[test]
fn links_round_trip() {
    check("#/");
    check("#/demo");
    check("#/demo/demo/flights/data?at=snapshot:14&filter=month%20=%207&columns=day,carrier");
    check("#/w/https:%2F%2Fhost%2Fwh/db/t/lsm?at=tag:july&bucket=month=1%2F0");
    check("#/localtable/flights/files?at=snapshot:3");
    check("#/t/signed:%2F%2Fwh%2Fd.db%2Ft/files?signer=https:%2F%2Fme%2Fsign&signby=get");
    check("#/t/s3:%2F%2Fb%2Fwh%2Fd.db%2Ft/files?endpoint=http:%2F%2Flocalhost:9000&region=x&style=path");
    check("#/demo/d/t/changelog?from=3&to=july&mode=diff");
    check("#/demo/d/t/system?system=audit_log");
    check("#/demo/d/t/data?at=watermark:17");
    check("#/demo/d/t/data?at=version:july");
    check("#/demo/d/t/files?f.file=bucket-0%2Fdata-1.orc&f.sort=size");
    let route = check("#/local/lake/d/t%2Fodd/schema?at=time:17");
    assert_eq!(route.table, Some(TableName { database: "d".to_owned(), table: "t/odd".to_owned() }));
}

#[test]
fn column_names_may_hold_commas() {
    let route = Route {
        place: Some(Place::Served),
        table: Some(TableName { database: "d".into(), table: "t".into() }),
        columns: vec!["a,b".into(), "c\\".into()],
        ..Route::default()
    };
    assert_eq!(Route::parse(&route.print()), route);
}

#[test]
fn secrets_in_a_link_are_dropped() {
    let route = Route::parse("#/w/https:%2F%2Fme:pw@host%2Fwh%3FX-Amz-Signature=1/db/t/data?secretAccessKey=x");
    assert!(!format!("{route:?}").contains("pw"));
    assert!(!route.print().contains("Signature"));
    assert!(!route.print().contains("secret"));
}

#[test]
fn nonsense_is_the_open_screen_or_a_default() {
    assert_eq!(Route::parse("#/nowhere/at/all"), Route::default());
    assert_eq!(Route::parse("#/demo/d/t/what?at=snapshot:x&zz").tab, Tab::Overview);
    assert_eq!(Route::parse("#%%%/%zz"), Route::default());
}
