//! `cenote repair`

use cenote_core::maintain::repair::{self, HintFault};

use crate::{cli::RepairArgs, error::Result, notice::notice, output::Listing, session::Session};

/// Makes hint files right.
pub(super) async fn run(session: &Session, args: RepairArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let repairs = repair::repair(&table, args.dry_run).await?;
    notice(&match (repairs.len(), args.dry_run) {
        (0, _) => "every hint is right".to_owned(),
        (wrong, true) => format!("{wrong} hints are wrong; run it without --dry-run to mend them"),
        (wrong, false) => format!("mended {wrong} hints"),
    });
    Listing::new()
        .text("path", repairs.iter().map(|repair| Some(repair.path.as_str())))
        .text("fault", repairs.iter().map(|repair| Some(word(repair.fault))))
        .text("found", repairs.iter().map(|repair| repair.found.as_deref()))
        .integer("expected", repairs.iter().map(|repair| repair.expected))
        .print(&args.output)
}

fn word(fault: HintFault) -> &'static str {
    match fault {
        HintFault::Missing => "missing",
        HintFault::Unreadable => "unreadable",
        HintFault::Wrong => "wrong",
        HintFault::Superfluous => "superfluous",
    }
}
