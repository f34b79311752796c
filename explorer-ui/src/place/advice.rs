//! What people paste and what they mean by it: paths of their machine, buckets by other names, files inside a table.

use super::Form;

/// A remark about what is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What it is, and what to do.
    pub text: String,
    /// What to open instead.
    pub instead: Option<Suggestion>,
    /// Whether a folder of this machine is meant.
    pub is_folder: bool,
}

/// Another address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suggestion {
    /// The address.
    pub url: String,
    /// Its S3 endpoint.
    pub endpoint: String,
    /// Its S3 region.
    pub region: String,
}

impl Suggestion {
    /// The form with this address in it.
    #[must_use]
    pub fn into_form(self, form: &Form) -> Form {
        Form { url: self.url, endpoint: self.endpoint, region: self.region, as_table: None, ..form.clone() }
    }

    fn of(url: impl Into<String>) -> Suggestion {
        Suggestion { url: url.into(), ..Suggestion::default() }
    }
}

/// Folders that lie inside a table.
const INSIDE: [&str; 9] =
    ["snapshot", "schema", "manifest", "index", "statistics", "tag", "branch", "changelog", "consumer"];

/// Whether a URL's last folder is named like a warehouse's own part: `x.db` is a database, so what follows is a table.
#[must_use]
pub fn looks_like_table(url: &str) -> bool {
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let table = parts.next().unwrap_or_default();
    let database = parts.next().unwrap_or_default();
    !table.ends_with(".db") && database.ends_with(".db")
}

/// What to say about a typed address, if anything.
#[must_use]
pub fn advice(typed: &str) -> Option<Advice> {
    let typed = typed.trim();
    if is_path(typed) {
        let text = "That is a path of a machine, and pages cannot open paths. Drop the folder here or pick it: it is read in place, nothing is uploaded.";
        return Some(Advice { text: text.to_owned(), instead: None, is_folder: true });
    }
    let (scheme, rest) = typed.split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let found = match scheme.to_ascii_lowercase().as_str() {
        "gs" => google(rest),
        "hdfs" | "viewfs" | "abfs" | "abfss" | "wasb" | "wasbs" | "adl" | "az" | "file+s3" => {
            return Some(elsewhere(scheme));
        }
        "http" | "https" => bucket_in(typed, rest),
        _ => None,
    };
    found.or_else(|| inside_table(typed))
}

fn is_path(typed: &str) -> bool {
    let drive = typed.as_bytes();
    let is_drive = drive.first().is_some_and(u8::is_ascii_alphabetic)
        && drive.get(1) == Some(&b':')
        && matches!(drive.get(2), Some(b'\\' | b'/'))
        && drive.get(3) != Some(&b'/');
    is_drive || typed.starts_with("file:") || typed.starts_with(['/', '~', '\\']) || typed.starts_with("./")
}

fn say(text: &str, instead: Suggestion) -> Option<Advice> {
    Some(Advice { text: text.to_owned(), instead: Some(instead), is_folder: false })
}

fn google(rest: &str) -> Option<Advice> {
    let endpoint = "https://storage.googleapis.com".to_owned();
    let instead = Suggestion { url: format!("s3://{rest}"), endpoint, region: "auto".to_owned() };
    say("Google's buckets are read by the S3 protocol here, with HMAC keys or anonymously.", instead)
}

fn elsewhere(scheme: &str) -> Advice {
    let text = format!(
        "A browser cannot reach {scheme}://. Run `cenote serve --warehouse {scheme}://…` where it can be reached, and open the address that it says."
    );
    Advice { text, instead: None, is_folder: false }
}

/// A bucket of S3 by its web address, or in the console.
fn bucket_in(typed: &str, rest: &str) -> Option<Advice> {
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let name = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".aws.amazon.com"))?;
    if name.contains("console") || host.contains("console.aws") {
        let bucket = path.split("buckets/").nth(1)?.split('/').next()?;
        let prefix = typed.split("prefix=").nth(1).unwrap_or_default().split('&').next().unwrap_or_default();
        let url = format!("s3://{bucket}/{}", prefix.replace("%2F", "/").trim_matches('/'));
        return say("That is the console's page about a bucket.", Suggestion::of(url));
    }
    let parts: Vec<&str> = name.split('.').collect();
    let at = parts.iter().position(|part| *part == "s3" || part.starts_with("s3-"))?;
    let region = parts.get(at + 1..)?.first().copied().unwrap_or_default().to_owned();
    let bucket = parts.get(..at)?.join(".");
    let url = if bucket.is_empty() { format!("s3://{path}") } else { format!("s3://{bucket}/{path}") };
    let url = url.trim_end_matches('/').to_owned();
    let text = "That is a bucket of S3: opened as s3:// its folders can be listed and its requests signed.";
    say(text, Suggestion { url, region, ..Suggestion::default() })
}

