//! SQL statements that change rows, as command lines: `DELETE FROM t WHERE …` is `cenote delete t --where …`.
//!
//! Only the frame of a statement is read here; the engine reads its expressions.

mod tokens;

use tokens::{Token, Tokens};

/// Splits a script at its semicolons; comments go. Errors: a quote or comment that is not closed.
pub(crate) fn split(text: &str) -> Result<Vec<String>, String> {
    tokens::statements(text)
}

/// The command line of a statement that changes rows, `None` for any other. Names without a database are of `database`.
///
/// Errors: says what was expected.
pub(crate) fn arguments(statement: &str, database: &str) -> Option<Result<Vec<String>, String>> {
    let mut tokens = match Tokens::new(statement) {
        Ok(tokens) => tokens,
        Err(problem) => return Some(Err(problem)),
    };
    if tokens.take("DELETE") {
        return Some(delete(&mut tokens, database));
    }
    if tokens.take("UPDATE") {
        return Some(update(&mut tokens, database));
    }
    if tokens.take("TRUNCATE") {
        return Some(truncate(&mut tokens, database));
    }
    if tokens.take("MERGE") {
        return Some(merge(&mut tokens, database));
    }
    if tokens.take("INSERT") {
        return Some(insert(&mut tokens, database));
    }
    if tokens.take("ALTER") && tokens.take("TABLE") && tokens.has("PARTITION") && tokens.has("DROP") {
        return Some(drop_partition(&mut tokens, database));
    }
    None
}

type Arguments = Result<Vec<String>, String>;

