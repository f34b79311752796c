//! Statements, with semicolons between them.

use cenote_core::schema::SchemaChange;

use super::{
    Alteration, Statement, TableName, alter,
    cursor::{Cursor, Parsed},
    table::parse_definition,
};

/// Parses all statements of a text. Errors: says the line, what was expected and what was found.
pub(crate) fn parse_statements(text: &str) -> Result<Vec<Statement>, String> {
    let mut cursor = Cursor::new(text)?;
    let mut statements = Vec::new();
    loop {
        while cursor.take_symbol(';') {}
        if cursor.is_at_end() {
            return Ok(statements);
        }
        statements.push(parse_statement(&mut cursor)?);
        if !cursor.is_at_end() && !cursor.at_symbol(';') {
            return Err(cursor.unexpected("\";\" or the end of the statement"));
        }
    }
}

fn parse_statement(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.take_words(&["CREATE"]) {
        if cursor.take_words(&["DATABASE"]) || cursor.take_words(&["SCHEMA"]) {
            let if_not_exists = cursor.take_words(&["IF", "NOT", "EXISTS"]);
            return Ok(Statement::CreateDatabase { name: database_name(cursor)?, if_not_exists });
        }
        if cursor.at_word("TEMPORARY") {
            return Err("temporary tables belong to a session, there is none here".into());
        }
        cursor.expect_word("TABLE")?;
        let if_not_exists = cursor.take_words(&["IF", "NOT", "EXISTS"]);
        let name = table_name(cursor)?;
        return Ok(Statement::CreateTable { name, if_not_exists, definition: parse_definition(cursor)? });
    }
    if cursor.take_words(&["DROP"]) {
        if cursor.take_words(&["DATABASE"]) || cursor.take_words(&["SCHEMA"]) {
            let if_exists = cursor.take_words(&["IF", "EXISTS"]);
            let name = database_name(cursor)?;
            let cascade = cursor.take_words(&["CASCADE"]);
            cursor.take_words(&["RESTRICT"]);
            return Ok(Statement::DropDatabase { name, if_exists, cascade });
        }
        cursor.expect_word("TABLE")?;
        let if_exists = cursor.take_words(&["IF", "EXISTS"]);
        return Ok(Statement::DropTable { name: table_name(cursor)?, if_exists });
    }
    if cursor.take_words(&["ALTER", "TABLE"]) {
        let if_exists = cursor.take_words(&["IF", "EXISTS"]);
        let name = table_name(cursor)?;
        return Ok(Statement::AlterTable { name, if_exists, alteration: alter::parse_clause(cursor)? });
    }
    if cursor.take_words(&["COMMENT", "ON", "TABLE"]) {
        let name = table_name(cursor)?;
        cursor.expect_word("IS")?;
        let comment =
            if cursor.take_words(&["NULL"]) { None } else { Some(cursor.expect_text("the comment in quotes")?) };
        let alteration = Alteration::Changes(vec![SchemaChange::UpdateComment { comment }]);
        return Ok(Statement::AlterTable { name, if_exists: false, alteration });
    }
    if cursor.take_words(&["USE"]) {
        return Ok(Statement::Use { name: database_name(cursor)? });
    }
    Err(cursor.unexpected("CREATE, ALTER, DROP or USE (queries are not there yet, see `cenote read --where`)"))
}

/// Names with points between them.
fn dotted(cursor: &mut Cursor<'_>, what: &str) -> Parsed<Vec<String>> {
    let mut names = vec![cursor.expect_name(what)?];
    while cursor.take_symbol('.') {
        names.push(cursor.expect_name(what)?);
    }
    Ok(names)
}

fn database_name(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let mut names = dotted(cursor, "the name of a database")?;
    names.pop().ok_or_else(|| cursor.unexpected("the name of a database"))
}

pub(super) fn table_name(cursor: &mut Cursor<'_>) -> Parsed<TableName> {
    let mut names = dotted(cursor, "the name of a table")?;
    let table = names.pop().ok_or_else(|| cursor.unexpected("the name of a table"))?;
    Ok(TableName { database: names.pop(), table })
}

#[cfg(test)]
mod tests;
