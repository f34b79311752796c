//! Tags of a table or branch (format digest 15.1).

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::SnapshotManager;
use crate::{
    error::{Error, ErrorKind, Result},
    io::{PutOutcome, Storage},
    spec::{layout, tag::Tag},
};

/// Tags read at the same time.
const PARALLEL: usize = 8;
/// Reads of a tag file that does not parse: writers overwrite it in place, so a reader may see a part of it.
const READS: usize = 3;
/// Pause between those reads.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// Names that keep snapshots, and with them their files, beyond expiry.
#[derive(Clone, Debug)]
pub struct TagManager {
    storage: Storage,
    prefix: String,
    snapshots: SnapshotManager,
}

impl TagManager {
    /// The tags of `branch` (`main` for the table itself) of the table in the folder of `storage`.
    pub fn new(storage: Storage, branch: &str) -> Self {
        let snapshots = SnapshotManager::new(storage.clone(), branch);
        TagManager { storage, prefix: layout::branch_path(branch), snapshots }
    }

    /// All tags with their names, by snapshot id, then name. Errors: `Unsupported` where the store cannot list.
    pub async fn list(&self) -> Result<Vec<(String, Tag)>> {
        let files = self.storage.list(&format!("{}{}", self.prefix, layout::TAG_FOLDER)).await?.files;
        let mut names = Vec::with_capacity(files.len());
        for file in &files {
            names.extend(file.name.strip_prefix(layout::TAG_PREFIX).map(str::to_owned));
        }
        let reads = names.into_iter().map(|name| self.named(name));
        let found: Vec<Option<(String, Tag)>> = stream::iter(reads).buffered(PARALLEL).try_collect().await?;
        let mut tags = found.into_iter().flatten().collect::<Vec<_>>();
        tags.sort_by(|(a_name, a), (b_name, b)| (a.snapshot.id, a_name).cmp(&(b.snapshot.id, b_name)));
        Ok(tags)
    }

    async fn named(&self, name: String) -> Result<Option<(String, Tag)>> {
        Ok(self.get_opt(&name).await?.map(|tag| (name, tag)))
    }

    /// The tag of this name. Errors: `NotFound`.
    pub async fn get(&self, name: &str) -> Result<Tag> {
        self.get_opt(name).await?.ok_or_else(|| self.missing(name))
    }

    /// The tag of this name, `None` where it is absent.
    pub async fn get_opt(&self, name: &str) -> Result<Option<Tag>> {
        let path = self.path(name)?;
        let mut reads = 1;
        loop {
            let Some(body) = self.storage.get_opt(&path).await? else { return Ok(None) };
            match Tag::from_json(&body) {
                Ok(tag) => return Ok(Some(tag)),
                Err(_) if reads < READS => reads += 1,
                Err(error) => return Err(error.at(self.storage.location(&path))),
            }
            self.storage.runtime().sleep(PAUSE).await;
        }
    }

    /// Names a snapshot, the latest one if none is given: the tag file is a copy of the snapshot file.
    ///
    /// Errors: `AlreadyExists` for a name in use, `NotFound` for a snapshot that is not there, `Invalid` for blank names.
    pub async fn create(&self, name: &str, snapshot_id: Option<i64>) -> Result<Tag> {
        let path = self.path(name)?;
        let id = match snapshot_id {
            Some(id) => id,
            None => self.snapshots.latest_id().await?.ok_or_else(|| self.nothing_to_tag())?,
        };
        // The file's bytes, not our reading of them: members that we do not know stay.
        let Some(body) = self.storage.get_fresh(&self.snapshots.path(id)).await? else {
            return Err(self.snapshots.missing(id).await);
        };
        let tag = Tag::from_json(&body).map_err(|error| error.at(self.storage.location(&self.snapshots.path(id))))?;
        if self.create_file(&path, body).await? == PutOutcome::Exists {
            return Err(self.in_use(name, &path));
        }
        self.check_kept(name, &tag, false).await?;
        Ok(tag)
    }

