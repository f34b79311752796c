//! The smallest parts: figures with their exact values, chips, cards, key-value lists, commands to copy.

use yew::{html::IntoPropValue, prelude::*};

use super::{
    icon::{Icon, icon},
    page::Page,
};
use crate::{browser, format, model::TagInfo};

/// A count for people, exact on hover.
pub(crate) fn count(value: i64) -> Html {
    html! { <span title={format::exact(value)}>{ format::short(value) }</span> }
}

/// A size for people, exact on hover.
pub(crate) fn bytes(value: i64) -> Html {
    html! { <span title={format!("{} bytes", format::exact(value))}>{ format::bytes(value) }</span> }
}

/// How long ago, exact on hover.
pub(crate) fn ago(millis: i64) -> Html {
    html! { <time title={format!("{} UTC", format::utc(millis))}>{ format::ago(millis, browser::now()) }</time> }
}

/// A number or a dash.
pub(crate) fn optional(value: Option<i64>, draw: fn(i64) -> Html) -> Html {
    value.map_or_else(|| html! { <span class="none">{"–"}</span> }, draw)
}

/// A fact in a rounded frame.
pub(crate) fn chip(text: impl Into<AttrValue>) -> Html {
    html! { <span class="chip">{ text.into() }</span> }
}

/// A figure with its name above and a remark below.
pub(crate) fn card(name: &'static str, tone: &'static str, figure: Html, remark: Html) -> Html {
    html! {
        <div class="card">
            <div class="card-name">{ name }</div>
            <div class={classes!("card-figure", tone)}>{ figure }</div>
            <div class="card-remark">{ remark }</div>
        </div>
    }
}

/// Names and values, one pair a line.
pub(crate) fn pairs(pairs: Vec<(&'static str, Html)>) -> Html {
    html! {
        <dl class="pairs">
            { for pairs.into_iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }
        </dl>
    }
}

/// Until when the tag is kept.
pub(crate) fn expiry(tag: &TagInfo) -> Html {
    let Some(at) = tag.expires_millis() else { return html! { <span class="mute">{"until deleted"}</span> } };
    let now = browser::now();
    let title = format!("{} by the clock of whoever made it", format::utc(at));
    html! { <time class={(at <= now).then_some("warm")} {title}>{ tag.expiry(now) }</time> }
}

/// A command or a snippet, with a button that copies it.
pub(crate) fn command(page: &Page, text: &str, what: &'static str) -> Html {
    html! {
        <div class="command" tabindex="0">
            <button class="quiet" onclick={page.copier(text)} aria-label={format!("Copy {what}")} title={format!("Copy {what}")}>{ icon(Icon::Copy) }</button>
            <pre>{ text.to_owned() }</pre>
        </div>
    }
}

/// Monospace text that copies itself when clicked.
pub(crate) fn copyable(page: &Page, text: &str, shown: impl IntoPropValue<AttrValue>) -> Html {
    let shown: AttrValue = shown.into_prop_value();
    html! {
        <button class="copyable mono" title={format!("{text}\nClick to copy")} onclick={page.copier(text)}>{ shown }</button>
    }
}

/// A titled part of a view.
pub(crate) fn panel(title: &'static str, remark: Html, tools: Html, body: Html) -> Html {
    html! {
        <section class="panel">
            <div class="panel-head">
                <div><h2>{ title }</h2><p>{ remark }</p></div>
                <div class="panel-tools">{ tools }</div>
            </div>
            { body }
        </section>
    }
}

/// Nothing to show, and why.
pub(crate) fn empty(title: &str, why: Html) -> Html {
    html! { <div class="empty"><div class="empty-pool" aria-hidden="true"></div><h2>{ title.to_owned() }</h2><p>{ why }</p></div> }
}

/// The class and text of a level's swatch: warm for unmerged, deeper blue the more settled.
pub(crate) fn level_class(level: i64) -> String {
    format!("l{}", level.clamp(0, 5))
}
