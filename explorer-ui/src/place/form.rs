//! What is typed on the open screen, and the place and its secrets that it means.

use super::{Access, Location, Place, Signer, advice::looks_like_table, split_url};

/// How files are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// By an address of their own.
    #[default]
    Address,
    /// By links that another address signs.
    Signed,
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// How files are reached.
    pub way: Way,
    /// The warehouse or table.
    pub url: String,
    /// S3 endpoint.
    pub endpoint: String,
    /// S3 region.
    pub region: String,
    /// S3 access key id.
    pub key: String,
    /// S3 secret access key.
    pub secret: String,
    /// S3 session token.
    pub token: String,
    /// Bucket in the path.
    pub path_style: bool,
    /// The address that signs.
    pub signer: String,
    /// It is asked by GET.
    pub by_get: bool,
    /// The header `Authorization`.
    pub authorization: String,
    /// Table or warehouse, where that was chosen.
    pub as_table: Option<bool>,
}

impl Form {
    /// The form of a place opened before; secrets are not in a place.
    #[must_use]
    pub fn again(place: &Place) -> Form {
        let Some(at) = place.location() else { return Form::default() };
        let signer = at.signer.clone().unwrap_or_default();
        Form {
            way: if at.signer.is_some() { Way::Signed } else { Way::Address },
            url: at.url.trim_start_matches("signed://").to_owned(),
            endpoint: at.endpoint.clone().unwrap_or_default(),
            region: at.region.clone().unwrap_or_default(),
            path_style: at.path_style,
            signer: signer.url,
            by_get: signer.by_get,
            as_table: Some(place.is_table()),
            ..Form::default()
        }
    }

    /// Whether the fields of S3 apply.
    #[must_use]
    pub fn is_s3(&self) -> bool {
        let url = self.url.trim_start();
        self.way == Way::Address && ["s3:", "s3a:", "s3n:", "oss:"].iter().any(|scheme| url.starts_with(scheme))
    }

    /// Whether a header can be sent along.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.way == Way::Address && self.url.trim_start().starts_with("http")
    }

    /// Whether it is taken for a table.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.as_table.unwrap_or_else(|| looks_like_table(self.url.trim()))
    }

    /// The place and its secrets, or what is wrong with what was typed.
    pub fn place(&self) -> Result<(Place, Access), String> {
        let (location, access) = match self.way {
            Way::Address => self.by_address()?,
            Way::Signed => self.by_signer()?,
        };
        Ok((if self.is_table() { Place::Table(location) } else { Place::Warehouse(location) }, access))
    }

    fn by_address(&self) -> Result<(Location, Access), String> {
        let (url, access) = split_url(&self.url)?;
        if url.starts_with("signed:") {
            return Err("choose “Signed links” and say which address signs them".to_owned());
        }
        let s3 = url.starts_with("s3://");
        if s3 && given(&self.key).is_some() != given(&self.secret).is_some() {
            return Err("an access key id and its secret go together; leave both out for a public bucket".to_owned());
        }
        let endpoint = given(&self.endpoint).filter(|_| s3).map(|typed| full_address(&typed));
        if let Some(endpoint) = &endpoint {
            split_url(endpoint).map_err(|wrong| format!("endpoint: {wrong}"))?;
        }
        let location = Location {
            endpoint,
            region: given(&self.region).filter(|_| s3),
            path_style: s3 && (self.path_style || given(&self.endpoint).is_some()),
            signer: None,
            url,
        };
        let secret = |text: &str| given(text).filter(|_| s3);
        let access = Access {
            access_key_id: secret(&self.key),
            secret_access_key: secret(&self.secret),
            session_token: secret(&self.token),
            authorization: given(&self.authorization).filter(|_| self.is_http()),
            ..access
        };
        Ok((location, access))
    }

    fn by_signer(&self) -> Result<(Location, Access), String> {
        if given(&self.signer).is_none() {
            return Err("which address signs the links?".to_owned());
        }
        let (signer, secret) = split_url(&self.signer).map_err(|wrong| format!("signing address: {wrong}"))?;
        if !signer.starts_with("http") {
            return Err("the signing address is an http or https URL".to_owned());
        }
        if secret.full_url.is_some() {
            return Err("no secrets in the signing address: its header Authorization is for them".to_owned());
        }
        let path = self.url.trim().trim_start_matches("signed://").trim_matches('/');
        if path.contains("://") {
            return Err(
                "expected the path that is sent to the signing address, such as warehouse/db.db/table".to_owned()
            );
        }
        let signer = Some(Signer { url: signer, by_get: self.by_get });
        let location = Location { url: format!("signed://{path}"), signer, ..Location::default() };
        Ok((location, Access { authorization: given(&self.authorization), ..Access::default() }))
    }
}

/// `host:9000` as an address.
fn full_address(typed: &str) -> String {
    if typed.contains("://") {
        return typed.trim_end_matches('/').to_owned();
    }
    let local = typed.starts_with("localhost") || typed.starts_with("127.");
    format!("{}://{}", if local { "http" } else { "https" }, typed.trim_end_matches('/'))
}

fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_out_of_the_place() {
        let form = Form {
            url: "s3://b/wh".into(),
            key: "AKIA".into(),
            secret: "s".into(),
            token: "t".into(),
            endpoint: "localhost:9000".into(),
            ..Form::default()
        };
        let (place, access) = form.place().unwrap();
        assert_eq!((access.access_key_id.as_deref(), access.session_token.as_deref()), (Some("AKIA"), Some("t")));
        let at = place.location().unwrap();
        assert_eq!((at.endpoint.as_deref(), at.path_style), (Some("http://localhost:9000"), true));
        assert!(!format!("{place:?}").contains("AKIA"));
        assert_eq!(
            Form::again(&place),
            Form {
                key: String::new(),
                secret: String::new(),
                token: String::new(),
                endpoint: "http://localhost:9000".into(),
                path_style: true,
                as_table: Some(false),
                ..form
            }
        );
    }

    #[test]
    fn half_a_key_is_said() {
        let form = Form { url: "s3://b/wh".into(), key: "AKIA".into(), ..Form::default() };
        assert!(form.place().unwrap_err().contains("go together"));
    }

    #[test]
    fn signed_links_have_an_address_that_signs() {
        let form = Form {
            way: Way::Signed,
            url: "wh/d.db/t".into(),
            signer: "https://me.example/sign".into(),
            authorization: "Bearer x".into(),
            ..Form::default()
        };
        let (place, access) = form.place().unwrap();
        assert_eq!(place.label(), "signed://wh/d.db/t");
        assert!(place.is_table());
        assert_eq!(access.authorization.as_deref(), Some("Bearer x"));
        assert_eq!(Form::again(&place).url, "wh/d.db/t");
        assert!(Form { signer: String::new(), ..form.clone() }.place().unwrap_err().contains("which address"));
        assert!(
            Form { signer: "https://h/s?key=1".into(), ..form.clone() }.place().unwrap_err().contains("no secrets")
        );
        assert!(Form { url: "s3://b/t".into(), ..form }.place().unwrap_err().contains("path"));
    }
}
