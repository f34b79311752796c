//! Paimon's logical types (Java `org.apache.paimon.types`).

/// Length of STRING and BYTES: VARCHAR and VARBINARY with this length.
pub const MAX_LENGTH: u32 = i32::MAX as u32;

/// A logical type and whether null is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataType {
    /// The type without nullability.
    pub kind: TypeKind,
    /// False for `NOT NULL`.
    pub nullable: bool,
}

/// A logical type without nullability.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TypeKind {
    /// BOOLEAN
    Boolean,
    /// TINYINT, 8 bits
    TinyInt,
    /// SMALLINT, 16 bits
    SmallInt,
    /// INT, 32 bits
    Int,
    /// BIGINT, 64 bits
    BigInt,
    /// FLOAT, 32 bits
    Float,
    /// DOUBLE, 64 bits
    Double,
    /// DECIMAL(precision 1..=38, scale 0..=precision)
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// CHAR(n), n characters
    Char(u32),
    /// VARCHAR(n); STRING is VARCHAR([`MAX_LENGTH`])
    Varchar(u32),
    /// BINARY(n), n bytes
    Binary(u32),
    /// VARBINARY(n); BYTES is VARBINARY([`MAX_LENGTH`])
    Varbinary(u32),
    /// DATE, days since 1970-01-01
    Date,
    /// TIME(p), milliseconds of the day whatever p
    Time(u8),
    /// TIMESTAMP(p), wall clock
    Timestamp(u8),
    /// TIMESTAMP(p) WITH LOCAL TIME ZONE, an instant
    TimestampLtz(u8),
    /// VARIANT, semi-structured value
    Variant,
    /// BLOB, bytes kept in files of their own
    Blob,
    /// ARRAY of elements
    Array(Box<DataType>),
    /// VECTOR: an array of a fixed length
    Vector {
        /// Type of the elements.
        element: Box<DataType>,
        /// Number of elements.
        length: u32,
    },
    /// MULTISET: elements with their counts
    Multiset(Box<DataType>),
    /// MAP
    Map {
        /// Type of the keys.
        key: Box<DataType>,
        /// Type of the values.
        value: Box<DataType>,
    },
    /// ROW of named fields
    Row(Vec<DataField>),
}

/// A column of a table or a field of a ROW.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataField {
    /// Id that stays when the field is renamed, and is never given again.
    pub id: i32,
    /// Current name.
    pub name: String,
    /// Type with nullability.
    pub data_type: DataType,
    /// Comment of the column.
    pub description: Option<String>,
    /// Text cast to the type and written where the input has null.
    pub default_value: Option<String>,
}

impl DataField {
    /// A field without comment and default.
    pub fn new(id: i32, name: impl Into<String>, data_type: DataType) -> Self {
        DataField { id, name: name.into(), data_type, description: None, default_value: None }
    }
}

impl DataType {
    /// The nullable form of `kind`.
    pub fn nullable(kind: TypeKind) -> Self {
        DataType { kind, nullable: true }
    }

    /// The `NOT NULL` form of `kind`.
    pub fn not_null(kind: TypeKind) -> Self {
        DataType { kind, nullable: false }
    }
}

impl TypeKind {
    /// STRING, the longest VARCHAR.
    pub const STRING: TypeKind = TypeKind::Varchar(MAX_LENGTH);
    /// BYTES, the longest VARBINARY.
    pub const BYTES: TypeKind = TypeKind::Varbinary(MAX_LENGTH);
}
