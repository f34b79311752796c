//! Who may read from `cenote serve`: names that were bent, pages of other origins, tokens.

use std::{
    io::{BufRead, BufReader},
    process::{ChildStderr, Stdio},
};

use crate::{
    harness::Lab,
    server::{FILE, Server, lab},
};

const TOKEN: &str = "a-token-of-the-user";

/// A server whose notices are read too.
fn heard(lab: &Lab, args: &[&str]) -> (Server, BufReader<ChildStderr>) {
    let args = [&["serve", "--port", "0", "--no-open"], args].concat();
    let mut command = lab.command(&args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let notices = BufReader::new(child.stderr.take().unwrap());
    (Server::of(child), notices)
}

/// The next notice that holds `mark`.
fn notice(notices: &mut BufReader<ChildStderr>, mark: &str) -> String {
    let mut line = String::new();
    while !line.contains(mark) {
        line.clear();
        assert_ne!(notices.read_line(&mut line).unwrap(), 0, "no notice with {mark}");
    }
    line
}

#[test]
fn names_that_were_bent_to_this_machine_learn_nothing() {
    let (lab, schema) = lab();
    let server = Server::start(&lab, &[]);
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"] {
        for path in [FILE, "/_cenote/warehouse.json", "/", "/wh/_cenote/list.json"] {
            let answer = server.send("GET", path, &[&format!("Host: {host}")], "");
            assert_eq!(answer.status, 421, "{host} {path}");
            assert!(!answer.body.windows(6).any(|window| window == b"fields"));
        }
    }
    assert_eq!(server.send("GET", &format!("http://evil.example{FILE}"), &["Host: 127.0.0.1"], "").status, 421);
    for host in ["localhost:7433", "[::1]", "127.0.0.1"] {
        assert_eq!(server.send("GET", FILE, &[&format!("Host: {host}")], "").body, schema, "{host}");
    }
}

