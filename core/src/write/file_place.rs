//! Where new data files go: the bucket's folder, or one of the folders of `data-file.external-paths` (Java
//! `ExternalPathProvider`).

use crate::{
    error::{Error, Result},
    io::Storage,
    scan::locate_external,
    table::Table,
};

/// Options of external paths.
const PATHS: &str = "data-file.external-paths";
const STRATEGY: &str = "data-file.external-paths.strategy";
const SPECIFIC_FS: &str = "data-file.external-paths.specific-fs";
const WEIGHTS: &str = "data-file.external-paths.weights";

/// Where one file goes.
pub(super) struct FilePlace {
    pub(super) storage: Storage,
    pub(super) path: String,
    /// What `_EXTERNAL_PATH` says; `None` in the bucket's folder.
    pub(super) external: Option<String>,
}

/// Chooses the places of the files of a bucket.
pub(super) struct FilePlaces {
    table: Table,
    bucket_path: String,
    /// Empty where files go to the bucket's folder.
    folders: Vec<String>,
    choice: Choice,
    next: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    InTurn,
    /// In turn, in folders that come from a hash of the file's name.
    Entropy,
    /// At random, as often as the weights say.
    Weighted(Vec<u64>),
}

impl FilePlaces {
    /// Errors: `Invalid` for options that name no folder, `Unsupported` for a folder in another store than the table.
    pub(super) fn new(table: &Table, bucket_path: &str) -> Result<Self> {
        let (folders, choice) = folders(table)?;
        let random = table.runtime().random_u64();
        let next = usize::try_from(random % (folders.len().max(1) as u64)).unwrap_or(0);
        Ok(FilePlaces { table: table.clone(), bucket_path: bucket_path.to_owned(), folders, choice, next })
    }

    /// The place of the file `name`. Errors: as [`FilePlaces::new`].
    pub(super) fn place(&mut self, name: &str) -> Result<FilePlace> {
        if self.folders.is_empty() {
            let path = format!("{}/{name}", self.bucket_path);
            return Ok(FilePlace { storage: self.table.storage().clone(), path, external: None });
        }
        let at = match &self.choice {
            Choice::Weighted(weights) => heavier(weights, self.table.runtime().random_u64()),
            Choice::InTurn | Choice::Entropy => {
                self.next = (self.next + 1) % self.folders.len();
                self.next
            }
        };
        let folder = self.folders.get(at).or(self.folders.first()).map_or("", String::as_str);
        let below = if self.choice == Choice::Entropy { format!("{}/", entropy(name)) } else { String::new() };
        let external = format!("{folder}/{}/{below}{name}", self.bucket_path);
        let found = locate_external(self.table.storage(), self.table.schema(), &external)?;
        Ok(FilePlace { storage: found.storage, path: found.path, external: Some(external) })
    }
}

/// Checks the options without writing. Errors: as [`FilePlaces::new`].
pub(super) fn check_external_paths(table: &Table) -> Result<()> {
    for folder in folders(table)?.0 {
        if table.storage().elsewhere(&format!("{folder}/x"))?.is_none() {
            return Err(
                Error::unsupported(format!("cannot write to another store than the table's ({PATHS})")).at(folder)
            );
        }
    }
    Ok(())
}

