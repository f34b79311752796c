//! paimon-rust through its Python wheel, one process a measurement; the seconds are its own, without process start.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::planning::{Planned, parse};

/// Opens and plans the table of `planning`, in a process of its own.
pub(crate) fn plan(python: &str, warehouse: &Path, filter: &str) -> Result<Planned> {
    let mut command = Command::new(python);
    parse(command.arg("benches/peers/paimon_rust.py").arg("plan").arg(warehouse).arg(filter))
}

pub(crate) struct PaimonRust {
    python: String,
    warehouse: String,
}

/// Seconds of its writes.
pub(crate) struct Written {
    pub(crate) append: f64,
    pub(crate) upsert: f64,
}

impl PaimonRust {
    pub(crate) fn new(python: &str, warehouse: &Path) -> Result<Self> {
        let warehouse = warehouse.to_str().context("the folder's name is not text")?.to_owned();
        Ok(PaimonRust { python: python.to_owned(), warehouse })
    }

    pub(crate) fn write(&self) -> Result<Written> {
        let output = self.run(&["write", &self.warehouse])?;
        let seconds = |label: &str| -> Result<f64> {
            let line = output.lines().find_map(|line| line.strip_prefix(label));
            Ok(line.with_context(|| format!("no {label} in {output:?}"))?.trim().parse()?)
        };
        Ok(Written { append: seconds("append")?, upsert: seconds("upsert")? })
    }

    /// Makes the tables besides `app` and `pk`, unless an earlier run has; gives the checksum of what each must read as,
    /// or `-` and why it could not be made.
    pub(crate) fn tables(&self) -> Result<BTreeMap<String, String>> {
        let made = Path::new(&self.warehouse).join("tables.txt");
        if !made.exists() {
            let output = self.run(&["tables", &self.warehouse])?;
            fs::write(&made, output)?;
        }
        let text = fs::read_to_string(&made)?;
        let pair = |line: &str| line.split_once(' ').map(|(name, checksum)| (name.to_owned(), checksum.to_owned()));
        Ok(text.lines().filter_map(pair).collect())
    }

    /// The checksum of what it reads.
    pub(crate) fn check(&self, table: &str) -> Result<String> {
        Ok(self.run(&["check", &self.warehouse, table])?.trim().to_owned())
    }

    /// Seconds of a read of the whole table.
    pub(crate) fn read(&self, table: &str) -> Result<f64> {
        let output = self.run(&["read", &self.warehouse, table])?;
        let (_, seconds) = output.trim().split_once(' ').with_context(|| format!("bad answer {output:?}"))?;
        Ok(seconds.parse()?)
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let script = Path::new("benches/peers/paimon_rust.py");
        let output = Command::new(&self.python).arg(script).args(arguments).output().context("python did not start")?;
        if !output.status.success() {
            bail!("paimon-rust failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
