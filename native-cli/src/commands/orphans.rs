//! `cenote orphans`

use cenote_core::maintain::orphans::{self, LEAST_AGE_MILLIS, OrphanFile, OrphanOptions, OrphanReport};

use crate::{
    cli::OrphansArgs,
    error::{Failure, Result},
    notice::notice,
    output::Listing,
    progress::Progress,
    session::Session,
};

/// Finds files that nothing refers to, and removes them with --yes.
pub(super) async fn run(session: &Session, args: OrphansArgs) -> Result<()> {
    if args.older_than.millis < LEAST_AGE_MILLIS && !args.force {
        return Err(Failure::usage(
            "--older-than: refused less than 1 hour: a writer may be about to commit its files",
        )
        .hint("add --force if nobody writes to the table"));
    }
    let table = session.table(&args.table.table).await?;
    let options = OrphanOptions {
        older_than_millis: args.older_than.millis,
        allow_young: args.force,
        external: args.external,
        delete: args.yes,
    };
    let progress = Progress::start(&format!("looking for orphans of {}", table.name()));
    let mut files = Vec::new();
    let report = orphans::clean(&table, &options, &mut |file| files.push(file.clone())).await;
    progress.finish();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let report = report?;
    notices(&report);
    listing(&files).print(&args.output)
}

fn notices(report: &OrphanReport) {
    let total = report.total();
    let seen = format!(
        "looked at {} files and {} snapshots, tags and changelogs of all branches",
        report.files_seen, report.states_read
    );
    notice(&match (total.files, report.deleted) {
        (0, _) => format!("no orphans: {seen}"),
        (files, true) => format!("removed {files} orphans of {} bytes: {seen}", total.bytes),
        (files, false) => format!("{files} orphans of {} bytes, pass --yes to remove them: {seen}", total.bytes),
    });
    if report.young > 0 {
        notice(&format!("{} files are too young to tell", report.young));
    }
    if report.unknown > 0 {
        let first = report.unknown_names.first().map_or("", String::as_str);
        notice(&format!("{} files are none of Paimon's and stay, such as {first}", report.unknown));
    }
    if let Some(ahead) = report.store_clock_ahead_millis.filter(|ahead| ahead.abs() > 60_000) {
        notice(&format!(
            "the clock of the store is {} s ahead of this machine's; the earlier one counts",
            ahead / 1000
        ));
    }
}

fn listing(files: &[OrphanFile]) -> Listing {
    Listing::new()
        .text("path", files.iter().map(|file| Some(file.path.as_str())))
        .text("kind", files.iter().map(|file| Some(file.kind.as_str())))
        .integer("size", files.iter().map(|file| i64::try_from(file.size).ok()))
        .instant("modified", files.iter().map(|file| Some(file.modified_millis)))
}
