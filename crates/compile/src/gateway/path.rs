//! The paths of a route as rules: one for each path, because what replaces a prefix depends on it.

use serde_json::{Value, json};
use steading_model::Severity;
use steading_model::application::StripPrefix;

use super::{MOST_RULES, redirect};
use crate::codes::GATEWAY_PATH;
use crate::route::{Entry, covers};
use crate::scope::{Output, Scope};

/// The longest path.
const LONGEST: usize = 1024;

/// One path of a route.
pub(super) struct Rule {
    /// What the requests' paths begin with.
    pub(super) path: String,
    /// What is done with them for this path alone.
    pub(super) filter: Option<Value>,
}

impl Rule {
    /// Says whether it answers by itself.
    pub(super) fn is_redirect(&self) -> bool {
        let filter = self.filter.as_ref();
        filter.is_some_and(|filter| filter["type"] == "RequestRedirect")
    }
}

/// Returns the rules of a route.
pub(super) fn rules(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Vec<Rule>, ()> {
    let mut fits = true;
    for path in &entry.paths {
        fits &= check(scope, entry, path, output);
    }
    let rules: Vec<Rule> = if entry.route.redirect_to.is_some() {
        redirect::rules(scope, entry, output).ok_or(())?
    } else {
        let paths = entry.paths.iter();
        paths.flat_map(|path| of_path(entry, path)).collect()
    };
    if rules.len() > MOST_RULES {
        too_many(scope, entry, rules.len(), output);
        return Err(());
    }
    if fits { Ok(rules) } else { Err(()) }
}

/// A prefix that lies below the path gets a rule of its own.
fn of_path(entry: &Entry<'_>, path: &str) -> Vec<Rule> {
    let plain = |path: &str| Rule {
        path: trimmed(path),
        filter: None,
    };
    let stripped = |path: &str, rest: &str| Rule {
        path: trimmed(path),
        filter: Some(rewrite(rest)),
    };
    match &entry.route.strip_prefix {
        Some(StripPrefix::Path) if path != "/" => vec![stripped(path, "/")],
        Some(StripPrefix::Prefix(prefix)) if covers(prefix.as_str(), path) => {
            let prefix = prefix.as_str().trim_end_matches('/');
            let rest = path.strip_prefix(prefix).unwrap_or(path);
            vec![stripped(path, &trimmed(rest))]
        }
        Some(StripPrefix::Prefix(prefix)) if covers(path, prefix.as_str()) => {
            vec![stripped(prefix.as_str(), "/"), plain(path)]
        }
        Some(StripPrefix::Path | StripPrefix::Prefix(_) | StripPrefix::Off) | None => {
            vec![plain(path)]
        }
    }
}

fn rewrite(rest: &str) -> Value {
    json!({ "type": "URLRewrite", "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": rest } } })
}

/// A prefix with and without `/` at its end is the same to a Gateway.
pub(super) fn trimmed(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

fn check(scope: &Scope<'_>, entry: &Entry<'_>, path: &str, output: &mut Output) -> bool {
    let place = if entry.route.path.is_some() {
        "path"
    } else {
        "paths"
    };
    let place = entry.path.key(place);
    if let Some(problem) = problem(path) {
        let message = format!("a Gateway does not take the path {path}: {problem}");
        output.error(scope, GATEWAY_PATH, &place, message, "write another path");
        return false;
    }
    if path.len() > 1 && path.ends_with('/') {
        let without = trimmed(path);
        let message = format!("a Gateway takes {without} for {path} too");
        let help = format!("write `{without}`, or say with a route of its own what {without} is");
        let span = scope.span(&place);
        output.finding(Severity::Warning, GATEWAY_PATH, span, message, help);
    }
    true
}

/// What the definitions refuse.
fn problem(path: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let is_known = |c: char| c.is_ascii_alphanumeric() || "-/._~!$&'()*+,;=:@%".contains(c);
    if ["//", "/./", "/../"].iter().any(|part| path.contains(part)) {
        Some("it holds `//`, `/./` or `/../`")
    } else if path.ends_with("/.") || path.ends_with("/..") {
        Some("it ends with `/.` or `/..`")
    } else if lower.contains("%2f") || !is_encoded(&lower) {
        Some("it holds `%2f`, or `%` without two hexadecimal digits")
    } else if !path.chars().all(is_known) {
        Some("it holds a character that must be written with `%`")
    } else {
        (path.len() > LONGEST).then_some("it is longer than 1024 characters")
    }
}

fn is_encoded(path: &str) -> bool {
    let mut parts = path.split('%').skip(1);
    parts.all(|part| {
        let digits: Vec<char> = part.chars().take(2).collect();
        digits.len() == 2 && digits.iter().all(char::is_ascii_hexdigit)
    })
}

/// Reports a route with more rules than one object takes.
fn too_many(scope: &Scope<'_>, entry: &Entry<'_>, count: usize, output: &mut Output) {
    let message = format!(
        "`{}` has more paths than a Gateway takes for one route: {count}, at most 16",
        entry.host
    );
    let help = "write several routes with some of the paths each";
    output.error(scope, GATEWAY_PATH, &entry.path.key("paths"), message, help);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_that_the_definitions_take() {
        for path in [
            "/",
            "/api",
            "/a/b.c/~d",
            "/a%20b",
            "/.well-known/x",
            "/a..b",
        ] {
            assert_eq!(problem(path), None, "{path}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for path in [
            "//", "/a//b", "/a/./b", "/a/../b", "/a/..", "/a/.", "/a%2Fb", "/a%2", "/ä", "/a|b",
            &long,
        ] {
            assert!(problem(path).is_some(), "{path}");
        }
        assert_eq!(trimmed("/"), "/");
        assert_eq!(trimmed("/rpc/"), "/rpc");
    }
}
