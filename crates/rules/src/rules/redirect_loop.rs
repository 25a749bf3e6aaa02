//! Redirects lead somewhere else.

use steading_model::application::Route;
use steading_model::name::Url;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A redirect leads to another place than the one that it answers for.
    ///
    /// ## Why
    /// Browsers follow it some twenty times and give up. Because it is a permanent redirect they remember it, also after it was mended.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   - { host: example.org, redirectTo: "https://example.org" }     # found
    ///   - { host: example.org, redirectTo: "https://www.example.org" } # right
    /// ```
    "ST4035" "redirect-loop" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let redirects = subject
        .routes()
        .filter_map(|(path, route)| Some((path, route, route.redirect_to.as_ref()?)));
    redirects
        .filter_map(|(path, route, target)| {
            let host = subject.host(route)?;
            let looping = split(target)
                .is_some_and(|(to, below)| to == host.as_str() && answers(route, below));
            looping.then(|| {
                let finding = Finding::new(
                    subject.span(&path.key("redirectTo")),
                    format!("`{host}` redirects to itself"),
                );
                finding.help("name the host that answers, or take the redirect away")
            })
        })
        .collect()
}

/// Returns host and path of a URL.
fn split(url: &Url) -> Option<(&str, &str)> {
    let (_, rest) = url.as_str().split_once("://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    let host = rest[..at].split(':').next()?;
    Some((host, if at == rest.len() { "/" } else { &rest[at..] }))
}

/// Says whether a route answers for a path: it does for all below its own.
fn answers(route: &Route, target: &str) -> bool {
    let single = route
        .path
        .iter()
        .chain(&route.paths)
        .map(steading_model::name::HttpPath::as_str)
        .collect::<Vec<_>>();
    let own = if single.is_empty() { vec!["/"] } else { single };
    own.iter().any(|path| {
        let below = target.strip_prefix(path.trim_end_matches('/'));
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