fn line(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn delete(tokens: &mut Tokens<'_>, database: &str) -> Arguments {
    tokens.expect("FROM")?;
    let table = tokens.table(database)?;
    let filter = if tokens.take("WHERE") { tokens.rest() } else { String::new() };
    tokens.expect_end()?;
    Ok(line(&["delete", &table, "--where", &filter]))
}

fn update(tokens: &mut Tokens<'_>, database: &str) -> Arguments {
    let table = tokens.table(database)?;
    tokens.expect("SET")?;
    let set = tokens.until(&["WHERE"]);
    let mut arguments = line(&["update", &table, "--set", &set]);
    if tokens.take("WHERE") {
        arguments.extend(line(&["--where", &tokens.rest()]));
    }
    Ok(arguments)
}

fn truncate(tokens: &mut Tokens<'_>, database: &str) -> Arguments {
    tokens.expect("TABLE")?;
    let table = tokens.table(database)?;
    if !tokens.take("PARTITION") {
        tokens.expect_end()?;
        return Ok(line(&["truncate", &table]));
    }
    let mut arguments = line(&["partition", "drop", &table]);
    arguments.extend(tokens.partition()?.into_iter().flat_map(|value| ["--partition".to_owned(), value]));
    tokens.expect_end()?;
    Ok(arguments)
}

/// `ALTER TABLE t DROP [IF EXISTS] PARTITION (a = 1), PARTITION (a = 2)`
fn drop_partition(tokens: &mut Tokens<'_>, database: &str) -> Arguments {
    let table = tokens.table(database)?;
    tokens.expect("DROP")?;
    if tokens.take("IF") {
        tokens.expect("EXISTS")?;
    }
    let mut arguments = line(&["partition", "drop", &table]);
    loop {
        tokens.expect("PARTITION")?;
        arguments.push(tokens.partition()?.join(","));
        if !tokens.take(",") {
            break;
        }
    }
    tokens.expect_end()?;
    Ok(arguments)
}

fn merge(tokens: &mut Tokens<'_>, database: &str) -> Arguments {
    tokens.expect("INTO")?;
    let table = tokens.table(database)?;
    let name = tokens.alias(&["USING"]);
    tokens.expect("USING")?;
    let source = match tokens.peek() {
        Some(Token::Text(_)) => tokens.text()?,
        _ => tokens.table(database)?,
    };
    let source_name = tokens.alias(&["ON"]).or_else(|| match source.rsplit_once('.') {
        // Columns of another table have its name before them.
        Some((_, own)) if !source.contains(['/', '\\']) => Some(own.to_owned()),
        _ => None,
    });
    tokens.expect("ON")?;
    let on = tokens.until(&["WHEN"]);
    let mut arguments = line(&["merge", &table, &source, "--on", &on, "--when", &tokens.rest()]);
    for (flag, name) in [("--as", name), ("--source-as", source_name)] {
        arguments.extend(name.into_iter().flat_map(|name| [flag.to_owned(), name]));
    }
    Ok(arguments)
}

/// `INSERT INTO|OVERWRITE [TABLE] t [PARTITION (a = 1)] SELECT * FROM 'file'`
fn insert(tokens: &mut Tokens<'_>, database: &str) -> Arguments {
    let overwrites = tokens.take("OVERWRITE");
    if !overwrites {
        tokens.expect("INTO")?;
    }
    tokens.take("TABLE");
    let table = tokens.table(database)?;
    let partition = if tokens.take("PARTITION") { tokens.partition()? } else { Vec::new() };
    for word in ["SELECT", "*", "FROM"] {
        tokens.expect(word).map_err(|problem| format!("{problem}: INSERT takes `SELECT * FROM 'file'`"))?;
    }
    let file = tokens.text()?;
    tokens.expect_end()?;
    let mut arguments = line(&["write", &table, &file]);
    if overwrites {
        arguments.push("--overwrite".to_owned());
    }
    arguments.extend(partition.into_iter().flat_map(|value| ["--partition".to_owned(), value]));
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statement: &str, expected: &[&str]) {
        assert_eq!(arguments(statement, "d").unwrap().unwrap(), expected, "{statement}");
    }

    fn refuse(statement: &str, problem: &str) {
        let found = arguments(statement, "d").unwrap().unwrap_err();
        assert!(found.contains(problem), "{statement}: {found}");
    }

    #[test]
    fn statements_are_command_lines() {
        check("DELETE FROM t WHERE a = 'x;y' AND b < 3", &["delete", "d.t", "--where", "a = 'x;y' AND b < 3"]);
        check("delete from cat.e.`t`", &["delete", "e.t", "--where", ""]);
        check(
            "UPDATE e.t SET a = 1, b = 'WHERE' WHERE c",
            &["update", "e.t", "--set", "a = 1, b = 'WHERE'", "--where", "c"],
        );
        check("TRUNCATE TABLE t", &["truncate", "d.t"]);
        check(
            "TRUNCATE TABLE t PARTITION (dt = '2026', h = 3)",
            &["partition", "drop", "d.t", "--partition", "dt=2026", "--partition", "h=3"],
        );
        check(
            "ALTER TABLE t DROP IF EXISTS PARTITION (a = 1), PARTITION (a = 2)",
            &["partition", "drop", "d.t", "a=1", "a=2"],
        );
        check(
            "MERGE INTO t AS x USING 'new.csv' y ON x.a = y.a WHEN MATCHED THEN DELETE",
            &[
                "merge",
                "d.t",
                "new.csv",
                "--on",
                "x.a = y.a",
                "--when",
                "WHEN MATCHED THEN DELETE",
                "--as",
                "x",
                "--source-as",
                "y",
            ],
        );
        check(
            "MERGE INTO t USING e.u ON t.a = u.a WHEN NOT MATCHED THEN INSERT *",
            &[
                "merge",
                "d.t",
                "e.u",
                "--on",
                "t.a = u.a",
                "--when",
                "WHEN NOT MATCHED THEN INSERT *",
                "--source-as",
                "u",
            ],
        );
        check(
            "INSERT OVERWRITE t PARTITION (dt = 'x') SELECT * FROM 'f.csv'",
            &["write", "d.t", "f.csv", "--overwrite", "--partition", "dt=x"],
        );
        check("INSERT INTO t SELECT * FROM 'f.csv'", &["write", "d.t", "f.csv"]);
        assert!(arguments("CREATE TABLE t (a INT)", "d").is_none());
        assert!(arguments("ALTER TABLE t DROP COLUMN a", "d").is_none());
    }

    #[test]
    fn what_is_wrong_is_said() {
        refuse("DELETE t", "expected FROM");
        refuse("TRUNCATE t", "expected TABLE");
        refuse("INSERT INTO t VALUES (1)", "SELECT * FROM 'file'");
        refuse("UPDATE t WHERE a = 1", "expected SET");
        refuse("MERGE INTO t USING s WHEN", "expected ON");
        refuse("DELETE FROM t WHERE a = 'x", "not closed");
    }

    #[test]
    fn scripts_are_split_at_semicolons() {
        let script = "-- first; not here\nDELETE FROM t WHERE a = ';' /* ; */; ; TRUNCATE TABLE t";
        assert_eq!(split(script).unwrap(), ["DELETE FROM t WHERE a = ';'", "TRUNCATE TABLE t"]);
    }
}