/// A file or folder of a table, or a database, where a table or warehouse is wanted.
fn inside_table(typed: &str) -> Option<Advice> {
    let trimmed = typed.trim_end_matches('/');
    let (scheme, rest) = trimmed.split_once("://")?;
    let parts: Vec<&str> = rest.split('/').collect();
    let database = parts.iter().position(|part| part.ends_with(".db")).filter(|at| *at > 0);
    let up_to = |count: usize| format!("{scheme}://{}", parts.get(..count).unwrap_or_default().join("/"));
    if database.is_some_and(|at| at + 1 == parts.len()) {
        let text = "That is a database: its warehouse is the folder above.";
        return say(text, Suggestion::of(up_to(parts.len() - 1)));
    }
    let inner = database.map(|at| at + 2).filter(|count| *count < parts.len()).or_else(|| {
        let named = |part: &&str| INSIDE.contains(part) || part.starts_with("bucket-");
        // The last two: a file in such a folder, or the folder.
        (1..parts.len()).rev().take(2).find(|at| parts.get(*at).is_some_and(named))
    })?;
    say(
        "That lies inside a table: the table is the folder that holds schema/ and snapshot/.",
        Suggestion::of(up_to(inner)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instead(typed: &str) -> String {
        advice(typed).and_then(|advice| advice.instead).map(|suggestion| suggestion.url).unwrap_or_default()
    }

    #[test]
    fn table_urls_are_known_by_their_database_folder() {
        assert!(looks_like_table("https://h/wh/demo.db/flights/"));
        assert!(!looks_like_table("https://h/wh/demo.db"));
        assert!(!looks_like_table("https://h/wh"));
    }

    #[test]
    fn paths_of_a_machine_are_picked() {
        for typed in ["/data/wh", "file:///data/wh", "~/wh", "C:\\wh", "d:/wh", "./wh", "\\\\host\\share"] {
            assert!(advice(typed).is_some_and(|advice| advice.is_folder), "{typed}");
        }
        for typed in ["", "https://host/wh", "s3://b/wh", "http://127.0.0.1:7433/", "lake", "s://x"] {
            assert_eq!(advice(typed), None, "{typed}");
        }
    }

    #[test]
    fn buckets_have_other_names() {
        let found = advice("https://lake.s3.eu-west-1.amazonaws.com/wh/").unwrap().instead.unwrap();
        assert_eq!((found.url.as_str(), found.region.as_str()), ("s3://lake/wh", "eu-west-1"));
        assert_eq!(instead("https://s3.us-east-2.amazonaws.com/lake/wh"), "s3://lake/wh");
        assert_eq!(instead("https://lake.s3.amazonaws.com"), "s3://lake");
        assert_eq!(
            instead("https://eu-west-1.console.aws.amazon.com/s3/buckets/lake?region=eu-west-1&prefix=wh%2Fx%2F"),
            "s3://lake/wh/x"
        );
        assert_eq!(instead("gs://lake/wh"), "s3://lake/wh");
        assert!(advice("hdfs://nn/wh").unwrap().text.contains("cenote serve"));
    }

    #[test]
    fn what_lies_inside_a_table_leads_to_it() {
        assert_eq!(instead("https://h/wh/d.db/t/snapshot/snapshot-3"), "https://h/wh/d.db/t");
        assert_eq!(instead("s3://b/d.db/t/bucket-0/data-1.parquet"), "s3://b/d.db/t");
        assert_eq!(instead("https://h/t/schema/schema-0"), "https://h/t");
        assert_eq!(instead("https://h/t/manifest"), "https://h/t");
        assert_eq!(instead("https://h/wh/d.db/"), "https://h/wh");
        assert_eq!(instead("https://h/wh/d.db/t"), "");
    }
}
