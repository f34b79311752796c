//! The peers that we are compared with: pypaimon and paimon-rust in a Python environment, Java Paimon and Spark as jars.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{files, toolchain};

/// A virtual environment with `tests/interop/requirements.txt`; gives its interpreter.
pub(crate) fn python(shell: &Shell) -> Result<PathBuf> {
    let requirements = files::root().join("tests/interop/requirements.txt");
    let pinned = fs::read_to_string(&requirements).context("tests/interop/requirements.txt")?;
    let venv = files::target_dir().join("interop-venv");
    let inside = venv.join("bin/python");
    let stamp = venv.join("installed.txt");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(pinned.as_str()) {
        let python = toolchain::python(shell)?;
        cmd!(shell, "{python} -m venv --clear {venv}").run()?;
        cmd!(shell, "{inside} -m pip install --quiet --disable-pip-version-check -r {requirements}").run()?;
        fs::write(&stamp, pinned)?;
    }
    Ok(inside)
}

/// Lists of jars below `tests/interop/java`: Java Paimon 1.x and 2.x.
pub(crate) const JAVA_1: &str = "pom.xml";
pub(crate) const JAVA_2: &str = "pom-2.xml";

/// Spark with Paimon's connector.
const SPARK: &str = "pom-spark.xml";

/// A folder with the jars of `tests/interop/java/<pom>`, fetched by Maven.
fn java_jars(shell: &Shell, pom: &str) -> Result<PathBuf> {
    toolchain::maven(shell)?;
    let folder = files::target_dir().join(format!("interop-jars-{}", pom.trim_end_matches(".xml")));
    let pom = files::root().join("tests/interop/java").join(pom);
    let pinned = fs::read_to_string(&pom).with_context(|| pom.display().to_string())?;
    let stamp = folder.join("installed.xml");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(pinned.as_str()) {
        files::fresh_dir(&folder)?;
        let goals = ["dependency:copy", "dependency:copy-dependencies"];
        cmd!(shell, "mvn --batch-mode --quiet -f {pom} {goals...} -DoutputDirectory={folder}").run()?;
        fs::write(&stamp, pinned)?;
    }
    Ok(folder)
}

/// The class path of our own Java programs, compiled against the jars of `pom`, and of these jars.
pub(crate) fn java_classes(shell: &Shell, pom: &str) -> Result<String> {
    compile(shell, pom, "tests/interop/java")
}

/// The class path of our benchmark program for Java.
pub(crate) fn bench_classes(shell: &Shell) -> Result<String> {
    compile(shell, JAVA_2, "benches/peers")
}

/// The class path of our program for Spark.
pub(crate) fn spark_classes(shell: &Shell) -> Result<String> {
    compile(shell, SPARK, "tests/interop/spark")
}

fn compile(shell: &Shell, pom: &str, programs: &str) -> Result<String> {
    let jars = java_jars(shell, pom)?;
    // Programs of different folders do not clear each other away.
    let classes = jars.join("classes").join(programs.replace('/', "-"));
    files::fresh_dir(&classes)?;
    let sources = files::sources(&files::root().join(programs), &["java"])?;
    let all_jars = format!("{}/*", jars.display());
    cmd!(shell, "javac -nowarn -Xlint:none -d {classes} -cp {all_jars} {sources...}").run()?;
    Ok(format!("{}:{all_jars}", classes.display()))
}
