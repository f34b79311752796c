//! CREATE TABLE, from the opening bracket on.

use std::collections::BTreeMap;

use cenote_core::types::DataField;

use super::{
    TableDefinition,
    column::parse_column,
    cursor::{Cursor, Parsed},
};

/// `(columns, PRIMARY KEY (…) NOT ENFORCED) COMMENT '…' PARTITIONED BY (…) WITH (…)`, in Flink's and Spark's ways.
pub(super) fn parse_definition(cursor: &mut Cursor<'_>) -> Parsed<TableDefinition> {
    let mut table = TableDefinition::default();
    cursor.expect_symbol('(')?;
    loop {
        parse_element(cursor, &mut table)?;
        if !cursor.take_symbol(',') {
            break;
        }
    }
    cursor.expect_symbol(')')?;
    while parse_clause(cursor, &mut table)? {}
    take_keys_from_options(&mut table)?;
    Ok(table)
}

/// A column or a constraint.
fn parse_element(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> Parsed<()> {
    if cursor.take_words(&["CONSTRAINT"]) {
        cursor.expect_name("the name of the constraint")?;
        if !cursor.at_word("PRIMARY") {
            return Err(cursor.unexpected("PRIMARY KEY"));
        }
    }
    if cursor.take_words(&["PRIMARY", "KEY"]) {
        let keys = cursor.expect_names("a key column")?;
        cursor.take_words(&["NOT", "ENFORCED"]);
        return set_primary_key(table, keys);
    }
    if cursor.take_words(&["WATERMARK", "FOR"]) {
        return Err("WATERMARK belongs to a Flink job, not to the table; leave it out".into());
    }
    let column = parse_column(cursor)?;
    if column.is_primary_key {
        set_primary_key(table, vec![column.field.name.clone()])?;
    }
    table.fields.push(column.field);
    Ok(())
}

fn set_primary_key(table: &mut TableDefinition, keys: Vec<String>) -> Parsed<()> {
    if !table.primary_keys.is_empty() {
        return Err("the primary key is given twice".into());
    }
    table.primary_keys = keys;
    Ok(())
}

/// One clause behind the columns; false where there is none.
fn parse_clause(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> Parsed<bool> {
    if cursor.take_words(&["COMMENT"]) {
        table.comment = Some(cursor.expect_text("the comment in quotes")?);
    } else if cursor.take_words(&["PARTITIONED", "BY"]) {
        parse_partitions(cursor, table)?;
    } else if cursor.take_words(&["WITH"]) || cursor.take_words(&["TBLPROPERTIES"]) || cursor.take_words(&["OPTIONS"]) {
        table.options.extend(parse_options(cursor)?);
    } else if cursor.take_words(&["USING"]) {
        let format = cursor.expect_name("paimon")?;
        if !format.eq_ignore_ascii_case("paimon") {
            return Err(format!("expected USING paimon, found {format:?}"));
        }
    } else if cursor.at_word("AS") || cursor.at_word("LIKE") {
        return Err("CREATE TABLE … AS and LIKE are not there yet; name the columns".into());
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// `(name, …)`, or `(name TYPE, …)` as Hive does: the columns are then added at the end.
fn parse_partitions(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> Parsed<()> {
    cursor.expect_symbol('(')?;
    loop {
        let at_name_alone = |cursor: &Cursor<'_>| cursor.at_symbol(',') || cursor.at_symbol(')');
        let before = cursor.mark();
        let name = cursor.expect_name("a partition column")?;
        if !at_name_alone(cursor) {
            cursor.reset(before);
            let column: DataField = parse_column(cursor)?.field;
            table.fields.push(column);
        }
        table.partition_keys.push(name);
        if !cursor.take_symbol(',') {
            break;
        }
    }
    cursor.expect_symbol(')')
}

/// `('key' = 'value', …)`
pub(super) fn parse_options(cursor: &mut Cursor<'_>) -> Parsed<BTreeMap<String, String>> {
    let mut options = BTreeMap::new();
    cursor.expect_symbol('(')?;
    while !cursor.take_symbol(')') {
        let key = cursor.expect_text("an option name in quotes")?;
        cursor.expect_symbol('=')?;
        options.insert(key, cursor.expect_text("an option value in quotes")?);
        if !cursor.at_symbol(')') {
            cursor.expect_symbol(',')?;
        }
    }
    Ok(options)
}

/// Spark has no PRIMARY KEY clause: there the options `primary-key` and `partition` say it. `connector` is Flink's own.
fn take_keys_from_options(table: &mut TableDefinition) -> Parsed<()> {
    let split = |text: String| text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
    if let Some(keys) = table.options.remove("primary-key") {
        set_primary_key(table, split(keys))?;
    }
    if let Some(keys) = table.options.remove("partition") {
        if !table.partition_keys.is_empty() {
            return Err("the partition columns are given twice".into());
        }
        table.partition_keys = split(keys);
    }
    if table.options.get("connector").is_some_and(|connector| connector == "paimon") {
        table.options.remove("connector");
    }
    Ok(())
}
