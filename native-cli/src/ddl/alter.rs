//! ALTER TABLE, from behind the name of the table on, in Flink's and Spark's ways.

use cenote_core::{
    schema::{Position, SchemaChange},
    types::DataType,
};

use super::{
    TableName,
    column::{ColumnDefinition, data_type, parse_column, parse_default},
    cursor::{Cursor, Parsed},
    statement::table_name,
    table::parse_options,
};

/// What ALTER TABLE asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Alteration {
    /// Changes of the schema.
    Changes(Vec<SchemaChange>),
    /// RENAME TO
    RenameTo(TableName),
}

/// Parses one clause alone, such as `ADD COLUMN a INT`. Errors: says what was expected and found.
pub(crate) fn parse_alteration(text: &str) -> Result<Alteration, String> {
    let mut cursor = Cursor::new(text)?;
    let alteration = parse_clause(&mut cursor)?;
    if cursor.is_at_end() { Ok(alteration) } else { Err(cursor.unexpected("the end of the clause")) }
}

/// Parses a column to add, with or without its place: `address.zip STRING AFTER street`.
pub(crate) fn parse_added_column(text: &str) -> Result<Vec<SchemaChange>, String> {
    let mut cursor = Cursor::new(text)?;
    let changes = added(&mut cursor)?;
    if cursor.is_at_end() { Ok(changes) } else { Err(cursor.unexpected("one column, such as 'note STRING'")) }
}

/// Parses a column or a field in it: names with points between them.
pub(crate) fn parse_path(text: &str) -> Result<Vec<String>, String> {
    let mut cursor = Cursor::new(text)?;
    let path = path(&mut cursor)?;
    if cursor.is_at_end() { Ok(path) } else { Err(cursor.unexpected("the end of the column's name")) }
}

/// The clauses of ALTER TABLE.
pub(super) fn parse_clause(cursor: &mut Cursor<'_>) -> Parsed<Alteration> {
    if cursor.take_words(&["RENAME", "TO"]) {
        return table_name(cursor).map(Alteration::RenameTo);
    }
    let changes = if cursor.take_words(&["ADD"]) {
        parse_add(cursor)
    } else if cursor.take_words(&["DROP"]) {
        parse_drop(cursor)
    } else if cursor.take_words(&["RENAME"]) {
        cursor.take_words(&["COLUMN"]);
        let path = path(cursor)?;
        cursor.expect_word("TO")?;
        Ok(vec![SchemaChange::RenameColumn { path, new_name: cursor.expect_name("the new name")? }])
    } else if cursor.take_words(&["MODIFY"]) {
        cursor.take_words(&["COLUMN"]);
        list(cursor, modified)
    } else if cursor.take_words(&["ALTER"]) || cursor.take_words(&["CHANGE"]) {
        cursor.take_words(&["COLUMN"]);
        parse_alter_column(cursor)
    } else if cursor.take_words(&["SET"]) {
        cursor.take_words(&["TBLPROPERTIES"]);
        Ok(parse_options(cursor)?.into_iter().map(set).collect())
    } else if cursor.take_words(&["RESET"]) || cursor.take_words(&["UNSET", "TBLPROPERTIES"]) {
        cursor.take_words(&["IF", "EXISTS"]);
        Ok(cursor.expect_texts("an option name in quotes")?.into_iter().map(reset).collect())
    } else {
        Err(cursor.unexpected("ADD, DROP, RENAME, MODIFY, ALTER COLUMN, SET, RESET or UNSET"))
    };
    changes.map(Alteration::Changes)
}

/// The option `comment` is the table's comment, as in Spark and Flink.
fn set((key, value): (String, String)) -> SchemaChange {
    match key.as_str() {
        "comment" => SchemaChange::UpdateComment { comment: Some(value) },
        _ => SchemaChange::SetOption { key, value },
    }
}

fn reset(key: String) -> SchemaChange {
    match key.as_str() {
        "comment" => SchemaChange::UpdateComment { comment: None },
        _ => SchemaChange::RemoveOption { key },
    }
}

