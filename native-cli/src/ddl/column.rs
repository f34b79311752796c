//! Column definitions: `name TYPE [NOT NULL] [DEFAULT value] [COMMENT 'text'] [PRIMARY KEY]`.

use cenote_core::types::{DataField, DataType};

use super::{
    cursor::{Cursor, Parsed},
    lexer::Kind,
};

/// A column and whether it says that it is the primary key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColumnDefinition {
    /// The column; the catalog gives it an id.
    pub(super) field: DataField,
    /// PRIMARY KEY stands behind it.
    pub(super) is_primary_key: bool,
}

/// Words that end a type.
const AFTER_TYPE: [&str; 15] = [
    "NOT",
    "NULL",
    "DEFAULT",
    "COMMENT",
    "PRIMARY",
    "UNIQUE",
    "CONSTRAINT",
    "CHECK",
    "METADATA",
    "AS",
    "GENERATED",
    "FIRST",
    "LAST",
    "AFTER",
    "BEFORE",
];

/// Parses the columns of `--schema`: definitions with commas between them. Ids are left to the catalog. Errors: says what was expected and found.
pub(crate) fn parse_columns(text: &str) -> Result<Vec<DataField>, String> {
    let mut cursor = Cursor::new(text)?;
    let mut columns = Vec::new();
    loop {
        let column = parse_column(&mut cursor)?;
        if column.is_primary_key {
            return Err("name the primary key with --primary-key".into());
        }
        columns.push(column.field);
        if !cursor.take_symbol(',') {
            break;
        }
        if cursor.is_at_end() {
            break;
        }
    }
    if !cursor.is_at_end() {
        return Err(cursor.unexpected("\",\" or the end"));
    }
    Ok(columns)
}

/// Parses one definition.
pub(super) fn parse_column(cursor: &mut Cursor<'_>) -> Parsed<ColumnDefinition> {
    let name = cursor.expect_name("a column name")?;
    let data_type = data_type(cursor, &name)?;
    let mut column = ColumnDefinition { field: DataField::new(0, name, data_type), is_primary_key: false };
    while parse_attribute(cursor, &mut column)? {}
    Ok(column)
}

/// Parses the type of a column.
pub(super) fn data_type(cursor: &mut Cursor<'_>, name: &str) -> Parsed<DataType> {
    let text = cursor.take_text_until(|token| {
        token.is_symbol(',') || token.is_symbol(';') || AFTER_TYPE.iter().any(|word| token.is_word(word))
    });
    if text.is_empty() {
        return Err(cursor.unexpected(&format!("the type of column {name:?}")));
    }
    text.parse().map_err(|error: cenote_core::Error| format!("column {name:?}: {}", error.message()))
}

/// Parses one thing that may stand behind a type; false where there is none.
fn parse_attribute(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> Parsed<bool> {
    let field = &mut column.field;
    if cursor.take_words(&["NOT", "NULL"]) {
        field.data_type.nullable = false;
    } else if cursor.take_words(&["NULL"]) {
        field.data_type.nullable = true;
    } else if cursor.take_words(&["DEFAULT"]) {
        field.default_value = Some(parse_default(cursor)?);
    } else if cursor.take_words(&["COMMENT"]) {
        field.description = Some(cursor.expect_text("the comment in quotes")?);
    } else if cursor.take_words(&["PRIMARY", "KEY"]) {
        cursor.take_words(&["NOT", "ENFORCED"]);
        column.is_primary_key = true;
    } else if cursor.at_word("AS") || cursor.at_word("METADATA") || cursor.at_word("GENERATED") {
        return Err(format!("column {:?} is computed; Paimon stores plain columns only, leave it out", field.name));
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// A literal as text.
pub(super) fn parse_default(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let sign = if cursor.take_symbol('-') { "-" } else { "" };
    match cursor.peek().map(|token| token.kind.clone()) {
        Some(Kind::Text(text)) if sign.is_empty() => {
            cursor.advance();
            Ok(text)
        }
        Some(Kind::Number(number)) => {
            cursor.advance();
            Ok(format!("{sign}{number}"))
        }
        Some(Kind::Word(word)) if ["TRUE", "FALSE"].iter().any(|name| word.eq_ignore_ascii_case(name)) => {
            cursor.advance();
            Ok(word.to_ascii_lowercase())
        }
        _ => Err(cursor.unexpected("a literal behind DEFAULT")),
    }
}

#[cfg(test)]
mod tests {
    use cenote_core::types::TypeKind;

    use super::*;

    #[test]
    fn columns_with_everything() {
        let text = "id BIGINT NOT NULL COMMENT 'it''s the key', `a b` DECIMAL(10, 2) DEFAULT -1.5, \
                    ts TIMESTAMP(3) WITH LOCAL TIME ZONE, tags ARRAY<STRING NOT NULL>, x INT";
        let columns = parse_columns(text).unwrap();
        let names = columns.iter().map(|field| field.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names, ["id", "a b", "ts", "tags", "x"]);
        assert_eq!(columns[0].description.as_deref(), Some("it's the key"));
        assert!(!columns[0].data_type.nullable);
        assert_eq!(columns[1].default_value.as_deref(), Some("-1.5"));
        assert_eq!(columns[2].data_type.kind, TypeKind::TimestampLtz(3));
        assert_eq!(columns[3].data_type.kind, TypeKind::Array(Box::new(DataType::not_null(TypeKind::STRING))));
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text| parse_columns(text).unwrap_err();
        assert!(error("a").contains("the type of column \"a\""), "{}", error("a"));
        assert!(error("a INT b INT").contains("column \"a\""));
        assert!(error("a NUMBERISH").contains("column \"a\""));
        assert!(error("").contains("a column name"));
        assert!(error("a INT AS b + 1").contains("computed"));
    }
}
