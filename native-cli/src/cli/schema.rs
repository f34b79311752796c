//! Arguments of `cenote schema`.

use clap::{Args, Subcommand};

use super::shared::{ExistingTable, OutputArgs};

const CHANGE_HELP: &str = "\
A column is a name, or a path to a field: address.street, tags.element, prices.value.amount.
`cenote table alter` and `cenote sql` take several changes at once, as ALTER TABLE has them.";

/// `cenote schema …`
#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// List the schema versions of a table
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        table: ExistingTable,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Show one schema version; the latest where no id is given
    Show {
        #[command(flatten)]
        table: ExistingTable,
        /// Id of the schema version
        id: Option<i64>,
        #[command(flatten)]
        output: OutputArgs,
    },
    #[command(flatten)]
    Change(ChangeCommand),
}

/// The verbs that make a new schema version.
#[derive(Debug, Subcommand)]
#[command(after_help = CHANGE_HELP)]
pub(crate) enum ChangeCommand {
    /// Add a nullable column, at the end where nothing else is said; old rows have null there
    AddColumn {
        #[command(flatten)]
        table: ExistingTable,
        /// `name TYPE [DEFAULT value] [COMMENT 'text']`; `address.zip STRING` adds a field
        #[arg(value_name = "COLUMN")]
        column: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Drop columns that are no keys
    DropColumn {
        #[command(flatten)]
        table: ExistingTable,
        /// The columns
        #[arg(value_name = "COLUMN", required = true)]
        columns: Vec<String>,
    },
    /// Rename a column that is no partition column; options that name it follow
    RenameColumn {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
        /// Its new name, without a path
        new_name: String,
    },
    /// Change the type of a column that is no key; old values are cast when they are read
    SetType {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
        /// The new type, such as BIGINT
        #[arg(value_name = "TYPE")]
        data_type: String,
    },
    /// Refuse nulls in a column from now on
    SetNotNull {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
    },
    /// Allow nulls in a column
    DropNotNull {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
    },
    /// Write this value where the input has none
    SetDefault {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
        /// Text of the value
        value: String,
    },
    /// Write null where the input has no value
    DropDefault {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
    },
    /// Give a column a comment
    SetComment {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
        /// The comment
        text: String,
    },
    /// Remove the comment of a column
    DropComment {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
    },
    /// Move a column to another place among the columns
    MoveColumn {
        #[command(flatten)]
        table: ExistingTable,
        /// The column
        column: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Make changes that are given as the JSON of Paimon's REST catalogs
    Apply {
        #[command(flatten)]
        table: ExistingTable,
        /// One change or a list: '{"action":"dropColumn","fieldNames":["a"]}'
        json: String,
    },
}

/// A place among the columns.
#[derive(Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct PlaceArgs {
    /// Before all others
    #[arg(long)]
    pub(crate) first: bool,
    /// Behind all others
    #[arg(long)]
    pub(crate) last: bool,
    /// Behind this column
    #[arg(long, value_name = "COLUMN")]
    pub(crate) after: Option<String>,
    /// Before this column
    #[arg(long, value_name = "COLUMN")]
    pub(crate) before: Option<String>,
}
