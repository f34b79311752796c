//! The few things asked of the browser: address, storage, clipboard, downloads, clock.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DataTransfer, HtmlAnchorElement, Window};

#[wasm_bindgen(module = "/src/browser/folder.js")]
extern "C" {
    #[wasm_bindgen(js_name = pickFolder, catch)]
    async fn pick_folder_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = droppedFolder, catch)]
    async fn dropped_folder_js(transfer: &DataTransfer) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/browser/save.js")]
extern "C" {
    #[wasm_bindgen(js_name = pickSave, catch)]
    async fn pick_save_js(name: &str) -> Result<JsValue, JsValue>;
}

/// Where a file goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Save {
    /// To this handle, as it is written.
    File(JsValue),
    /// Into a Blob, which is then downloaded.
    Blob,
    /// Nowhere: the user changed their mind.
    Cancelled,
}

/// Lets the user pick where to save a file.
pub(crate) async fn pick_save(name: &str) -> Save {
    match pick_save_js(name).await {
        Ok(handle) if handle.is_object() => Save::File(handle),
        Ok(word) if word.is_string() => Save::Blob,
        _ => Save::Cancelled,
    }
}

/// A folder of the user's machine: its name, and what the engine reads it by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Folder {
    /// Name.
    pub(crate) root: String,
    /// A directory handle or `[path, File]` pairs.
    pub(crate) files: JsValue,
    /// What it is by what lies in it: `warehouse`, `database`, `table` or `unknown`.
    pub(crate) kind: String,
    /// The first names in it.
    pub(crate) entries: Vec<String>,
}

impl Folder {
    /// Whether it is a table's.
    pub(crate) fn is_table(&self) -> bool {
        self.kind == "table"
    }
}

fn folder(value: &JsValue) -> Option<Folder> {
    let root = js_sys::Reflect::get(value, &"root".into()).ok()?.as_string()?;
    let member = |name: &str| js_sys::Reflect::get(value, &name.into()).ok();
    let entries = js_sys::Array::from(&member("entries")?).iter().filter_map(|name| name.as_string()).collect();
    Some(Folder { root, files: member("files")?, kind: member("kind")?.as_string()?, entries })
}

/// Lets the user pick a folder; `None` where they changed their mind. Errors: what the browser says.
pub(crate) async fn pick_folder() -> Result<Option<Folder>, String> {
    let picked = pick_folder_js().await;
    picked.as_ref().map(folder).map_err(|error| {
        let message = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
        message.unwrap_or_else(|| "it does not say why".to_owned())
    })
}

/// The folder that was dropped.
pub(crate) async fn dropped_folder(transfer: DataTransfer) -> Option<Folder> {
    dropped_folder_js(&transfer).await.ok().as_ref().and_then(folder)
}

/// The window. A page has one.
pub(crate) fn window() -> Window {
    #[allow(clippy::expect_used)]
    web_sys::window().expect("the explorer runs in a page")
}

/// The fragment of the address.
pub(crate) fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// Puts a fragment into the address: as a new entry of the history, or in place of the current one.
pub(crate) fn set_fragment(fragment: &str, replace: bool) {
    if let Ok(history) = window().history() {
        let _ = if replace {
            history.replace_state_with_url(&JsValue::NULL, "", Some(fragment))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(fragment))
        };
    }
}

/// Where the page comes from: `https://host`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Milliseconds since 1970.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// A moment in ISO 8601 on the reader's clock, with the zone's name; none where the browser cannot tell.
pub(crate) fn local_time(iso: &str) -> Option<String> {
    let date = js_sys::Date::new(&iso.into());
    if !date.get_time().is_finite() {
        return None;
    }
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "long")] {
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    }
    date.to_locale_string("default", &options).as_string()
}

/// A remembered text. Nothing secret is ever remembered.
pub(crate) fn remembered(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Remembers a text, if the browser lets us.
pub(crate) fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

/// Puts text on the clipboard; says whether the browser let us.
pub(crate) async fn copy(text: &str) -> bool {
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

/// Waits.
pub(crate) async fn sleep(millis: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = JsFuture::from(promise).await;
}

/// Offers `blob` as a file to keep.
pub(crate) fn download(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = web_sys::Url::create_object_url_with_blob(blob)?;
    let document = window().document().ok_or("no document")?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url)
}

/// Status and text of an address of the page's own server.
pub(crate) async fn fetch_text(url: &str) -> Option<(u16, String)> {
    let response = JsFuture::from(window().fetch_with_str(url)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    Some((response.status(), text))
}

/// An address as seen from the page.
pub(crate) fn address_of(relative: &str) -> Option<String> {
    let page = window().location().href().ok()?;
    web_sys::Url::new_with_base(relative, &page).ok().map(|url| url.href())
}

/// Goes to another page in place of this one.
pub(crate) fn go_to(relative: &str) {
    let _ = window().location().replace(relative);
}

/// The element that has the keyboard's attention takes text: keys of the page do not apply.
pub(crate) fn typing() -> bool {
    let active = window().document().and_then(|document| document.active_element());
    active.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Scrolls a strip sideways so that the element with this id is in sight.
pub(crate) fn scroll_across(id: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    let Some(strip) = element.parent_element() else { return };
    let (left, width) = (element.offset_left(), element.offset_width());
    let (from, seen) = (strip.scroll_left(), strip.client_width());
    if left < from || left + width > from + seen {
        strip.set_scroll_left((left - (seen - width) / 2).max(0));
    }
}

/// Brings the element with this id into the sight of the box that it scrolls in.
pub(crate) fn scroll_to(id: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    let Some(list) = element.parent_element() else { return };
    let (item, list_box) = (element.get_bounding_client_rect(), list.get_bounding_client_rect());
    let beyond = (item.bottom() - list_box.bottom()).max(0.0) + (item.top() - list_box.top()).min(0.0);
    #[allow(clippy::cast_possible_truncation)]
    list.set_scroll_top(list.scroll_top() + beyond.round() as i32);
}

/// The name of the clock that the browser keeps, such as `Europe/Berlin`.
pub(crate) fn clock_name() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let name = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok();
    name.and_then(|name| name.as_string()).unwrap_or_else(|| "local time".to_owned())
}

/// How many minutes that clock is ahead of UTC at a time.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
pub(crate) fn clock_offset(millis: i64) -> i64 {
    let offset = js_sys::Date::new(&(millis as f64).into()).get_timezone_offset();
    if offset.is_finite() { -(offset as i64) } else { 0 }
}

/// Milliseconds since 1970 of what a date and time input holds, by the browser's clock or in UTC.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn parse_time(text: &str, utc: bool) -> Option<i64> {
    let millis = js_sys::Date::parse(&if utc { format!("{text}Z") } else { text.to_owned() });
    millis.is_finite().then_some(millis as i64)
}

/// The id of the element that has the keyboard's attention.
pub(crate) fn focused_id() -> Option<String> {
    Some(window().document()?.active_element()?.id())
}

/// Gives an element the keyboard's attention, by its id.
pub(crate) fn focus(id: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
