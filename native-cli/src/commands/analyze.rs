//! `cenote analyze`

use cenote_core::{
    commit::ColumnStatistics,
    maintain::analyze::{self, AnalyzedColumns},
};

use crate::{cli::AnalyzeArgs, error::Result, notice::notice, output::Listing, progress::Progress, session::Session};

/// Counts rows and values, and publishes what it finds.
pub(super) async fn run(session: &Session, args: AnalyzeArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let columns = match args.columns {
        _ if args.all_columns => AnalyzedColumns::All,
        names if names.is_empty() => AnalyzedColumns::None,
        names => AnalyzedColumns::Named(names),
    };
    let progress = Progress::start(&format!("analyzing {}", table.name()));
    let found = match args.dry_run {
        true => analyze::count(&table, &columns).await.map(|found| found.map(|statistics| (None, statistics))),
        false => analyze::analyze(&table, &columns).await.map(|found| found.map(|(id, found)| (Some(id), found))),
    };
    progress.finish();
    let Some((published, statistics)) = found? else {
        notice(&format!("{} has no snapshot to analyze", table.name()));
        return Listing::new().print(&args.output);
    };
    let rows = statistics.merged_record_count.unwrap_or(0);
    let of = format!("snapshot {} has {rows} rows", statistics.snapshot_id);
    notice(&match published {
        Some(id) => format!("{of}: statistics published as snapshot {id}"),
        None => of,
    });
    let names = statistics.col_stats.keys();
    let texts = |get: fn(&ColumnStatistics) -> Option<&str>| statistics.col_stats.values().map(get);
    let integers = |get: fn(&ColumnStatistics) -> Option<i64>| statistics.col_stats.values().map(get);
    Listing::new()
        .text("column", names.map(|name| Some(name.as_str())))
        .integer("distinct", integers(|column| column.distinct_count))
        .text("min", texts(|column| column.min.as_deref()))
        .text("max", texts(|column| column.max.as_deref()))
        .integer("nulls", integers(|column| column.null_count))
        .integer("avg_len", integers(|column| column.avg_len))
        .integer("max_len", integers(|column| column.max_len))
        .print(&args.output)
}