#[test]
fn pages_of_other_origins_read_where_they_are_named() {
    let (lab, _) = lab();
    let asked = |origin: &str| [format!("Origin: {origin}"), "Access-Control-Request-Headers: range".to_owned()];
    let seen = |server: &Server, method: &str, origin: &str| {
        let asked = asked(origin);
        let answer = server.ask(method, FILE, &asked.each_ref().map(String::as_str));
        assert!(answer.header("vary").unwrap().contains("Origin"));
        answer.header("access-control-allow-origin").map(str::to_owned)
    };
    let closed = Server::start(&lab, &[]);
    for method in ["GET", "HEAD", "OPTIONS"] {
        assert_eq!(seen(&closed, method, "https://evil.example"), None, "{method}");
        assert_eq!(seen(&closed, method, "null"), None, "{method}");
        assert_eq!(seen(&closed, method, "http://localhost:5173").as_deref(), Some("http://localhost:5173"));
    }
    let open = Server::start(&lab, &["--allow-origin", "https://host.example"]);
    assert_eq!(seen(&open, "GET", "https://host.example").as_deref(), Some("https://host.example"));
    assert_eq!(seen(&open, "GET", "https://other.example"), None);
    let headers = asked("https://host.example");
    let preflight = open.ask("OPTIONS", FILE, &headers.each_ref().map(String::as_str));
    assert_eq!(preflight.status, 204);
    for name in ["Range", "Authorization"] {
        assert!(preflight.header("access-control-allow-headers").unwrap().contains(name), "{name}");
    }
    let exposed = preflight.header("access-control-expose-headers").unwrap();
    for name in ["Content-Range", "Content-Length", "ETag"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    let all = Server::start(&lab, &["--allow-origin", "*"]);
    assert_eq!(seen(&all, "GET", "https://evil.example").as_deref(), Some("https://evil.example"));
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let (lab, _) = lab();
    std::fs::create_dir_all(lab.path().join("site")).unwrap();
    lab.file("site/index.html", "<title>explorer</title>");
    lab.file("site/app.js", "plain");
    lab.file("site/app.js.br", "packed");
    let server = Server::start(&lab, &["--explorer", "site"]);
    for (path, policy) in [
        ("/", "script-src 'self' 'wasm-unsafe-eval'"),
        ("/_cenote/enter", "script-src 'self';"),
        (FILE, "sandbox"),
        ("/_cenote/warehouse.json", "sandbox"),
        ("/none", "sandbox"),
    ] {
        let answer = server.get(path, &[]);
        let told = answer.header("content-security-policy").unwrap();
        assert!(told.starts_with("default-src 'none'") && told.contains(policy), "{path}: {told}");
        assert!(told.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
    }
    let packed = server.get("/app.js", &["Accept-Encoding: gzip, br"]);
    assert_eq!((packed.body.as_slice(), packed.header("content-encoding")), (b"packed".as_slice(), Some("br")));
    assert_eq!(packed.header("content-type"), Some("text/javascript; charset=utf-8"));
    let plain = server.get("/app.js", &["Accept-Encoding: gzip"]);
    assert_eq!((plain.body.as_slice(), plain.header("content-encoding")), (b"plain".as_slice(), None));
    assert_ne!(plain.header("etag"), packed.header("etag"));
}

#[test]
fn a_token_is_wanted_by_all_that_tells_of_the_warehouse() {
    let (lab, schema) = lab();
    std::fs::create_dir_all(lab.path().join("site")).unwrap();
    lab.file("site/index.html", "<title>explorer</title>");
    lab.file("site/app.js", "app");
    let server = Server::start(&lab, &["--token", TOKEN, "--explorer", "site"]);
    let right = format!("Authorization: Bearer {TOKEN}");
    for path in [
        FILE,
        "/_cenote/warehouse.json",
        "/wh/_cenote/warehouse.json",
        "/wh/d.db/_cenote/list.json",
        "/wh/none",
        "/d.db/t/schema/schema-0",
    ] {
        for headers in [vec![], vec!["Authorization: Bearer a-token-of-the-useX"], vec!["Cookie: cenote_0=x"]] {
            let refused = server.get(path, &headers);
            assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer")), "{path}");
        }
        assert_ne!(server.get(path, &[&right]).status, 401, "{path}");
        // Not in the address, where logs and histories would keep it.
        assert_eq!(server.get(&format!("{path}?token={TOKEN}"), &[]).status, 401, "{path}");
    }
    assert_eq!(server.get(FILE, &[&right]).body, schema);
    // The secret proves who asks, whatever name the server has there.
    assert_eq!(server.send("GET", FILE, &["Host: lake.example", &right], "").body, schema);
    let entrance = server.get("/", &["Accept: text/html"]);
    assert_eq!((entrance.status, entrance.header("location")), (303, Some("/_cenote/enter")));
    assert_eq!(server.get("/app.js", &[]).body, b"app");
    lab.run(&["serve", "--port", "0", "--token", "short"]).fails(2);
}

#[test]
fn the_link_is_exchanged_for_a_cookie_once() {
    let (lab, schema) = lab();
    // An address of this machine that is not its loopback may not exist where tests run: the unspecified one does.
    let (server, mut notices) = heard(&lab, &["--bind", "0.0.0.0"]);
    let link = notice(&mut notices, "/_cenote/enter#");
    let ticket = link.split('#').nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let bearer = notice(&mut notices, "Bearer ");
    let token = bearer.split("Bearer ").nth(1).unwrap().trim_end_matches(['`', '\n']).to_owned();
    assert_eq!((ticket.len(), token.len()), (64, 64));
    assert_eq!(server.get(FILE, &[]).status, 401);

    let host = format!("Host: {}", server.address);
    let enter = |secret: &str| server.send("POST", "/_cenote/session", &[&host], secret);
    assert_eq!(enter("wrong").status, 401);
    let entered = enter(&ticket);
    assert_eq!(entered.status, 204);
    let cookie = entered.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(&ticket), "{cookie}");
    let pair = format!("Cookie: {}", cookie.split(';').next().unwrap());
    assert_eq!(server.get(FILE, &[&pair]).body, schema);
    assert_eq!(enter(&ticket).status, 401, "the link works once");
    assert_eq!(enter(&token).status, 204);
    assert_eq!(server.get(FILE, &[&format!("Authorization: Bearer {token}")]).body, schema);
}
