//! Answers that are made and not read from a file.

use axum::response::{Html, IntoResponse, Response};
use cenote_core::catalog::FileSystemCatalog;
use serde_json::{Value, json};

/// Databases and tables of the warehouse, and where its files are below the server's address.
pub(super) async fn warehouse_json(catalog: &FileSystemCatalog, title: &str) -> cenote_core::Result<Value> {
    let mut databases = Vec::new();
    for name in catalog.list_databases().await? {
        let tables = catalog.list_tables(&name).await?;
        databases.push(json!({"name": name, "tables": tables}));
    }
    Ok(json!({"base": "/wh", "title": title, "databases": databases}))
}

/// What `/` shows where the explorer was not built.
pub(super) fn without_explorer(title: &str) -> Response {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>cenote</title>\
         <body style='font:16px system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem'>\
         <h1>cenote</h1><p>The files of <code>{title}</code> are served below <a href=/wh/><code>/wh/</code></a>, \
         the list of its tables at <a href=/_cenote/warehouse.json><code>/_cenote/warehouse.json</code></a>.</p>\
         <p>The explorer was not found: build it with <code>cargo xtask explorer</code>, or name its folder with \
         <code>--explorer</code>.</p>"
    ))
    .into_response()
}
