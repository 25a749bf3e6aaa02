//! The open part of a host is not wider than the protected one.

use steading_model::application::{AuthMode, Route};
use steading_model::name::HttpPath;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A path without a login stands below the path that asks for it, not above.
    ///
    /// ## Why
    /// A carve-out takes one path out of the login: `/api` for clients with tokens of their own. The other way round, with `{ none: … }` on
    /// the host and the login on one path of it, everything that nobody thought of is open: the next version's `/setup`, `/metrics`,
    /// `/debug`. What is meant for everyone says so with `{ public: why }`, what has a login of its own with `{ app: why }`; neither is
    /// found.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   - { host: wiki, auth: { none: "readers" } }  # found
    ///   - { host: wiki, path: /admin }
    ///
    ///   - { host: wiki }                             # right
    ///   - { host: wiki, path: /feed, auth: { none: "feed readers" } }
    /// ```
    "ST4120" "open-path-above-login" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, open) in subject.routes() {
        let nowhere = mode(open) == AuthMode::None && open.redirect_to.is_none();
        let host = subject.host(open).filter(|_| nowhere);
        let Some(host) = host else {
            continue;
        };
        let below = subject.routes().find(|(_, route)| {
            mode(route) == AuthMode::Required
                && route.redirect_to.is_none()
                && subject.host(route).as_ref() == Some(&host)
                && is_above(open, route)
        });
        found.extend(below.map(|(protected, _)| {
            let message = format!("all of `{host}` but one path is open to whoever reaches it");
            let label = subject.span(&protected.key("host"));
            let finding = Finding::new(subject.span(&path.key("auth")), message);
            finding
                .label(label, "the path with the login")
                .help("ask for the login on the whole host and open single paths, or say `{ public: why }` or `{ app: why }`")
        }));
    }
    found
}

fn mode(route: &Route) -> AuthMode {
    let auth = route.auth.as_ref();
    auth.map_or(AuthMode::Required, |auth| auth.mode)
}

fn paths(route: &Route) -> Vec<&str> {
    let declared = route.path.iter().chain(&route.paths);
    let paths: Vec<&str> = declared.map(HttpPath::as_str).collect();
    if paths.is_empty() { vec!["/"] } else { paths }
}

fn is_above(open: &Route, protected: &Route) -> bool {
    let above = |open: &str, path: &str| {
        let rest = path.strip_prefix(open.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/') && rest != "/")
    };
    let protected = paths(protected);
    let mut open = paths(open).into_iter();
    open.any(|open| protected.iter().any(|path| above(open, path)))
}
