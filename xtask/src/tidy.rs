//! House rules that no compiler checks: layers, file size, no paths of one machine.

use std::{fs, path::Path};

use anyhow::{Result, bail};

use crate::files;

/// Lines that a file may have.
const MAX_LINES: usize = 500;

/// Modules of core, lowest first: each may name only those before it (and itself).
const LAYERS: [&[&str]; 12] = [
    &["error"],
    &["types"],
    &["spec"],
    &["io"],
    &["predicate", "format"],
    &["table"],
    &["merge", "read", "scan", "changes"],
    &["schema"],
    &["catalog", "write", "commit", "compact"],
    &["modify"],
    &["maintain", "stream", "system"],
    &["insight"],
];

/// Checks every source file of the workspace. Errors: all breaches, one a line.
pub(crate) fn check() -> Result<()> {
    let root = files::root();
    let mut breaches = Vec::new();
    for path in files::sources(&root, &["rs", "js", "mjs", "ts", "css", "py", "toml", "md"])? {
        let text = fs::read_to_string(&path)?;
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        size(&name, &text, &mut breaches);
        machine_paths(&name, &text, &mut breaches);
        layers(&name, &text, &mut breaches);
    }
    if breaches.is_empty() {
        return Ok(());
    }
    bail!("{} house rules broken\n{}", breaches.len(), breaches.join("\n"))
}

fn size(name: &str, text: &str, breaches: &mut Vec<String>) {
    let lines = text.lines().count();
    let prose = Path::new(name).extension().is_some_and(|extension| extension == "md" || extension == "toml");
    if lines > MAX_LINES && !prose {
        breaches.push(format!("{name}: {lines} lines, at most {MAX_LINES}: split it by concept"));
    }
    if ["utils", "helpers", "common"].iter().any(|stem| name.ends_with(&format!("/{stem}.rs"))) {
        breaches.push(format!("{name}: name the concept, not the drawer"));
    }
}

fn machine_paths(name: &str, text: &str, breaches: &mut Vec<String>) {
    // Put together so that this file keeps the rule.
    let marks = [["/ho", "me/"].concat(), ["/ro", "ot/"].concat(), ["/wo", "rk/"].concat(), ["C:\\", "Users"].concat()];
    for (number, line) in text.lines().enumerate() {
        if let Some(mark) = marks.iter().find(|mark| line.contains(mark.as_str())) {
            breaches.push(format!("{name}:{}: a path of one machine ({mark})", number + 1));
        }
    }
}

/// The layer of a file of core, or of a module named in it.
fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn layers(name: &str, text: &str, breaches: &mut Vec<String>) {
    let Some(inside) = name.strip_prefix("core/src/") else { return };
    let own = inside.split(['/', '.']).next().unwrap_or_default();
    let Some(own_layer) = layer(own) else { return };
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    for (number, line) in code.lines().enumerate() {
        if line.trim_start().starts_with("//") || inside.contains("tests") {
            continue;
        }
        if line.contains("tokio") {
            breaches.push(format!("{name}:{}: core names no tokio", number + 1));
        }
        for named in line.split("crate::").skip(1) {
            let module = named.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if layer(module).is_some_and(|named_layer| named_layer > own_layer) {
                breaches.push(format!("{name}:{}: {own} stands below {module} and may not name it", number + 1));
            }
        }
    }
}
