//! Redirects: answered by the Gateway itself.

use serde_json::{Value, json};

use super::path::{Rule, trimmed};
use crate::codes::GATEWAY_PATH;
use crate::json::Fields;
use crate::route::Entry;
use crate::scope::{Output, Scope};

/// Where a redirect leads to.
struct Place<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
}

/// Returns the rules of a redirect; none where the standard cannot lead there.
pub(super) fn rules(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Option<Vec<Rule>> {
    let target = entry.route.redirect_to.as_ref()?.as_str();
    let Some(place) = place(target) else {
        let message =
            format!("a Gateway does not redirect to a URL with a query or a fragment: {target}");
        let help = "remove it, or let the application redirect";
        output.error(
            scope,
            GATEWAY_PATH,
            &entry.path.key("redirectTo"),
            message,
            help,
        );
        return None;
    };
    let keeps = entry.route.preserve_path != Some(false);
    let rule = |path: &&str| Rule {
        path: trimmed(path),
        filter: Some(filter(&place, keeps.then_some(*path))),
    };
    Some(entry.paths.iter().map(rule).collect())
}

/// Returns the redirect of the requests below a path; with it the rest of their path is kept.
fn filter(place: &Place<'_>, kept: Option<&str>) -> Value {
    let path = match kept {
        None => Some(json!({ "type": "ReplaceFullPath", "replaceFullPath": rooted(place.path) })),
        // Without `path` the whole path stays.
        Some(_) if place.path.is_empty() => None,
        Some(below) => {
            let whole = trimmed(&format!("{}{}", place.path, below.trim_end_matches('/')));
            Some(json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": whole }))
        }
    };
    let redirect = Fields::new()
        .with("scheme", place.scheme)
        .with("hostname", place.host)
        .with("port", place.port)
        .with("path", path)
        .with("statusCode", 301);
    json!({ "type": "RequestRedirect", "requestRedirect": Value::from(redirect) })
}

fn rooted(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// Takes a URL apart.
fn place(url: &str) -> Option<Place<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    if rest.contains(['?', '#', '@']) {
        return None;
    }
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (authority, None),
    };
    Some(Place {
        scheme,
        host,
        port,
        path: path.trim_end_matches('/'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_kept_or_replaced() {
        let redirect = |url: &str, kept: Option<&str>| {
            let place = place(url).unwrap();
            filter(&place, kept)["requestRedirect"].clone()
        };
        let whole = redirect("https://b.org", Some("/"));
        assert_eq!(
            whole,
            json!({"scheme": "https", "hostname": "b.org", "statusCode": 301})
        );
        for (url, kept, path) in [
            (
                "https://b.org/x",
                Some("/"),
                json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/x"}),
            ),
            (
                "https://b.org/x",
                Some("/a"),
                json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/x/a"}),
            ),
            (
                "https://b.org",
                None,
                json!({"type": "ReplaceFullPath", "replaceFullPath": "/"}),
            ),
            (
                "https://b.org/x/y",
                None,
                json!({"type": "ReplaceFullPath", "replaceFullPath": "/x/y"}),
            ),
        ] {
            assert_eq!(redirect(url, kept)["path"], path, "{url}");
        }
        assert_eq!(redirect("http://b.org:8080", None)["port"], 8080);
        assert!(place("https://b.org/?q=1").is_none());
    }
}
