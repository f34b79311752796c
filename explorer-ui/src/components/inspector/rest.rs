//! Changes with their sign.

use yew::prelude::*;

use crate::format;

/// A change, with its sign.
pub(crate) fn signed(value: i64) -> Html {
    let sign = if value > 0 { "+" } else { "" };
    html! { <span title={format::exact(value)}>{ format!("{sign}{}", format::short(value)) }</span> }
}
