//! Answers that are made and not read from a file.

use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};
use cenote_core::catalog::FileSystemCatalog;
use serde_json::{Value, json};

use super::headers::media_type;

/// Databases and tables of the warehouse, and where its files are below the server's address.
pub(super) async fn warehouse_json(catalog: &FileSystemCatalog, title: &str) -> cenote_core::Result<Value> {
    let mut databases = Vec::new();
    for name in catalog.list_databases().await? {
        let tables = catalog.list_tables(&name).await?;
        databases.push(json!({"name": name, "tables": tables}));
    }
    Ok(json!({"base": "/wh", "title": title, "databases": databases}))
}

/// What `/` shows where there is no explorer.
pub(super) fn without_explorer(title: &str) -> Response {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>cenote</title>\
         <link rel=stylesheet href=/_cenote/page.css>\
         <h1>cenote</h1><p>The files of <code>{title}</code> are served below <a href=/wh/><code>/wh/</code></a>, \
         the list of its tables at <a href=/_cenote/warehouse.json><code>/_cenote/warehouse.json</code></a>.</p>\
         <p>This binary was built without the explorer: build it with <code>cargo xtask explorer</code> and name its \
         folder with <code>--explorer</code>, or build both with <code>cargo xtask demo</code>.</p>"
    ))
    .into_response()
}

/// A file of the page that lets in who has a token.
pub(super) fn of_entrance(name: &str) -> Option<Response> {
    let text = match name {
        "enter" => include_str!("enter/enter.html"),
        "enter.js" => include_str!("enter/enter.js"),
        "page.css" => include_str!("enter/page.css"),
        _ => return None,
    };
    let media_type = if name == "enter" { media_type("enter.html") } else { media_type(name) };
    Some(([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")], text).into_response())
}
