//! `cenote serve`, asked by a raw TCP client: clients of libraries would hide what is on the wire.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
};

use crate::harness::Lab;

/// A running server, killed in the end.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Server {
    pub(crate) fn start(lab: &Lab, args: &[&str]) -> Self {
        let args = [&["serve", "--port", "0", "--no-open"], args].concat();
        let mut command = lab.command(&args);
        Server::of(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// A server that says its address on its standard output.
    pub(crate) fn of(mut child: Child) -> Self {
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        Server { child, address }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let host = format!("Host: {}", self.address);
        self.send(method, path, &[&[host.as_str()], headers].concat(), "")
    }

    /// A request with exactly these headers.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let headers = headers.iter().map(|header| format!("{header}\r\n")).collect::<String>();
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: answer[end + 4..].to_vec() }
    }

    pub(crate) fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.ask("GET", path, headers)
    }
}

pub(crate) const FILE: &str = "/wh/d.db/t/schema/schema-0";

pub(crate) fn lab() -> (Lab, Vec<u8>) {
    let lab = Lab::with_keyed_table();
    let schema = fs::read(lab.table_folder().join("schema/schema-0")).unwrap();
    (lab, schema)
}

#[test]
fn ranges() {
    let (lab, schema) = lab();
    let server = Server::start(&lab, &[]);
    let whole = server.get(FILE, &[]);
    assert_eq!((whole.status, &whole.body), (200, &schema));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let size = schema.len();

    let part = server.get(FILE, &["Range: bytes=2-5"]);
    assert_eq!((part.status, part.body.as_slice()), (206, &schema[2..6]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 2-5/{size}").as_str()));
    assert_eq!(part.header("content-length"), Some("4"));

    let tail = server.get(FILE, &["Range: bytes=-3"]);
    assert_eq!((tail.status, tail.body.as_slice()), (206, &schema[size - 3..]));
    assert_eq!(server.get(FILE, &["Range: bytes=-0"]).status, 416);
    for ignored in ["bytes=5-2", "bytes=0-1,3-4", "rows=0-1", "bytes=a-b"] {
        let answer = server.get(FILE, &[&format!("Range: {ignored}")]);
        assert_eq!((answer.status, &answer.body), (200, &schema), "{ignored}");
    }
    let beyond = server.get(FILE, &[&format!("Range: bytes={size}-")]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some(format!("bytes */{size}").as_str())));

    let etag = whole.header("etag").unwrap();
    assert_eq!(server.get(FILE, &["Range: bytes=0-0", &format!("If-Range: {etag}")]).status, 206);
    assert_eq!(server.get(FILE, &["Range: bytes=0-0", "If-Range: \"other\""]).body, schema);
    assert_eq!(server.get(FILE, &[&format!("If-None-Match: {etag}")]).status, 304);
}

#[test]
fn heads_and_other_methods() {
    let (lab, schema) = lab();
    let server = Server::start(&lab, &[]);
    let head = server.ask("HEAD", FILE, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(schema.len().to_string().as_str()));
    assert_eq!(server.ask("DELETE", FILE, &[]).status, 405);
    assert_eq!(server.ask("PUT", FILE, &[]).status, 405);
}

#[test]
fn nothing_outside_of_the_warehouse() {
    let (lab, _) = lab();
    lab.file("secret", "do not read");
    let server = Server::start(&lab, &[]);
    for path in [
        "/wh/../secret",
        "/wh/d.db/../../secret",
        "/wh/%2e%2e/secret",
        "/wh/..%2fsecret",
        "/wh/d.db/%2e%2e/%2e%2e/secret",
        "/wh//secret",
        "/wh/..\\secret",
        "/wh/%2e%2e%2fsecret",
        "/wh/%252e%252e/secret",
        "/wh/..%5csecret",
        "/wh/d.db%00/../../secret",
        "/wh/d.db/t/schema/schema-0%00.json",
        "/wh/%c0%ae%c0%ae/secret",
        "/wh/C:/secret",
        "/wh/%5c%5chost%5cshare",
        "//wh/../secret",
        "/wh/./../secret",
        "/_cenote/../secret",
        "/wh/d.db/t/_cenote/../../../../secret",
        "/wh/%00",
        "/wh/d.db",
        "/wh/",
        "/wh/none",
        "/wh/d.db/t/schema/schema-0/x",
        "/secret",
        "/%",
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.windows(6).any(|window| window == b"do not"), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    let (lab, schema) = lab();
    let secret = lab.path().join("secret");
    fs::write(&secret, "do not read").unwrap();
    std::os::unix::fs::symlink(&secret, lab.table_folder().join("out")).unwrap();
    std::os::unix::fs::symlink(lab.path(), lab.warehouse().join("up")).unwrap();
    std::os::unix::fs::symlink("schema-0", lab.table_folder().join("schema/inside")).unwrap();
    let server = Server::start(&lab, &[]);
    assert_eq!(server.get("/wh/d.db/t/out", &[]).status, 404);
    assert_eq!(server.get("/wh/up/secret", &[]).status, 404);
    assert_eq!(server.get("/wh/d.db/t/schema/inside", &[]).body, schema);
}

#[test]
fn caching_and_listing() {
    let (lab, _) = lab();
    let folder = lab.table_folder();
    for (name, caching) in [
        ("snapshot/LATEST", "no-store"),
        ("dt=a%20b/bucket-0/data-1.parquet", "immutable"),
        ("manifest/m", "immutable"),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
        let server = Server::start(&lab, &[]);
        // What is `%20` in the file's name is `%2520` in its address.
        let answer = server.get(&format!("/wh/d.db/t/{}", name.replace('%', "%25")), &[]);
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"x".as_slice()), "{name}");
        assert!(answer.header("cache-control").unwrap().contains(caching), "{name}");
    }
    let server = Server::start(&lab, &[]);
    let list: serde_json::Value = serde_json::from_slice(&server.get("/_cenote/warehouse.json", &[]).body).unwrap();
    assert_eq!(list["base"], "/wh");
    assert_eq!(list["databases"], serde_json::json!([{"name": "d", "tables": ["t"]}]));
    let children = |folder: &str| -> serde_json::Value {
        serde_json::from_slice(&server.get(&format!("/wh/{folder}_cenote/list.json"), &[]).body).unwrap()
    };
    assert_eq!(children("")["dirs"], serde_json::json!(["d.db"]));
    assert_eq!(children("d.db/t/manifest/")["files"][0]["name"], "m");
    assert_eq!(children("d.db/none/"), serde_json::json!({"dirs": [], "files": []}));
    assert_eq!(server.get("/wh/../_cenote/list.json", &[]).status, 404);
    // The server's own address is the warehouse as well.
    assert_eq!(server.get("/d.db/t/manifest/m", &[]).body, b"x");
    let top: serde_json::Value = serde_json::from_slice(&server.get("/_cenote/list.json", &[]).body).unwrap();
    assert_eq!(top["dirs"], serde_json::json!(["d.db"]));
    assert_eq!(server.get("/d.db/../../secret", &[]).status, 404);
}