/// One thing, or several in brackets or with commas between them.
fn list(
    cursor: &mut Cursor<'_>,
    one: impl Fn(&mut Cursor<'_>) -> Parsed<Vec<SchemaChange>>,
) -> Parsed<Vec<SchemaChange>> {
    let bracketed = cursor.take_symbol('(');
    let mut changes = one(cursor)?;
    while cursor.take_symbol(',') {
        changes.extend(one(cursor)?);
    }
    if bracketed {
        cursor.expect_symbol(')')?;
    }
    Ok(changes)
}

fn parse_add(cursor: &mut Cursor<'_>) -> Parsed<Vec<SchemaChange>> {
    if cursor.take_words(&["PRIMARY", "KEY"]) {
        let keys = cursor.expect_names("a key column")?;
        cursor.take_words(&["NOT", "ENFORCED"]);
        return Ok(vec![SchemaChange::SetOption { key: "primary-key".into(), value: keys.join(",") }]);
    }
    let _ = cursor.take_words(&["COLUMNS"]) || cursor.take_words(&["COLUMN"]);
    list(cursor, added)
}

fn parse_drop(cursor: &mut Cursor<'_>) -> Parsed<Vec<SchemaChange>> {
    if cursor.take_words(&["PRIMARY", "KEY"]) {
        return Ok(vec![SchemaChange::DropPrimaryKey]);
    }
    let _ = cursor.take_words(&["COLUMNS"]) || cursor.take_words(&["COLUMN"]);
    list(cursor, |cursor| Ok(vec![SchemaChange::DropColumn { path: path(cursor)? }]))
}

/// `address.street`
fn path(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    let mut path = vec![cursor.expect_name("a column name")?];
    while cursor.take_symbol('.') {
        path.push(cursor.expect_name("the name of a field")?);
    }
    Ok(path)
}

/// The path before a definition, which keeps its last name.
fn definition(cursor: &mut Cursor<'_>) -> Parsed<(Vec<String>, ColumnDefinition, Option<Position>)> {
    let mut parents = Vec::new();
    let mut mark = cursor.mark();
    let mut name = cursor.expect_name("a column name")?;
    while cursor.take_symbol('.') {
        parents.push(name);
        mark = cursor.mark();
        name = cursor.expect_name("the name of a field")?;
    }
    cursor.reset(mark);
    let column = parse_column(cursor)?;
    parents.push(column.field.name.clone());
    Ok((parents, column, parse_position(cursor)?))
}

fn parse_position(cursor: &mut Cursor<'_>) -> Parsed<Option<Position>> {
    Ok(if cursor.take_words(&["FIRST"]) {
        Some(Position::First)
    } else if cursor.take_words(&["LAST"]) {
        Some(Position::Last)
    } else if cursor.take_words(&["AFTER"]) {
        Some(Position::After(cursor.expect_name("the column before it")?))
    } else if cursor.take_words(&["BEFORE"]) {
        Some(Position::Before(cursor.expect_name("the column behind it")?))
    } else {
        None
    })
}

/// ADD of one column; its default is a change of its own.
fn added(cursor: &mut Cursor<'_>) -> Parsed<Vec<SchemaChange>> {
    let (path, ColumnDefinition { field, is_primary_key }, position) = definition(cursor)?;
    if is_primary_key {
        return Err(format!("column {:?} cannot become the primary key of a table that is there", field.name));
    }
    let default = field
        .default_value
        .map(|text| SchemaChange::UpdateColumnDefaultValue { path: path.clone(), default_value: Some(text) });
    let add = SchemaChange::AddColumn { path, data_type: field.data_type, comment: field.description, position };
    Ok([add].into_iter().chain(default).collect())
}

/// Flink's MODIFY: the definition as it is to be.
fn modified(cursor: &mut Cursor<'_>) -> Parsed<Vec<SchemaChange>> {
    let (path, ColumnDefinition { field, .. }, position) = definition(cursor)?;
    let mut changes = vec![SchemaChange::UpdateColumnType {
        path: path.clone(),
        data_type: field.data_type,
        keep_nullability: false,
    }];
    if field.description.is_some() {
        changes.push(SchemaChange::UpdateColumnComment { path: path.clone(), comment: field.description });
    }
    if field.default_value.is_some() {
        let default_value = field.default_value;
        changes.push(SchemaChange::UpdateColumnDefaultValue { path: path.clone(), default_value });
    }
    changes.extend(position.map(|position| moved(&path, position)).transpose()?);
    Ok(changes)
}

fn moved(path: &[String], position: Position) -> Parsed<SchemaChange> {
    match path {
        [column] => Ok(SchemaChange::UpdateColumnPosition { column: column.clone(), position }),
        _ => Err(format!("{} is a field: only columns of the table can be moved", path.join("."))),
    }
}

/// Spark's ALTER COLUMN: one aspect at a time.
fn parse_alter_column(cursor: &mut Cursor<'_>) -> Parsed<Vec<SchemaChange>> {
    let path = path(cursor)?;
    if let Some(position) = parse_position(cursor)? {
        return Ok(vec![moved(&path, position)?]);
    }
    let change = if cursor.take_words(&["TYPE"]) || cursor.take_words(&["SET", "DATA", "TYPE"]) {
        let data_type: DataType = data_type(cursor, &path.join("."))?;
        SchemaChange::UpdateColumnType { path, data_type, keep_nullability: true }
    } else if cursor.take_words(&["COMMENT"]) {
        SchemaChange::UpdateColumnComment { path, comment: Some(cursor.expect_text("the comment in quotes")?) }
    } else if cursor.take_words(&["SET", "NOT", "NULL"]) {
        SchemaChange::UpdateColumnNullability { path, nullable: false }
    } else if cursor.take_words(&["DROP", "NOT", "NULL"]) {
        SchemaChange::UpdateColumnNullability { path, nullable: true }
    } else if cursor.take_words(&["SET", "DEFAULT"]) {
        SchemaChange::UpdateColumnDefaultValue { path, default_value: Some(parse_default(cursor)?) }
    } else if cursor.take_words(&["DROP", "DEFAULT"]) {
        SchemaChange::UpdateColumnDefaultValue { path, default_value: None }
    } else {
        let expected = "TYPE, COMMENT, SET NOT NULL, DROP NOT NULL, SET DEFAULT, DROP DEFAULT, FIRST or AFTER";
        return Err(cursor.unexpected(expected));
    };
    Ok(vec![change])
}

#[cfg(test)]
mod tests;
