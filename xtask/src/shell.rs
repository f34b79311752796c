//! The last step of a site: the list of its files with their hashes for the service worker, and compressed forms beside the
//! files for servers that send them as they are (`cenote serve`, nginx, Caddy).

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::files;

/// The line of `sw.js` that the list takes the place of.
const PLACE: &str = "const SHELL = null;";
/// What a page loads; the other files are for people and compilers.
const LOADED: [&str; 7] = ["html", "js", "css", "wasm", "svg", "png", "webmanifest"];
/// What gets smaller.
const COMPRESSIBLE: [&str; 7] = ["html", "js", "css", "wasm", "svg", "webmanifest", "json"];
/// Smaller files fit into a packet as they are.
const WORTH_IT: usize = 1000;

/// Puts the list of all files of `site` into its service worker.
pub(crate) fn list(site: &Path) -> Result<()> {
    let mut shell = Map::new();
    let mut version = Sha256::new();
    for (name, path) in loaded(site)? {
        let hash = hex(&Sha256::digest(fs::read(&path)?));
        version.update(format!("{name} {hash}\n"));
        shell.insert(name, Value::String(hash));
    }
    let worker = site.join("sw.js");
    let text = fs::read_to_string(&worker)?;
    let version: String = hex(&version.finalize()).chars().take(16).collect();
    let list = json!({ "version": version, "files": shell });
    let (head, tail) = text.split_once(PLACE).with_context(|| format!("sw.js has no line `{PLACE}`"))?;
    fs::write(&worker, format!("{head}const SHELL = {list};{tail}"))?;
    // GitHub Pages leaves out folders whose names begin with an underscore, unless it finds this.
    Ok(fs::write(site.join(".nojekyll"), "")?)
}

/// Writes `<file>.br` and `<file>.gz` beside what they make smaller.
pub(crate) fn compress(site: &Path) -> Result<()> {
    let (mut plain, mut packed) = (0, 0);
    for path in files::sources(site, &COMPRESSIBLE)? {
        let bytes = fs::read(&path)?;
        // A host's own list takes the place of this one: a compressed form beside it would win over it.
        if bytes.len() < WORTH_IT || path.ends_with("_cenote/warehouse.json") {
            continue;
        }
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
        brotli.write_all(&bytes)?;
        brotli.flush()?;
        let brotli = brotli.into_inner();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&bytes)?;
        plain += bytes.len();
        packed += brotli.len();
        fs::write(beside(&path, "br"), brotli)?;
        fs::write(beside(&path, "gz"), gzip.finish()?)?;
    }
    println!("explorer: {} of files, {} as brotli", files::human(plain), files::human(packed));
    Ok(())
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{extension}"));
    PathBuf::from(name)
}

/// Files that a page may load, by their paths below the site.
fn loaded(site: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for path in files::sources(site, &LOADED)? {
        let name = path.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
        // The worker is not in its own list.
        if name != "sw.js" {
            found.push((name, path));
        }
    }
    Ok(found)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
