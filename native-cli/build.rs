//! Packs the built explorer into the binary, where `CENOTE_EXPLORER` names its folder: `cargo xtask demo` sets it. Without
//! it the binary looks for the folder when it runs.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CENOTE_EXPLORER");
    let mut files = Vec::new();
    if let Some(folder) = env::var_os("CENOTE_EXPLORER").filter(|folder| !folder.is_empty()) {
        let folder = fs::canonicalize(&folder).map_err(|error| format!("CENOTE_EXPLORER {folder:?}: {error}"))?;
        println!("cargo:rerun-if-changed={}", folder.display());
        walk(&folder, &mut files)?;
        if !files.iter().any(|file| file.strip_prefix(&folder).is_ok_and(|name| name == Path::new("index.html"))) {
            return Err(format!("CENOTE_EXPLORER {}: no index.html there", folder.display()).into());
        }
        files.sort_unstable();
        files.retain(|file| !is_twin(file));
        let out = table(&folder, &files)?;
        return write_table(&out);
    }
    write_table("pub(super) static FILES: &[super::Packed] = &[];\n")
}

fn write_table(source: &str) -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    Ok(fs::write(out.join("explorer.rs"), source)?)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The compressed form beside a file.
fn brotli_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    PathBuf::from(name)
}

/// Whether a file is only the compressed form of another one.
fn is_twin(file: &Path) -> bool {
    let compressed = file.extension().is_some_and(|extension| extension == "br" || extension == "gz");
    compressed && file.with_extension("").is_file()
}

/// Rust source: a table of names, tags and bytes, compressed where there is a compressed form.
fn table(folder: &Path, files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut out = String::from("pub(super) static FILES: &[super::Packed] = &[\n");
    for file in files {
        let name = file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        let mut hash = DefaultHasher::new();
        fs::read(file)?.hash(&mut hash);
        let twin = brotli_of(file);
        let (is_brotli, packed) = if twin.is_file() { (true, &twin) } else { (false, file) };
        writeln!(
            out,
            "    super::Packed {{ name: {name:?}, tag: \"{:016x}\", is_brotli: {is_brotli}, bytes: include_bytes!({:?}) }},",
            hash.finish(),
            packed.display().to_string(),
        )?;
    }
    out.push_str("];\n");
    Ok(out)
}