/// The folders and how to choose among them.
fn folders(table: &Table) -> Result<(Vec<String>, Choice)> {
    let option = |name: &str| table.schema().options.get(name).map(|text| text.trim());
    let strategy = option(STRATEGY).unwrap_or("none").to_ascii_lowercase().replace('_', "-");
    let listed = option(PATHS).unwrap_or_default();
    if listed.is_empty() || strategy == "none" {
        return Ok((Vec::new(), Choice::InTurn));
    }
    let invalid = |message: String| Error::invalid(message).at(table.name());
    let mut folders = Vec::new();
    for folder in listed.split(',').map(|folder| folder.trim().trim_end_matches('/')) {
        let scheme = folder.split_once(":/").map(|(scheme, _)| scheme);
        let scheme =
            scheme.ok_or_else(|| invalid(format!("{PATHS}: expected a scheme such as s3:// in {folder:?}")))?;
        let wanted = match (strategy.as_str(), option(SPECIFIC_FS)) {
            ("specific-fs", None) => return Err(invalid(format!("strategy specific-fs needs option {SPECIFIC_FS}"))),
            ("specific-fs", Some(wanted)) => scheme.eq_ignore_ascii_case(wanted),
            _ => true,
        };
        if wanted {
            // As Java spells it.
            folders.push(folder.replacen("file:///", "file:/", 1));
        }
    }
    if folders.is_empty() {
        return Err(invalid(format!("{PATHS} has no folder for {SPECIFIC_FS}")));
    }
    let choice = match strategy.as_str() {
        "specific-fs" | "round-robin" => Choice::InTurn,
        "entropy-inject" => Choice::Entropy,
        "weight-robin" | "weighted" => weights(option(WEIGHTS), folders.len()).map_err(invalid)?,
        other => {
            return Err(invalid(format!(
                "{STRATEGY} takes none, specific-fs, round-robin, entropy-inject or weight-robin, not {other:?}"
            )));
        }
    };
    Ok((folders, choice))
}

fn weights(text: Option<&str>, folders: usize) -> Result<Choice, String> {
    let Some(text) = text.filter(|_| folders > 1) else { return Ok(Choice::InTurn) };
    let weight = |text: &str| text.trim().parse::<i32>().ok().and_then(|weight| u64::try_from(weight).ok());
    let weights = text.split(',').map(|text| weight(text).filter(|weight| *weight > 0)).collect::<Option<Vec<u64>>>();
    match weights {
        Some(weights) if weights.len() == folders => Ok(Choice::Weighted(weights)),
        _ => Err(format!("{WEIGHTS}: expected {folders} numbers above 0 between commas, found {text:?}")),
    }
}

/// Place among `weights` that `random` falls on.
fn heavier(weights: &[u64], random: u64) -> usize {
    let mut left = random % weights.iter().sum::<u64>().max(1);
    for (place, weight) in weights.iter().enumerate() {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return place,
        }
    }
    0
}

/// Folders that spread files over the partitions of an object store: 20 bits of a hash as `0101/0101/0101/01010101`.
fn entropy(name: &str) -> String {
    let bits = format!("{:032b}", murmur3(name.as_bytes()) | 1 << 31);
    let part = |range: std::ops::Range<usize>| bits.get(range).unwrap_or_default();
    format!("{}/{}/{}/{}", part(12..16), part(16..20), part(20..24), part(24..32))
}

/// Murmur3 of 32 bits with seed 0, as Guava has it.
fn murmur3(bytes: &[u8]) -> u32 {
    let mix = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (words, rest) = bytes.as_chunks::<4>();
    let mut hash = words.iter().fold(0_u32, |hash, word| {
        (hash ^ mix(u32::from_le_bytes(*word))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    hash ^= mix(rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)));
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_guavas() {
        assert_eq!(murmur3(b""), 0);
        assert_eq!(murmur3(b"hello"), 0x248B_FA47);
        assert_eq!(murmur3(b"hello, world"), 0x149B_BB7F);
        assert_eq!(murmur3("The quick brown fox jumps over the lazy dog".as_bytes()), 0x2E4F_F723);
        // 0x248BFA47: …1011 | 1111 | 1010 | 01000111
        assert_eq!(entropy("hello"), "1011/1111/1010/01000111");
    }

    #[test]
    fn weights_share_out() {
        assert_eq!((0..6).map(|random| heavier(&[1, 3, 2], random)).collect::<Vec<_>>(), [0, 1, 1, 1, 2, 2]);
        assert_eq!(weights(Some("1, 2"), 2), Ok(Choice::Weighted(vec![1, 2])));
        assert_eq!(weights(None, 2), Ok(Choice::InTurn));
        assert!(weights(Some("1,0"), 2).is_err() && weights(Some("1"), 2).is_err());
    }
}
