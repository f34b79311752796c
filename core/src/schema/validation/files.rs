//! Formats of files and what they can hold, file indexes, and how long files stay.

use super::{Subject, is_nested, require};
use crate::{
    error::{Error, Result},
    types::{DataType, TypeKind},
};

const FORMATS: [&str; 3] = ["parquet", "orc", "avro"];
/// Digits of a second that Avro holds.
const AVRO_TIMESTAMP: u8 = 6;
const AVRO_TIME: u8 = 3;

pub(super) fn check(subject: &Subject<'_>) -> Result<()> {
    check_formats(subject)?;
    check_numbers(subject)?;
    check_indexes(subject)?;
    check_map_layouts(subject)?;
    check_variants(subject)
}

fn check_formats(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    let levels = options.file_format_per_level.values();
    for format in levels.clone().chain([&options.file_format]).chain(&options.changelog_file_format) {
        require(FORMATS.contains(&format.to_ascii_lowercase().as_str()), || {
            format!("the option file.format is {format:?}, expected one of {}", FORMATS.join(", "))
        })?;
    }
    let is_avro = |format: &String| format.eq_ignore_ascii_case("avro");
    for field in &subject.schema.fields {
        if is_avro(&options.file_format) {
            check_avro(&field.name, &field.data_type)?;
        }
        if let TypeKind::Timestamp(digits) | TypeKind::TimestampLtz(digits) = field.data_type.kind {
            require(digits <= AVRO_TIMESTAMP || !levels.clone().any(is_avro), || {
                format!("Avro holds 6 digits of a second, the column {} has {digits}", field.name)
            })?;
        }
    }
    Ok(())
}

/// What Avro cannot hold, at any depth.
fn check_avro(column: &str, data_type: &DataType) -> Result<()> {
    let refuse = || Error::invalid(format!("the column {column} has the type {data_type}, which Avro cannot hold"));
    match &data_type.kind {
        TypeKind::Timestamp(digits) | TypeKind::TimestampLtz(digits) if *digits > AVRO_TIMESTAMP => Err(refuse()),
        TypeKind::Time(digits) if *digits > AVRO_TIME => Err(refuse()),
        TypeKind::Array(inner) | TypeKind::Multiset(inner) => check_avro(column, inner),
        TypeKind::Map { key, value } => check_avro(column, key).and_then(|()| check_avro(column, value)),
        TypeKind::Row(fields) => fields.iter().try_for_each(|field| check_avro(column, &field.data_type)),
        _ => Ok(()),
    }
}

fn check_numbers(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    require(options.target_file_row_num >= 1, || "the option target-file-row-num must be at least 1".into())?;
    let (min, max) = (i64::from(options.snapshot_num_retained_min), i64::from(options.snapshot_num_retained_max));
    check_retained("snapshot", min, max)?;
    let changelog_min = subject.number("changelog.num-retained.min")?.unwrap_or(min);
    check_retained("changelog", changelog_min, subject.number("changelog.num-retained.max")?.unwrap_or(max))
}

fn check_retained(what: &str, min: i64, max: i64) -> Result<()> {
    require(min >= 1, || format!("the option {what}.num-retained.min must be at least 1"))?;
    require(min <= max, || format!("the option {what}.num-retained.min is larger than {what}.num-retained.max"))
}

/// Options `file-index.<kind>.columns`; `column[key]` is the value of a key of a MAP.
fn check_indexes(subject: &Subject<'_>) -> Result<()> {
    let declared = |option: &str| option.strip_prefix("file-index.")?.strip_suffix(".columns").map(str::to_owned);
    let lists = subject.schema.options.iter().filter_map(|(option, list)| Some((option, declared(option)?, list)));
    for (option, kind, list) in lists {
        for column in list.split(',').map(str::trim) {
            let (name, nested) = match column.split_once('[') {
                Some((name, key)) if key.ends_with(']') => (name, true),
                _ => (column, false),
            };
            let data_type = &subject.column(option, name)?.data_type;
            let indexed = match (&data_type.kind, nested) {
                (_, false) => data_type,
                (TypeKind::Map { key, value }, true)
                    if matches!(key.kind, TypeKind::Char(_) | TypeKind::Varchar(_)) =>
                {
                    value
                }
                _ => {
                    return Err(Error::invalid(format!(
                        "the option {option} names {column}, which is no MAP of texts"
                    )));
                }
            };
            require(can_index(&kind, &indexed.kind), || {
                format!(
                    "the option {option} names {column} of the type {indexed}, which the index {kind} does not take"
                )
            })?;
        }
    }
    Ok(())
}

/// Whether an index of a kind takes a type; kinds that are not known here take all.
fn can_index(kind: &str, indexed: &TypeKind) -> bool {
    let is_odd = is_nested(indexed);
    match kind {
        "bloom-filter" => !is_odd && !matches!(indexed, TypeKind::Boolean | TypeKind::Decimal { .. }),
        "bitmap" => {
            let is_other = matches!(indexed, TypeKind::Decimal { .. } | TypeKind::Binary(_) | TypeKind::Varbinary(_));
            !is_odd && !is_other
        }
        "bsi" => {
            let is_other = matches!(
                indexed,
                TypeKind::Boolean
                    | TypeKind::Char(_)
                    | TypeKind::Varchar(_)
                    | TypeKind::Binary(_)
                    | TypeKind::Varbinary(_)
                    | TypeKind::Float
                    | TypeKind::Double
            );
            !is_odd && !is_other
        }
        "range-bitmap" => !is_odd && !matches!(indexed, TypeKind::Binary(_) | TypeKind::Varbinary(_)),
        _ => true,
    }
}

/// Options `fields.<column>.map.storage-layout`.
fn check_map_layouts(subject: &Subject<'_>) -> Result<()> {
    let column = |option: &str| option.strip_prefix("fields.")?.strip_suffix(".map.storage-layout").map(str::to_owned);
    let layouts = subject.schema.options.iter().filter_map(|(option, layout)| Some((option, column(option)?, layout)));
    for (option, column, layout) in layouts {
        let data_type = &subject.column(option, &column)?.data_type;
        let TypeKind::Map { key, .. } = &data_type.kind else {
            return Err(Error::invalid(format!("the option {option} needs a MAP, {column} has the type {data_type}")));
        };
        let is_shared = layout.trim().to_ascii_lowercase().replace('_', "-") == "shared-shredding";
        require(!is_shared || (!key.nullable && key.kind == TypeKind::STRING), || {
            format!(
                "the option {option}=shared-shredding needs keys STRING NOT NULL, {column} has the type {data_type}"
            )
        })?;
    }
    Ok(())
}

fn check_variants(subject: &Subject<'_>) -> Result<()> {
    let rows = |option: &str| match subject.number(option)? {
        Some(rows) if rows < 1 => Err(Error::invalid(format!("the option {option} must be at least 1"))),
        _ => Ok(()),
    };
    rows("variant.shredding.maxInferBufferRow")?;
    let option = "variant.shredding.minFieldCardinalityRatio";
    let ratio = subject.text(option).map_or(Ok(0.1), |text| text.trim().parse::<f64>());
    require(ratio.is_ok_and(|ratio| (0.0..=1.0).contains(&ratio)), || {
        format!("the option {option} must be a number from 0 to 1")
    })
}
