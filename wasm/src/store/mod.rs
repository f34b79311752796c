//! An `ObjectStore` over a JavaScript object.
//!
//! The object has `get(path, {start, end, suffix, signal})`, and may have `list`, `put`, `putIfAbsent`, `delete` (see
//! `Store` in `wasm/js/index.d.ts`). JS values cannot leave their thread and the trait wants `Send`, so the objects stay
//! in a table of this thread, and each call runs as a local task that sends plain bytes back.

mod call;
mod failure;
mod object;
mod upload;

use std::{cell::RefCell, collections::HashMap, fmt, ops::Range, sync::Arc};

use async_trait::async_trait;
use cenote_core::io::{CreateIfAbsent, Storage, StorageTraits};
use chrono::{DateTime, Utc};
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

pub(crate) use failure::JsFailure;
pub use object::StoreObject;

use crate::runtime::EventLoop;
use object::{Found, Listed};

thread_local! {
    static STORES: RefCell<Registry> = RefCell::default();
}

#[derive(Default)]
struct Registry {
    last: u32,
    stores: HashMap<u32, StoreObject>,
}

/// A store object of JavaScript, by its number in this thread's table.
#[derive(Debug)]
pub(crate) struct JsStore {
    id: u32,
    can: object::Abilities,
}

/// The engine's storage over a store object; `label` (such as `https://host/t`) stands before paths in messages.
pub(crate) fn storage(object: StoreObject, label: &str) -> Storage {
    let store = JsStore::register(object);
    let create_if_absent = match (store.can.create, store.can.is_remote) {
        (false, _) => CreateIfAbsent::No,
        (true, false) => CreateIfAbsent::Yes,
        // The first commit tries it out.
        (true, true) => CreateIfAbsent::Unproven,
    };
    let traits = StorageTraits {
        can_list: store.can.list,
        create_if_absent,
        visible_while_written: false,
        label: label.trim_end_matches('/').to_owned(),
    };
    Storage::with_traits(Arc::new(store), Path::ROOT, Arc::new(EventLoop), traits)
}

impl JsStore {
    fn register(object: StoreObject) -> Self {
        let can = object.abilities();
        let id = STORES.with_borrow_mut(|registry| {
            registry.last += 1;
            registry.stores.insert(registry.last, object);
            registry.last
        });
        JsStore { id, can }
    }

    async fn fetch(&self, location: &Path, range: object::Asked) -> Result<Found> {
        let path = location.as_ref().to_owned();
        let found = call::run(self.id, move |store, signal| store.read(&path, range, signal), object::found).await;
        match found.map_err(|failure| failure.into_store_error(location))? {
            Some(found) => Ok(found),
            None => Err(Error::NotFound { path: location.to_string(), source: "the store has no such object".into() }),
        }
    }

    async fn list_folder(&self, folder: &Path) -> Result<Listed> {
        if !self.can.list {
            return Err(unsupported("list"));
        }
        let path = folder.as_ref().to_owned();
        let listed = call::run(self.id, move |store, signal| store.list_folder(&path, signal), object::listed).await;
        listed.map_err(|failure| failure.into_store_error(folder))
    }
}

impl Drop for JsStore {
    fn drop(&mut self) {
        // At the end of the thread the table may be gone already.
        let _ = STORES.try_with(|registry| registry.borrow_mut().stores.remove(&self.id));
    }
}

impl fmt::Display for JsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("js")
    }
}

#[async_trait]
impl ObjectStore for JsStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let create = matches!(opts.mode, PutMode::Create);
        if matches!(opts.mode, PutMode::Update(_)) || !(if create { self.can.create } else { self.can.put }) {
            return Err(unsupported(if create { "create a file only if it is absent" } else { "write" }));
        }
        let path = location.as_ref().to_owned();
        let body = payload.into_iter().flatten().collect::<Vec<u8>>();
        let written = call::run(self.id, move |store, _| store.write(&path, &body, create), object::created).await;
        match written.map_err(|failure| failure.into_store_error(location))? {
            true => Ok(PutResult { e_tag: None, version: None }),
            false => {
                Err(Error::AlreadyExists { path: location.to_string(), source: "the object is there already".into() })
            }
        }
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        if !self.can.put {
            return Err(unsupported("write"));
        }
        Ok(Box::new(upload::Upload::new(JsStore::register(call::store(self.id)?), location.clone())))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        // Never HEAD: the first byte tells the size as well.
        let range = if options.head { Some(GetRange::Bounded(0..1)) } else { options.range };
        let found = self.fetch(location, object::Asked::from(range)).await?;
        let length = found.bytes.len() as u64;
        let range = found.start..found.start + length;
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: instant(found.modified_millis),
            size: found.size.unwrap_or(range.end),
            e_tag: found.e_tag,
            version: None,
        };
        let range: Range<u64> = if options.head { 0..meta.size } else { range };
        let payload = GetResultPayload::Stream(stream::iter([Ok(found.bytes)]).boxed());
        Ok(GetResult { payload, meta, range, attributes: Attributes::new() })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (id, can_delete) = (self.id, self.can.delete);
        let delete = move |location: Path| async move {
            if !can_delete {
                return Err(unsupported("delete"));
            }
            let path = location.as_ref().to_owned();
            let done = call::run(id, move |store, _| store.remove(&path), |_| Ok(())).await;
            done.map_err(|failure| failure.into_store_error(&location))?;
            Ok(location)
        };
        locations.and_then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let walker = match call::store(self.id) {
            Ok(object) => JsStore::register(object),
            Err(error) => return stream::iter([Err(error)]).boxed(),
        };
        let folders = vec![prefix.cloned().unwrap_or_default()];
        let walk = stream::try_unfold((walker, folders), |(walker, mut folders)| async move {
            let Some(folder) = folders.pop() else { return Ok(None) };
            let listed = walker.list_folder(&folder).await?;
            folders.extend(listed.dirs.iter().map(|name| child(&folder, name)));
            let files = metas(&folder, listed);
            Ok::<_, Error>(Some((stream::iter(files.into_iter().map(Ok)), (walker, folders))))
        });
        walk.try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let folder = prefix.cloned().unwrap_or_default();
        let listed = self.list_folder(&folder).await?;
        let common_prefixes = listed.dirs.iter().map(|name| child(&folder, name)).collect();
        Ok(ListResult { common_prefixes, objects: metas(&folder, listed) })
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(unsupported("copy"))
    }
}

fn unsupported(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.to_owned(), implementer: "this store".to_owned() }
}

/// Names on disk are taken as they are: `%` in a partition folder is not an escape of ours.
fn child(folder: &Path, name: &str) -> Path {
    let full = if folder.as_ref().is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    Path::parse(&full).unwrap_or_else(|_| folder.clone().join(name))
}

fn metas(folder: &Path, listed: Listed) -> Vec<ObjectMeta> {
    let meta = |file: object::ListedFile| ObjectMeta {
        location: child(folder, &file.name),
        last_modified: instant(file.modified_millis),
        size: file.size,
        e_tag: None,
        version: None,
    };
    listed.files.into_iter().map(meta).collect()
}

fn instant(millis: Option<i64>) -> DateTime<Utc> {
    millis.and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}
