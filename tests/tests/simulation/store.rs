//! The store as one process sees it: every call takes two steps, in between others go on, and some calls go wrong.

use std::{fmt, ops::Range};

use async_trait::async_trait;
use futures::{FutureExt, StreamExt, TryStreamExt, stream, stream::BoxStream};
use object_store::{
    Attributes, CopyMode, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
    UploadPart, path::Path,
};

use crate::{
    process::yield_now,
    world::{Change, File, State, World},
};

/// Files that a page of a listing has, at most.
const PAGE: usize = 12;

#[derive(Clone, Debug)]
pub(crate) struct SimStore {
    world: World,
    who: String,
}

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Fine,
    /// A busy server: nothing is done.
    Refused,
    /// Done, but the caller gets an error.
    ReplyLost,
    /// Not done, and the error is the same.
    RequestLost,
    /// Done later, and the error is the same.
    Late,
    /// An error that trying again does not help; a write on a disk leaves a part of the file.
    Broken,
}

/// A request on its way: where its process dies, it may still arrive.
struct OnItsWay {
    world: World,
    change: Option<Change>,
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        let Some(change) = self.change.take() else { return };
        let mut state = self.world.lock();
        if !state.calm && state.dice.chance(5_000) {
            state.postpone(change);
        }
    }
}

impl SimStore {
    pub(crate) fn new(world: World, who: &str) -> Self {
        SimStore { world, who: who.to_owned() }
    }

    async fn pause(&self) {
        if !self.world.lock().calm {
            yield_now().await;
        }
    }

    async fn change(&self, change: Change) -> Result<()> {
        let mut on_its_way = OnItsWay { world: self.world.clone(), change: Some(change) };
        self.pause().await;
        let Some(change) = on_its_way.change.take() else { return Ok(()) };
        let result = {
            let mut state = self.world.lock();
            let fate = fate(&mut state, true);
            let result = self.settle(&mut state, fate, &change);
            let end = match &result {
                Ok(()) => String::new(),
                Err(error) => format!(": {fate:?}: {}", short(error)),
            };
            state.note(&self.who, &format!("{}{end}", change.label()));
            result
        };
        self.pause().await;
        result
    }

    fn settle(&self, state: &mut State, fate: Fate, change: &Change) -> Result<()> {
        match fate {
            Fate::Fine => state.apply(change),
            Fate::Refused => Err(busy()),
            Fate::ReplyLost => {
                let _ = state.apply(change);
                Err(lost())
            }
            Fate::RequestLost => Err(lost()),
            Fate::Late => {
                state.postpone(change.clone());
                Err(lost())
            }
            Fate::Broken => {
                if let (true, Change::Put(path, body)) = (state.plan.disk, change) {
                    let part = state.dice.below(body.len());
                    state.apply(&Change::Put(path.clone(), body.slice(..part)))?;
                }
                Err(broken())
            }
        }
    }

    async fn read<T>(&self, what: &str, read: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        self.pause().await;
        let result = {
            let mut state = self.world.lock();
            let result = match fate(&mut state, false) {
                Fate::Fine => read(&mut state),
                Fate::Refused => Err(busy()),
                _ => Err(broken()),
            };
            let end = result.as_ref().err().map_or(String::new(), |error| format!(": {}", short(error)));
            state.note(&self.who, &format!("{what}{end}"));
            result
        };
        self.pause().await;
        result
    }

    /// All files below `prefix`, page by page: others go on in between.
    async fn list_slowly(&self, prefix: Option<Path>) -> Result<Vec<(String, File)>> {
        let prefix = prefix.map_or(String::new(), |prefix| format!("{prefix}/"));
        let at = {
            let mut state = self.world.lock();
            let most = state.plan.old_listing_millis;
            let is_old = most > 0 && !state.calm && state.dice.chance(3_000);
            let now = state.now;
            is_old.then(|| now - state.dice.between(0, most))
        };
        let what = format!("list {prefix}");
        let mut all: Vec<(String, File)> = Vec::new();
        loop {
            let last = all.last().map(|(path, _)| path.clone());
            let page = self.read(&what, |state| {
                let size = if state.calm { usize::MAX } else { 1 + state.dice.below(PAGE) };
                let found = state.listed(&prefix, at);
                let rest = found.into_iter().filter(|(path, _)| last.as_ref().is_none_or(|last| path > last));
                Ok(rest.take(size).collect::<Vec<_>>())
            });
            let page = page.await?;
            if page.is_empty() {
                return Ok(all);
            }
            let is_whole = self.world.lock().calm;
            all.extend(page);
            if is_whole {
                return Ok(all);
            }
        }
    }
}

