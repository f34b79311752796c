//! DEFAULT of a column: text, cast to the type of the column as Java casts a STRING (Java `DefaultValueUtils`).

use arrow_array::ArrayRef;

use crate::{
    error::{Error, Result},
    read::cast_text,
    types::DataField,
};

/// The default of a column as an array of one value; `None` where it has none. Quotes around the text are taken off.
///
/// Errors: `Invalid` where the text is no such value, `Unsupported` for types that no text is cast to.
pub(crate) fn default_array(field: &DataField) -> Result<Option<ArrayRef>> {
    let Some(text) = &field.default_value else { return Ok(None) };
    let bare = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(text);
    cast_text(bare, &field.data_type).map(Some).map_err(|cause| {
        let message = format!("the default {text:?} of the column {} is no {}", field.name, field.data_type);
        Error::new(cause.kind(), message).because(cause)
    })
}
