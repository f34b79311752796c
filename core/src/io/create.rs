//! Creating a file only if it is absent: what makes a commit safe among many writers, and what to do where a store cannot.

use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;

use super::{
    Method, PutOutcome, Storage,
    store_error::{Fault, classify},
};
use crate::error::{Error, Result};

/// Whether a store creates an object only if it is absent, in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateIfAbsent {
    /// It does.
    Yes,
    /// It cannot: plain HTTP servers, S3 with `conditional_put` disabled, custom stores without such a method.
    No,
    /// The protocol has it, but servers of other makers may take the condition for noise and overwrite: S3 with an
    /// endpoint of its own. The first commit tries it out with a scratch object.
    Unproven,
}

/// What a storage has learnt about its store.
#[derive(Debug, Default)]
pub(super) struct CreateKnowledge(AtomicU8);

/// Bits of [`CreateKnowledge`].
const PROVEN: u8 = 1;
const DISPROVEN: u8 = 2;
const ALLOWED: u8 = 4;

impl CreateKnowledge {
    fn has(&self, bit: u8) -> bool {
        self.0.load(Ordering::Relaxed) & bit != 0
    }

    fn learn(&self, bit: u8) {
        self.0.fetch_or(bit, Ordering::Relaxed);
    }
}

impl Storage {
    /// Goes on with commits where the store cannot create a file only if it is absent: looks, then writes. For one writer
    /// at a time: two at once may overwrite each other's snapshots, of which one may notice afterwards.
    pub fn allow_unsafe_commits(&self) {
        self.shared.creates.learn(ALLOWED);
    }

    /// Whether commits are safe among many writers here, as far as is known.
    pub fn creates_if_absent(&self) -> CreateIfAbsent {
        match self.shared.traits.create_if_absent {
            _ if self.shared.creates.has(DISPROVEN) => CreateIfAbsent::No,
            CreateIfAbsent::Unproven if self.shared.creates.has(PROVEN) => CreateIfAbsent::Yes,
            said => said,
        }
    }

    /// To be asked before anything is written for a commit.
    ///
    /// Errors: `Unsupported` where the store cannot create a file only if it is absent and nobody has allowed to go on.
    pub async fn check_commits(&self) -> Result<()> {
        if self.creates_if_absent() == CreateIfAbsent::Unproven {
            let proven = self.try_out().await?;
            self.shared.creates.learn(if proven { PROVEN } else { DISPROVEN });
        }
        if self.creates_if_absent() == CreateIfAbsent::No && !self.shared.creates.has(ALLOWED) {
            return Err(self.not_safe(""));
        }
        Ok(())
    }

    /// Creates a scratch object twice: the second time must fail.
    async fn try_out(&self) -> Result<bool> {
        let scratch = format!("snapshot/.create-if-absent.{}.tmp", self.runtime().uuid());
        let body = || Bytes::from_static(b"does this store create a file only if it is absent?");
        let outcomes = match self.create(&scratch, body()).await {
            Ok(PutOutcome::Created) => self.create(&scratch, body()).await.map(|second| second == PutOutcome::Exists),
            Ok(PutOutcome::Exists) => Ok(false),
            Err(error) => Err(error),
        };
        let _ = self.delete(&scratch).await;
        match outcomes {
            Err(error) if error.kind() == crate::ErrorKind::Unsupported => Ok(false),
            outcomes => outcomes,
        }
    }

    /// Creates an object only if absent. Losing the race is an outcome, not an error.
    ///
    /// Never repeated here. `Unavailable` means that the outcome is unknown: read the object back to settle it.
    /// Errors: `Unsupported` where the store cannot create only if absent and [`Storage::allow_unsafe_commits`] was not
    /// called.
    pub async fn put_if_absent(&self, path: &str, body: Bytes) -> Result<PutOutcome> {
        if self.creates_if_absent() == CreateIfAbsent::No {
            return self.put_unless_seen(path, body).await;
        }
        match self.create(path, body.clone()).await {
            Err(error) if error.kind() == crate::ErrorKind::Unsupported => {
                self.shared.creates.learn(DISPROVEN);
                self.put_unless_seen(path, body).await
            }
            outcome => outcome,
        }
    }

    /// Looks, then writes.
    async fn put_unless_seen(&self, path: &str, body: Bytes) -> Result<PutOutcome> {
        if !self.shared.creates.has(ALLOWED) {
            return Err(self.not_safe(path));
        }
        if self.get_opt(path).await?.is_some() {
            return Ok(PutOutcome::Exists);
        }
        self.put(path, body).await.map(|()| PutOutcome::Created)
    }

    async fn create(&self, path: &str, body: Bytes) -> Result<PutOutcome> {
        let target = self.locate(path)?;
        self.changes(&target);
        let length = body.len() as u64;
        let create = self.shared.create(&target, body);
        match self.shared.logged(Method::Create, &target, None, |()| length, create).await {
            Ok(()) => Ok(PutOutcome::Created),
            Err(error) => match classify(&error) {
                Fault::Exists => Ok(PutOutcome::Exists),
                _ => Err(self.failed(error, "create a file only if it is absent, so commits are not safe here", path)),
            },
        }
    }

    fn not_safe(&self, path: &str) -> Error {
        let message = "the store cannot create a file only if it is absent, so two writers could overwrite each other's \
                       commits: allow unsafe commits if nobody else writes";
        Error::unsupported(message).at(self.location(path))
    }
}
