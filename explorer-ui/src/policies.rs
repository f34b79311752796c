//! What a store or server must be told so that this page may read: ready to paste, for each kind of them.

use serde_json::json;

use crate::place::Place;

/// Something to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whose it is.
    pub name: &'static str,
    /// Where it goes.
    pub place: &'static str,
    /// The text.
    pub text: String,
}

/// What lets pages of `origin` read (CORS), the likeliest for this place first. `known`: the engine's own words for S3.
#[must_use]
pub fn cors(origin: &str, place: Option<&Place>, known: Option<&str>) -> Vec<Policy> {
    let mut all = vec![s3(origin, known), minio(origin), google(origin), nginx(origin), caddy(origin), apache(origin)];
    let address = place.and_then(Place::location).map(|at| at.url.as_str()).unwrap_or_default();
    if address.starts_with("http") {
        all.rotate_left(3);
    }
    let is_here = address.contains("://127.") || address.contains("://localhost");
    all.insert(if is_here { 0 } else { all.len() }, cenote(origin));
    all
}

fn s3(origin: &str, known: Option<&str>) -> Policy {
    let policy = json!([{
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["Content-Range", "Content-Length", "Content-Encoding", "ETag"],
        "MaxAgeSeconds": 3600
    }]);
    let text = known.map_or_else(|| serde_json::to_string_pretty(&policy).unwrap_or_default(), str::to_owned);
    let place = "The bucket's CORS configuration (Permissions → CORS); Cloudflare R2, Wasabi and Ceph take the same.";
    Policy { name: "Amazon S3", place, text }
}

fn minio(origin: &str) -> Policy {
    let text = format!("mc admin config set ALIAS api cors_allow_origin={origin}\nmc admin service restart ALIAS");
    Policy { name: "MinIO", place: "In a shell, for the whole server.", text }
}

fn google(origin: &str) -> Policy {
    let policy = json!([{
        "origin": [origin],
        "method": ["GET"],
        "responseHeader": ["Content-Range", "Content-Length", "Content-Encoding", "ETag", "Range"],
        "maxAgeSeconds": 3600
    }]);
    let policy = serde_json::to_string_pretty(&policy).unwrap_or_default();
    let text = format!(
        "cat > cors.json <<'EOF'\n{policy}\nEOF\ngcloud storage buckets update gs://BUCKET --cors-file=cors.json"
    );
    Policy { name: "Google Cloud Storage", place: "In a shell.", text }
}

fn nginx(origin: &str) -> Policy {
    let text = format!(
        "location /warehouse/ {{\n  add_header Access-Control-Allow-Origin \"{origin}\" always;\n  \
         add_header Access-Control-Allow-Headers \"Range, Authorization\" always;\n  \
         add_header Access-Control-Expose-Headers \"Content-Range, Content-Length, Content-Encoding, ETag\" always;\n  \
         if ($request_method = OPTIONS) {{ return 204; }}\n  gzip off;\n}}"
    );
    Policy { name: "nginx", place: "In the server block.", text }
}

fn caddy(origin: &str) -> Policy {
    let text = format!(
        "handle /warehouse/* {{\n  header {{\n    Access-Control-Allow-Origin \"{origin}\"\n    \
         Access-Control-Allow-Headers \"Range, Authorization\"\n    \
         Access-Control-Expose-Headers \"Content-Range, Content-Length, Content-Encoding, ETag\"\n  }}\n  \
         @preflight method OPTIONS\n  respond @preflight 204\n  file_server\n}}"
    );
    Policy { name: "Caddy", place: "In the site's block.", text }
}

fn apache(origin: &str) -> Policy {
    let text = format!(
        "<Location \"/warehouse\">\n  Header always set Access-Control-Allow-Origin \"{origin}\"\n  \
         Header always set Access-Control-Allow-Headers \"Range, Authorization\"\n  \
         Header always set Access-Control-Expose-Headers \"Content-Range, Content-Length, Content-Encoding, ETag\"\n  \
         SetEnv no-gzip 1\n  RewriteEngine On\n  RewriteCond %{{REQUEST_METHOD}} OPTIONS\n  RewriteRule .* - [R=204,L]\n</Location>"
    );
    Policy { name: "Apache httpd", place: "With mod_headers and mod_rewrite.", text }
}

fn cenote(origin: &str) -> Policy {
    let text = format!("cenote serve --warehouse FOLDER --allow-origin {origin}");
    Policy {
        name: "cenote serve",
        place: "In a shell. The address that it says opens the same tables with a Cenote of its own.",
        text,
    }
}

/// What lets a key read a place of S3: objects below it, and the listing that finds tables.
#[must_use]
pub fn read_access(place: &Place) -> Option<Policy> {
    let path = place.location()?.url.strip_prefix("s3://")?;
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let below = if key.is_empty() { "*".to_owned() } else { format!("{key}/*") };
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/{below}") },
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": format!("arn:aws:s3:::{bucket}"),
              "Condition": { "StringLike": { "s3:prefix": [below] } } }
        ]
    });
    let text = serde_json::to_string_pretty(&policy).unwrap_or_default();
    Some(Policy {
        name: "IAM policy",
        place: "For the user or role of the key: reads this place and lists it, nothing else.",
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Location;

    fn at(url: &str) -> Place {
        Place::Warehouse(Location { url: url.into(), ..Location::default() })
    }

    #[test]
    fn the_likeliest_comes_first_and_all_name_the_origin() {
        let origin = "https://cenote.example";
        let first = |url: &str| cors(origin, Some(&at(url)), None)[0].name;
        assert_eq!(first("s3://b/wh"), "Amazon S3");
        assert_eq!(first("https://h/wh"), "nginx");
        assert_eq!(first("http://127.0.0.1:7433/wh"), "cenote serve");
        let all = cors(origin, None, Some("[known]"));
        assert_eq!((all.len(), all[0].text.as_str()), (7, "[known]"));
        assert!(all.iter().skip(1).all(|policy| policy.text.contains(origin)));
    }

    #[test]
    fn keys_read_one_place_and_nothing_else() {
        let policy = read_access(&at("s3://lake/wh")).unwrap().text;
        assert!(policy.contains("arn:aws:s3:::lake/wh/*") && !policy.contains("PutObject"));
        assert!(read_access(&at("s3://lake")).unwrap().text.contains("arn:aws:s3:::lake/*"));
        assert_eq!(read_access(&at("https://h/wh")), None);
    }
}
