//! What was asked of the store, and how many bytes it moved: the meter that every front end shows.

use std::{
    collections::VecDeque,
    fmt,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Records kept; older ones fall out, the totals go on counting.
const CAPACITY: usize = 4096;

/// What a request did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Read an object or a part of it.
    Get,
    /// Asked for size and time of an object; never on the reading path.
    Head,
    /// Wrote an object, replacing what was there.
    Put,
    /// Created an object if absent.
    Create,
    /// Wrote one part of a streamed object, or finished it.
    Upload,
    /// Removed an object.
    Delete,
    /// Listed a folder.
    List,
}

impl Method {
    /// Lower-case word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Head => "head",
            Method::Put => "put",
            Method::Create => "create",
            Method::Upload => "upload",
            Method::Delete => "delete",
            Method::List => "list",
        }
    }
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Done,
    /// The object is not there.
    Absent,
    /// Create-if-absent found an object.
    Exists,
    /// The store failed or refused.
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Done => f.write_str("ok"),
            Outcome::Absent => f.write_str("absent"),
            Outcome::Exists => f.write_str("exists"),
            Outcome::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

/// One request, or one hit of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// Counts up from 1, over all records ever made.
    pub seq: u64,
    /// What was asked.
    pub method: Method,
    /// Of which object, relative to the storage that was opened.
    pub path: String,
    /// Which bytes; `None` for the whole object.
    pub range: Option<Range<u64>>,
    /// Bytes of content moved.
    pub bytes: u64,
    /// When it began, epoch milliseconds of the runtime's clock.
    pub start_millis: i64,
    /// How long it took.
    pub duration_millis: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// True when the cache answered and the store was not asked.
    pub cached: bool,
}

impl fmt::Display for RequestRecord {
    /// `get manifest/manifest-0 [0..100] absent cached`: times are left out so that tests can compare the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)?;
        if let Some(range) = &self.range {
            write!(f, " [{}..{}]", range.start, range.end)?;
        }
        if self.outcome != Outcome::Done {
            write!(f, " {}", self.outcome)?;
        }
        if self.cached { f.write_str(" cached") } else { Ok(()) }
    }
}

/// Sums since the log began or was reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IoTotals {
    /// Requests that reached the store.
    pub requests: u64,
    /// Bytes read from the store.
    pub bytes_read: u64,
    /// Bytes written to the store.
    pub bytes_written: u64,
    /// Reads that the cache answered.
    pub cache_hits: u64,
    /// Requests that failed (absent objects and lost races are no failures).
    pub failures: u64,
}

/// The request log of a storage and all its children; clones share it.
#[derive(Clone, Debug, Default)]
pub struct IoLog(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    next_seq: u64,
    totals: IoTotals,
    records: VecDeque<RequestRecord>,
}

impl IoLog {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record; its `seq` is given here.
    pub(super) fn record(&self, mut record: RequestRecord) {
        let mut inner = self.lock();
        inner.next_seq += 1;
        record.seq = inner.next_seq;
        inner.totals.count(&record);
        if inner.records.len() == CAPACITY {
            inner.records.pop_front();
        }
        inner.records.push_back(record);
    }

    /// The latest records (up to 4096), oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.since(0)
    }

    /// Records whose `seq` is greater than `seq`, oldest first, as far as they are still kept.
    pub fn since(&self, seq: u64) -> Vec<RequestRecord> {
        self.lock().records.iter().filter(|record| record.seq > seq).cloned().collect()
    }

    /// Sums since the log began or was reset.
    pub fn totals(&self) -> IoTotals {
        self.lock().totals
    }

    /// Forgets records and sums; `seq` goes on counting.
    pub fn reset(&self) {
        let mut inner = self.lock();
        inner.records.clear();
        inner.totals = IoTotals::default();
    }
}

impl fmt::Display for IoLog {
    /// One record a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.requests().iter().try_for_each(|record| writeln!(f, "{record}"))
    }
}

impl IoTotals {
    fn count(&mut self, record: &RequestRecord) {
        if record.cached {
            self.cache_hits += 1;
            return;
        }
        self.requests += 1;
        match record.method {
            Method::Get => self.bytes_read += record.bytes,
            Method::Put | Method::Create | Method::Upload => self.bytes_written += record.bytes,
            Method::Head | Method::Delete | Method::List => {}
        }
        if matches!(record.outcome, Outcome::Failed(_)) {
            self.failures += 1;
        }
    }
}