    /// Writes a tag as it is given. Its snapshot should be there, or another tag of it.
    ///
    /// Errors: `AlreadyExists` for a name in use unless `replace`; `NotFound` for a snapshot that expired meanwhile.
    pub async fn write(&self, name: &str, tag: &Tag, replace: bool) -> Result<()> {
        let path = self.path(name)?;
        let body = Bytes::from(tag.to_json()?);
        if replace {
            self.storage.put(&path, body).await?;
        } else if self.create_file(&path, body).await? == PutOutcome::Exists {
            return Err(self.in_use(name, &path));
        }
        self.check_kept(name, tag, replace).await
    }

    /// A snapshot may expire while it is tagged. Who expires looks for tags once its snapshot file is gone; we look for
    /// the snapshot file once the tag is there: so one of us sees the other.
    async fn check_kept(&self, name: &str, tag: &Tag, replaced: bool) -> Result<()> {
        let id = tag.snapshot.id;
        if self.snapshots.get_fresh(id).await?.is_some() {
            return Ok(());
        }
        let others = self.list().await?;
        if others.iter().any(|(other, known)| other != name && known.snapshot.id == id) {
            return Ok(());
        }
        // A replaced tag is kept: what it was is gone, and what it names is in nobody else's care.
        if !replaced {
            self.storage.delete(&self.path(name)?).await?;
        }
        Err(self.snapshots.missing(id).await)
    }

    /// Gives a tag another name. Between the two writes both names are there.
    ///
    /// Errors: `NotFound`, `AlreadyExists`, `Invalid` for what is no name.
    pub async fn rename(&self, name: &str, to: &str) -> Result<()> {
        let (from, to_path) = (self.path(name)?, self.path(to)?);
        let Some(body) = self.storage.get_opt(&from).await? else { return Err(self.missing(name)) };
        if self.create_file(&to_path, body).await? == PutOutcome::Exists {
            return Err(self.in_use(to, &to_path));
        }
        self.storage.delete(&from).await
    }

    fn in_use(&self, name: &str, path: &str) -> Error {
        Error::already_exists(format!("there is a tag {name} already")).at(self.storage.location(path))
    }

    /// Removes a tag file, and nothing else: files that only this tag kept stay until orphan files are cleaned. See
    /// `maintain::tags::delete`, which removes them. Errors: `NotFound`.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let path = self.path(name)?;
        if self.storage.get_opt(&path).await?.is_none() {
            return Err(self.missing(name));
        }
        self.storage.delete(&path).await
    }

    /// When the tag file was written last, epoch milliseconds; `None` where it is absent.
    pub async fn modified_millis(&self, name: &str) -> Result<Option<i64>> {
        Ok(self.storage.stat(&self.path(name)?).await?.map(|file| file.modified_millis))
    }

    /// Tags are no commits: where the store cannot create only if absent, a look before the write has to do.
    async fn create_file(&self, path: &str, body: Bytes) -> Result<PutOutcome> {
        match self.storage.put_if_absent(path, body.clone()).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                if self.storage.get_opt(path).await?.is_some() {
                    return Ok(PutOutcome::Exists);
                }
                self.storage.put(path, body).await?;
                Ok(PutOutcome::Created)
            }
            outcome => outcome,
        }
    }

    fn path(&self, name: &str) -> Result<String> {
        if name.trim().is_empty() || name.contains('/') || name.chars().any(char::is_control) {
            return Err(Error::invalid(format!("not a tag name: {name:?}")));
        }
        Ok(format!("{}{}", self.prefix, layout::tag_path(name)))
    }

    fn missing(&self, name: &str) -> Error {
        let folder = format!("{}{}", self.prefix, layout::TAG_FOLDER);
        Error::not_found(format!("there is no tag {name}")).at(self.storage.location(&folder))
    }

    fn nothing_to_tag(&self) -> Error {
        Error::not_found("there is no snapshot to tag").at(self.storage.location(&self.prefix))
    }
}