#[test]
fn the_explorer_is_served_as_pages() {
    let (lab, _) = lab();
    fs::create_dir_all(lab.path().join("site/assets")).unwrap();
    lab.file("site/index.html", "<title>explorer</title>");
    lab.file("site/assets/app.wasm", b"\0asm");
    let server = Server::start(&lab, &["--explorer", "site"]);
    for page in ["/", "/index.html", "/table/d.t"] {
        let answer = server.get(page, &["Accept: text/html,*/*"]);
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"<title>explorer</title>".as_slice()), "{page}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    }
    assert_eq!(server.get("/assets/app.wasm", &[]).header("content-type"), Some("application/wasm"));
    assert_eq!(server.get("/assets/none.js", &["Accept: */*"]).status, 404);
    lab.run(&["serve", "--port", "0", "--explorer", "wh"]).fails(3);
}

#[cfg(unix)]
#[test]
fn interrupt_stops_it_cleanly() {
    let (lab, _) = lab();
    let mut server = Server::start(&lab, &[]);
    let kill = std::process::Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_taken_port_is_said() {
    let (lab, _) = lab();
    let server = Server::start(&lab, &[]);
    let port = server.address.rsplit(':').next().unwrap();
    assert!(lab.run(&["serve", "--no-open", "--port", port]).fails(1).contains("--port 0"));
}

#[test]
fn the_binary_reads_what_it_serves() {
    let (lab, _) = lab();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n1,one,a b\n2,two,x=%\n").ok();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n2,TWO,x=%\n").ok();
    let server = Server::start(&lab, &[]);
    let warehouse = format!("http://{}/wh", server.address);
    let served = |args: &[&str]| lab.run(&[args, &["--warehouse", &warehouse]].concat());
    assert_eq!(served(&["table", "list", "-o", "csv"]).ok(), "database,table\nd,t\n");
    assert_eq!(served(&["read", "d.t", "--where", "id = 2"]).ok(), "{\"id\":2,\"name\":\"TWO\",\"dt\":\"x=%\"}\n");
    assert_eq!(served(&["read", "d.t"]).ok(), lab.run(&["read", "d.t"]).ok());
    let by_address = lab.run(&["read", &format!("{warehouse}/d.db/t"), "--snapshot", "1"]).ok();
    assert_eq!(by_address, lab.run(&["read", "d.t", "--snapshot", "1"]).ok());
    served(&["read", "d.none"]).fails(3);
    lab.run(&["tag", "create", "d.t", "first", "--snapshot", "1"]).ok();
    assert!(served(&["tag", "list", "d.t"]).ok().contains("first"), "tags are listed by the server");
    assert_eq!(served(&["read", "d.t$tags", "--columns", "tag_name"]).ok(), "{\"tag_name\":\"first\"}\n");
    assert_ne!(served(&["table", "create", "d.u", "--schema", "a INT"]).code, 0, "a served warehouse is read only");
    // A server of a server: files go through the engine's storage.
    let proxy = Server::start(&lab, &["--warehouse", &warehouse]);
    let part = proxy.get(FILE, &["Range: bytes=2-5"]);
    assert_eq!((part.status, part.body), (206, server.get(FILE, &["Range: bytes=2-5"]).body));
    assert_eq!(proxy.get("/wh/d.db/t/none", &[]).status, 404);
}
