//! Whose pages may read: the server's own. A web page from anywhere reaches a server of this machine, and must learn
//! nothing there; so other origins are named by `--allow-origin`, and names that were bent to this machine are refused.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::headers::text;

/// Origins that may read, besides pages of this machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// As `--allow-origin` names them; `*` for all.
    pub(crate) allowed: Vec<String>,
}

/// What a page of another origin needs to read ranges.
const CROSS_ORIGIN: [(HeaderName, &str); 5] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "Range, Authorization, If-Match, If-None-Match, If-Range, Content-Type, Cache-Control",
    ),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Range, Content-Length, Content-Type, ETag, Accept-Ranges, Date"),
    (header::ACCESS_CONTROL_MAX_AGE, "3600"),
    (HeaderName::from_static("access-control-allow-private-network"), "true"),
];

impl Origins {
    /// Adds the headers that let the page of a request read the answer, where it may.
    pub(super) fn add(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        answer.append(header::VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = request.get(header::ORIGIN) else { return };
        if !origin.to_str().is_ok_and(|origin| self.may_read(origin)) {
            return;
        }
        // Its own name, never `*`: what is allowed to one page is no statement about others.
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        for (name, value) in CROSS_ORIGIN {
            answer.insert(name, HeaderValue::from_static(value));
        }
    }

    fn may_read(&self, origin: &str) -> bool {
        let of_this_machine = || {
            let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            host.is_some_and(|host| is_this_machine(without_port(host)))
        };
        self.allowed.iter().any(|allowed| allowed == "*" || allowed.trim_end_matches('/') == origin)
            || of_this_machine()
    }
}

/// Whether a request was sent to this machine by a name that nobody else can give it. A page that was loaded from
/// `evil.example` reads what `evil.example` answers, and its owner can let that name mean this machine; an address or
/// `localhost` cannot be bent.
pub(super) fn is_addressed_honestly(uri: &Uri, request: &HeaderMap) -> bool {
    let named = uri.authority().map_or_else(|| text(request, header::HOST), |authority| authority.as_str());
    let host = without_port(named);
    is_this_machine(host) || host.parse::<std::net::IpAddr>().is_ok()
}

fn is_this_machine(host: &str) -> bool {
    let by_name = host.eq_ignore_ascii_case("localhost");
    by_name || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `host` of `host:port`; an IPv6 address without its brackets.
fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_bent_and_addresses_cannot() {
        let honest = |host: &str| {
            is_addressed_honestly(
                &Uri::from_static("/x"),
                &HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]),
            )
        };
        for host in ["127.0.0.1:7433", "localhost", "LOCALHOST:1", "[::1]:7433", "192.168.1.2:7433"] {
            assert!(honest(host), "{host}");
        }
        for host in ["evil.example:7433", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "local host"] {
            assert!(!honest(host), "{host}");
        }
        assert!(!is_addressed_honestly(&Uri::from_static("http://evil.example/x"), &HeaderMap::new()));
        assert!(!is_addressed_honestly(&Uri::from_static("/x"), &HeaderMap::new()));
    }

    #[test]
    fn pages_of_others_read_when_they_are_named() {
        let named = Origins { allowed: vec!["https://host.example/".into()] };
        assert!(named.may_read("https://host.example"));
        assert!(named.may_read("http://localhost:5173"));
        for other in ["https://evil.example", "null", "http://localhost.evil.example", "https://host.example.evil"] {
            assert!(!named.may_read(other), "{other}");
        }
        assert!(Origins { allowed: vec!["*".into()] }.may_read("https://evil.example"));
    }
}
