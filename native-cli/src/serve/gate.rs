//! Who may read: everybody who reaches a server of this machine alone, else only who knows its token.
//!
//! A browser gets in by a link that works once: its fragment, which no server or log sees, is exchanged for a cookie that
//! scripts cannot read. Other clients send `Authorization: Bearer <token>`.

use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, header};

use super::headers::text;
use crate::error::{Failure, Result};

/// Characters that a token of the user's own must have.
const SHORTEST: usize = 16;

/// The secrets of one server.
pub(crate) struct Gate {
    token: String,
    /// Value of the cookie.
    session: String,
    /// What the link exchanges, until it was used.
    ticket: Mutex<Option<String>>,
    cookie: String,
}

impl Gate {
    /// A gate with the user's token, or with one of its own. `port` keeps the cookies of servers on one host apart.
    /// Errors: a token that can be guessed, a system without randomness.
    pub(crate) fn new(token: Option<String>, port: u16) -> Result<Gate> {
        if let Some(short) = token.as_ref().map(String::len).filter(|length| *length < SHORTEST) {
            return Err(Failure::usage(format!("a token of {short} characters can be guessed"))
                .hint(format!("give at least {SHORTEST} characters, or leave --token out to get a random one")));
        }
        if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Failure::usage("a token is sent in a header: visible ASCII characters only, without blanks"));
        }
        let token = token.map_or_else(secret, Ok)?;
        Ok(Gate { token, session: secret()?, ticket: Mutex::new(Some(secret()?)), cookie: format!("cenote_{port}") })
    }

    /// The token, to be shown once to who started the server.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The ticket of the link, to be shown once.
    pub(crate) fn ticket(&self) -> String {
        self.ticket.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    /// Whether a request comes from somebody who was let in.
    pub(super) fn admits(&self, request: &HeaderMap) -> bool {
        let bearer = text(request, header::AUTHORIZATION).split_once(' ');
        if bearer.is_some_and(|(kind, token)| kind.eq_ignore_ascii_case("bearer") && same(token.trim(), &self.token)) {
            return true;
        }
        let cookies = request.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.cookie && same(value, &self.session))
    }

    /// The cookie for who shows the link's ticket, which is void from then on, or the token.
    pub(super) fn let_in(&self, shown: &str) -> Option<String> {
        let mut ticket = self.ticket.lock().unwrap_or_else(PoisonError::into_inner);
        let by_link = ticket.as_ref().is_some_and(|ticket| same(shown, ticket));
        if by_link {
            *ticket = None;
        }
        (by_link || same(shown, &self.token))
            .then(|| format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.session))
    }
}

/// 256 bits of the system's randomness, as hexadecimal text.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::error(format!("the system gives no randomness: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Equality that takes as long for a wrong guess as for a right one; the length is no secret.
fn same(shown: &str, secret: &str) -> bool {
    let differences = shown.bytes().zip(secret.bytes()).fold(0, |sum, (a, b)| sum | std::hint::black_box(a ^ b));
    shown.len() == secret.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_token_and_the_cookie_let_in() {
        let gate = Gate::new(Some("0123456789abcdef".into()), 1).unwrap();
        assert!(gate.admits(&request(header::AUTHORIZATION, "Bearer 0123456789abcdef")));
        for wrong in ["Bearer 0123456789abcdeX", "Bearer 0123456789abcde", "Basic 0123456789abcdef", "Bearer", ""] {
            assert!(!gate.admits(&request(header::AUTHORIZATION, wrong)), "{wrong}");
        }
        let cookie = gate.let_in("0123456789abcdef").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        let pair = cookie.split(';').next().unwrap();
        assert!(gate.admits(&request(header::COOKIE, &format!("other=1; {pair}"))));
        assert!(!gate.admits(&request(header::COOKIE, "cenote_1=")));
        assert!(!gate.admits(&HeaderMap::new()));
        assert!(!cookie.contains("0123456789abcdef"), "the cookie is not the token");
    }

    #[test]
    fn the_link_works_once() {
        let gate = Gate::new(None, 1).unwrap();
        let ticket = gate.ticket();
        assert_eq!(ticket.len(), 64);
        assert!(gate.let_in("").is_none());
        assert!(gate.let_in(&ticket).is_some());
        assert!(gate.let_in(&ticket).is_none());
        assert_eq!(gate.ticket(), "");
        assert!(gate.let_in("").is_none(), "no ticket is not an empty one");
    }

    #[test]
    fn tokens_cannot_be_guessed() {
        assert!(Gate::new(Some("short".into()), 1).is_err());
        assert!(Gate::new(Some("with a blank in it, long".into()), 1).is_err());
        assert_ne!(Gate::new(None, 1).unwrap().token(), Gate::new(None, 1).unwrap().token());
    }
}