fn fate(state: &mut State, changes: bool) -> Fate {
    state.calls += 1;
    let rate = state.plan.calls;
    if state.calm || !state.dice.chance(rate) {
        return Fate::Fine;
    }
    state.faults += 1;
    match changes {
        true => *state.dice.pick(&[Fate::Refused, Fate::ReplyLost, Fate::RequestLost, Fate::Late, Fate::Broken]),
        false => *state.dice.pick(&[Fate::Refused, Fate::Refused, Fate::Broken]),
    }
}

fn busy() -> Error {
    Error::Generic { store: "simulated", source: "status code: 503 Slow Down".into() }
}

fn lost() -> Error {
    Error::Generic { store: "simulated", source: "the connection closed before the reply".into() }
}

fn broken() -> Error {
    Error::Generic { store: "simulated", source: Box::new(std::io::Error::other("the medium is bad here")) }
}

fn short(error: &Error) -> &'static str {
    match error {
        Error::NotFound { .. } => "absent",
        Error::AlreadyExists { .. } => "exists",
        _ => "failed",
    }
}

fn meta(path: &str, file: &File) -> ObjectMeta {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(file.modified as u64);
    let location = Path::parse(path).unwrap();
    ObjectMeta { location, last_modified: time.into(), size: file.body.len() as u64, e_tag: None, version: None }
}

impl fmt::Display for SimStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sim({})", self.who)
    }
}

#[async_trait]
impl ObjectStore for SimStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let (path, body) = (location.to_string(), bytes::Bytes::from(payload));
        let change = match opts.mode {
            PutMode::Create => Change::Create(path, body),
            _ => Change::Put(path, body),
        };
        self.change(change).await?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Parts { store: self.clone(), path: location.to_string(), parts: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let path = location.to_string();
        let what = format!("get {path}");
        let read = self.read(&what, |state| {
            let file = state.get(&path)?.clone();
            let length = file.body.len() as u64;
            let range: Range<u64> = match &options.range {
                Some(range) => range.as_range(length).map_err(|_| broken())?,
                None => 0..length,
            };
            let body = file.body.slice(range.start as usize..range.end as usize);
            let payload = GetResultPayload::Stream(stream::iter([Ok(body)]).boxed());
            Ok(GetResult { payload, meta: meta(&path, &file), range, attributes: Attributes::default() })
        });
        read.await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let delete = move |location: Result<Path>| {
            let store = store.clone();
            async move {
                let location = location?;
                store.change(Change::Delete(location.to_string())).await?;
                Ok(location)
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (store, prefix) = (self.clone(), prefix.cloned());
        let found = async move {
            let found = store.list_slowly(prefix).await?;
            let metas: Vec<Result<ObjectMeta>> = found.iter().map(|(path, file)| Ok(meta(path, file))).collect();
            Ok::<_, Error>(stream::iter(metas))
        };
        stream::once(found).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let found = self.list_slowly(prefix.cloned()).await?;
        let start = prefix.map_or(0, |prefix| prefix.as_ref().len() + 1);
        let mut result = ListResult { common_prefixes: Vec::new(), objects: Vec::new() };
        for (path, file) in &found {
            match path[start..].split_once('/') {
                None => result.objects.push(meta(path, file)),
                Some((folder, _)) => {
                    let folder = Path::parse(format!("{}{folder}", &path[..start])).unwrap();
                    if result.common_prefixes.last() != Some(&folder) {
                        result.common_prefixes.push(folder);
                    }
                }
            }
        }
        Ok(result)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let only_if_absent = options.mode == CopyMode::Create;
        self.change(Change::Copy { from: from.to_string(), to: to.to_string(), only_if_absent }).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, _: RenameOptions) -> Result<()> {
        self.change(Change::Rename { from: from.to_string(), to: to.to_string() }).await
    }
}

#[derive(Debug)]
struct Parts {
    store: SimStore,
    path: String,
    parts: Vec<bytes::Bytes>,
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.parts.push(bytes::Bytes::from(data));
        let store = self.store.clone();
        async move { store.read("part", |_| Ok(())).await }.boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.store.change(Change::Put(self.path.clone(), self.parts.concat().into())).await?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}
