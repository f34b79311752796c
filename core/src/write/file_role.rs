//! What a file is for, and what follows from it: prefix, format, codec, statistics and where it rolls.

use crate::{
    error::Result,
    format::{FileFormat, WriterOptions},
    spec::{data_file::FileSource, options::CoreOptions, stats::StatsMode},
};

/// What a file is for; decides its name, format, compression and statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileRole {
    /// LSM level.
    pub level: i32,
    /// Who makes it.
    pub source: FileSource,
    /// Key-value layout (`_KEY_*`, `_SEQUENCE_NUMBER`, `_VALUE_KIND`, columns) or the plain columns.
    pub key_value: bool,
}

/// Which of Paimon's kinds of files are written; all but the first differ in name and, where the options say so, in
/// format, codec and statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FilePurpose {
    /// Rows of the table.
    Data,
    /// Changes, for readers of changes (`changelog-file.*`). Keys may repeat.
    Changelog,
    /// Rows that wait in `bucket-postpone` for a compaction to give them a bucket, in order of arrival, no sequence
    /// numbers. Named by this prefix, which tells writers apart.
    Postponed {
        /// What file names begin with.
        prefix: String,
        /// Avro without statistics, unless options of level 0 say otherwise: as Java writes them where Avro has all the
        /// types.
        as_avro: bool,
    },
}

impl FilePurpose {
    /// How to write a file. Errors: `Unsupported` for a format that is not known.
    pub(super) fn writer_options(&self, role: FileRole, options: &CoreOptions) -> Result<WriterOptions> {
        match self {
            FilePurpose::Changelog => WriterOptions::for_changelog(options, role.level),
            FilePurpose::Data => WriterOptions::for_level(options, role.level),
            FilePurpose::Postponed { as_avro, .. } => {
                let of_level = WriterOptions::for_level(options, role.level)?;
                let is_avro = *as_avro && !options.file_format_per_level.contains_key(&role.level);
                Ok(if is_avro { WriterOptions { format: FileFormat::Avro, ..of_level } } else { of_level })
            }
        }
    }

    /// Mode of the columns that name none of their own.
    pub(super) fn stats_mode(&self, role: FileRole, options: &CoreOptions) -> Result<StatsMode> {
        match (self, options.changelog_file_stats_mode) {
            (FilePurpose::Changelog, Some(mode)) => Ok(mode),
            (FilePurpose::Postponed { as_avro: true, .. }, _)
                if !options.metadata_stats_mode_per_level.contains_key(&role.level) =>
            {
                Ok(StatsMode::None)
            }
            _ => options.stats_mode_of_level(role.key_value.then_some(role.level)),
        }
    }

    /// What file names begin with.
    pub(super) fn prefix<'a>(&'a self, options: &'a CoreOptions) -> &'a str {
        match self {
            FilePurpose::Data => &options.data_file_prefix,
            FilePurpose::Changelog => &options.changelog_file_prefix,
            FilePurpose::Postponed { prefix, .. } => prefix,
        }
    }

    /// Rows after which a file ends (`target-file-row-num`); compactions and changelogs only roll by size.
    pub(super) fn row_limit(&self, role: FileRole, options: &CoreOptions) -> u64 {
        let limited = role.source == FileSource::Append && *self != FilePurpose::Changelog;
        u64::try_from(options.target_file_row_num).ok().filter(|_| limited).unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Found = (FileFormat, String, StatsMode, String, u64);

    fn of(options: &[(&str, &str)], purpose: &FilePurpose, level: i32, source: FileSource) -> Found {
        let options: BTreeMap<_, _> =
            options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let options = CoreOptions::parse(&options).unwrap();
        let role = FileRole { level, source, key_value: true };
        let writer = purpose.writer_options(role, &options).unwrap();
        let mode = purpose.stats_mode(role, &options).unwrap();
        let prefix = purpose.prefix(&options).to_owned();
        (writer.format, writer.compression, mode, prefix, purpose.row_limit(role, &options))
    }

    fn found(format: FileFormat, codec: &str, mode: StatsMode, prefix: &str, rows: u64) -> Found {
        (format, codec.to_owned(), mode, prefix.to_owned(), rows)
    }

    const TRUNCATED: StatsMode = StatsMode::Truncate(16);

    #[test]
    fn changelog_files_have_options_of_their_own() {
        let options = [
            ("file.format.per.level", "0:avro"),
            ("file.compression.per.level", "5:lz4"),
            ("changelog-file.format", "parquet"),
            ("changelog-file.compression", "snappy"),
            ("changelog-file.stats-mode", "none"),
            ("changelog-file.prefix", "cl-"),
            ("target-file-row-num", "7"),
        ];
        assert_eq!(
            of(&options, &FilePurpose::Data, 0, FileSource::Append),
            found(FileFormat::Avro, "zstd", TRUNCATED, "data-", 7)
        );
        assert_eq!(
            of(&options, &FilePurpose::Data, 5, FileSource::Compact),
            found(FileFormat::Parquet, "lz4", TRUNCATED, "data-", u64::MAX)
        );
        assert_eq!(
            of(&options, &FilePurpose::Changelog, 0, FileSource::Append),
            found(FileFormat::Parquet, "snappy", StatsMode::None, "cl-", u64::MAX)
        );
    }

    #[test]
    fn changelog_files_without_options_have_those_of_their_level() {
        let options = [
            ("file.format.per.level", "0:avro,5:orc"),
            ("file.compression.per.level", "5:lz4"),
            ("metadata.stats-mode.per.level", "5:counts"),
        ];
        let changelog = |level| of(&options, &FilePurpose::Changelog, level, FileSource::Append);
        assert_eq!(changelog(0), found(FileFormat::Avro, "zstd", TRUNCATED, "changelog-", u64::MAX));
        assert_eq!(changelog(5), found(FileFormat::Orc, "lz4", StatsMode::Counts, "changelog-", u64::MAX));
    }

    #[test]
    fn postponed_files_are_avro_unless_level_0_is_something_else() {
        let postponed = |options: &[(&str, &str)], as_avro| {
            let purpose = FilePurpose::Postponed { prefix: "data-u-".into(), as_avro };
            of(options, &purpose, 0, FileSource::Append)
        };
        let rows = ("target-file-row-num", "7");
        assert_eq!(postponed(&[rows], true), found(FileFormat::Avro, "zstd", StatsMode::None, "data-u-", 7));
        assert_eq!(postponed(&[rows], false), found(FileFormat::Parquet, "zstd", TRUNCATED, "data-u-", 7));
        let by_level = [rows, ("file.format.per.level", "0:orc"), ("metadata.stats-mode.per.level", "0:counts")];
        assert_eq!(postponed(&by_level, true), found(FileFormat::Orc, "zstd", StatsMode::Counts, "data-u-", 7));
    }
}
