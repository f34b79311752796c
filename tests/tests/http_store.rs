//! Tables over plain HTTP: no listing, missing files as 404 or 403, ranges honoured or ignored.
#![allow(clippy::unwrap_used, reason = "a test's server may fall over")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use cenote_core::{
    ErrorKind,
    catalog::FileSystemCatalog,
    io::{InlineRuntime, Runtime, Storage},
    table::Table,
};

#[derive(Clone, Copy)]
struct Server {
    missing: u16,
    ranges: bool,
}

impl Server {
    /// Serves `root` until the test process ends; returns the URL.
    fn start(self, root: PathBuf) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let root = root.clone();
                thread::spawn(move || self.answer(stream, &root));
            }
        });
        url
    }

    fn answer(self, stream: TcpStream, root: &Path) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while let Some(request) = lines.next().transpose()? {
            let mut range = None;
            while let Some(header) = lines.next().transpose()?.filter(|header| !header.is_empty()) {
                let header = header.to_ascii_lowercase();
                let bounds = header.strip_prefix("range: bytes=").and_then(|bounds| bounds.split_once('-'));
                range = range.or(bounds.map(|(a, b)| (a.parse::<usize>().unwrap(), b.parse::<usize>().unwrap() + 1)));
            }
            let mut words = request.split(' ');
            let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let mut stream = &stream;
            let body = fs::read(root.join(decode(path).trim_start_matches('/')));
            match (method, body) {
                ("GET", Ok(body)) => match range.filter(|_| self.ranges) {
                    Some((start, end)) => {
                        let end = end.min(body.len());
                        let part = body.get(start..end).unwrap_or_default();
                        let headers = format!("Content-Range: bytes {start}-{}/{}\r\n", end.max(1) - 1, body.len());
                        send(&mut stream, "206 Partial Content", &headers, part)?;
                    }
                    None => send(&mut stream, "200 OK", "", &body)?,
                },
                ("GET", Err(_)) => send(&mut stream, &format!("{} Missing", self.missing), "", b"<no such key>")?,
                _ => send(&mut stream, "501 Not Implemented", "", b"")?,
            }
        }
        Ok(())
    }
}

fn send(stream: &mut &TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    // One write: headers and body apart would wait for each other's acknowledgement.
    let mut reply = format!("HTTP/1.1 {status}\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n").into_bytes();
    reply.extend_from_slice(format!("{headers}Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    reply.extend_from_slice(body);
    stream.write_all(&reply)
}

fn decode(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let hex = |rest: &mut std::str::Bytes<'_>| Some([rest.next()?, rest.next()?]);
        match byte {
            b'%' => {
                let digits = hex(&mut rest).unwrap();
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn runtime() -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(1, 0))
}

fn open(url: &str) -> Storage {
    Storage::open_url(url, &BTreeMap::new(), runtime()).unwrap()
}

/// Golden warehouses of this name, where the corpus is.
fn warehouse(case: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places =
        ["../../shared/golden", "../../../shared/golden"].map(|place| here.join(place).join(case).join("warehouse"));
    places.into_iter().find(|place| place.is_dir())
}

#[tokio::test]
async fn tables_open_over_http() {
    let Some(root) = warehouse("append_part_escape") else { return };
    for (missing, ranges) in [(404, true), (403, true), (404, false)] {
        let url = Server { missing, ranges }.start(root.clone());
        let storage = open(&format!("{url}/golden.db/append_part_escape"));
        let table = Table::open(storage.clone(), "t", runtime()).await.unwrap();
        assert!(table.snapshot_at_open().is_some());
        assert!(!storage.can_list());

        // Every file has the same bytes over HTTP as on the disk, whatever its name.
        let local = Storage::local(root.join("golden.db/append_part_escape"), runtime()).unwrap();
        for file in local.list_all("").await.unwrap() {
            let parts = storage.get_ranges(&file.name, &[0..1, 0..file.size]).await.unwrap();
            assert_eq!(parts[1], local.get(&file.name).await.unwrap(), "{}", file.name);
            let short = storage.get_range(&file.name, 0..file.size + 1).await.unwrap_err();
            assert_eq!(short.kind(), ErrorKind::Corrupt, "{short}");
        }
        assert!(storage.get("manifest/nothing").await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn listing_needs_the_index() {
    let Some(root) = warehouse("append_plain") else { return };
    let temp = std::env::temp_dir().join(format!("cenote-http-{}", std::process::id()));
    fs::create_dir_all(temp.join("_cenote")).unwrap();
    let catalog = |url: String| FileSystemCatalog::new(open(&url), runtime());
    let server = Server { missing: 404, ranges: true };

    let plain = catalog(server.start(root));
    assert_eq!(plain.list_databases().await.unwrap_err().kind(), ErrorKind::Unsupported);
    plain.get_table("golden", "append_plain").await.unwrap();
    assert!(plain.get_table("golden", "nope").await.unwrap_err().is_not_found());

    fs::write(temp.join("_cenote/warehouse.json"), r#"{"databases":[{"name":"d","tables":["t"]}]}"#).unwrap();
    let indexed = catalog(server.start(temp.clone()));
    assert_eq!(indexed.list_databases().await.unwrap(), ["d"]);
    assert_eq!(indexed.list_tables("d").await.unwrap(), ["t"]);
    assert!(indexed.list_tables("e").await.unwrap_err().is_not_found());
    fs::remove_dir_all(temp).unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_said_plainly() {
    let error = Table::open(open("http://127.0.0.1:9/t"), "t", runtime()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("http://127.0.0.1:9/t/snapshot/LATEST"), "{error}");
    for url in ["ftp://host/t", "http://host/t?x=1", "nonsense://"] {
        let error = Storage::open_url(url, &BTreeMap::new(), runtime()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Unsupported), "{error}");
    }
}
