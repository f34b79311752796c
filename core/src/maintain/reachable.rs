//! Which files a snapshot, tag or kept changelog refers to: the one answer for expiry, tags, branches and orphans.
//!
//! ```text
//! roots ── snapshot / tag / changelog files of a branch
//!   └── base, delta and changelog manifest lists ── manifests ── data files, side-cars, changelog files
//!   └── index manifest ── index files              └── statistics file
//! ```
//!
//! Entries are streamed: a [`Walk`] keeps the names of manifests that it has read, not those of data files. What a
//! manifest names counts as referred to even where its entry is a DELETE (format digest 15.7): [`FileRef::removed`]
//! tells. Files are named by paths in the table folder, or by full locations where they are elsewhere.

mod roots;
mod walk;

pub use roots::{Keeper, Root, branch_tables, roots, roots_of_branch};
pub(super) use walk::files_of;
pub use walk::{FileRef, FileRole, Visit, Walk};
