//! How a schema is made, checked and changed (Java `SchemaManager`, `SchemaValidation`; format digest 2.5).
//!
//! All but `alter` are pure functions of schemas.
//!
//! ```text
//! change       SchemaChange, and what it makes of a schema    validation     what Paimon refuses
//! alter        publishes a changed schema                     evolve         a schema that follows its input
//! field_ids    ids of new columns and of their fields         default_value  DEFAULT as a value
//! ```

mod alter;
pub mod change;
mod default_value;
mod evolve;
pub(crate) mod field_ids;
pub(crate) mod validation;

pub use change::{Position, SchemaChange, apply};
pub(crate) use default_value::default_array;
pub use evolve::evolution;
