//! What a route asks for is in the estate's chain.

use steading_model::FieldPath;
use steading_model::application::Route;
use steading_model::estate::ChainLink;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// The limits and headers that a route declares have their place in the estate's chain.
    ///
    /// ## Why
    /// An estate whose chain has no `rate-limit` limits nothing, and one without `security-headers` sets none: there, a route's own are left
    /// out without a word. Whoever reads the declaration believes that the login form is limited to five tries a second.
    ///
    /// ## Example
    /// ```yaml
    /// # with `chain: [allow-list, authentication]` in the estate
    /// ingress: [{ host: links, limits: { requests: 5 } }] # found
    /// # with `chain: [allow-list, rate-limit, authentication]`
    /// ingress: [{ host: links, limits: { requests: 5 } }] # right
    /// ```
    "ST4128" "route-setting-without-link" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let chain = &subject.estate.fields.ingress.chain;
    if chain.is_empty() {
        return Vec::new();
    }
    let place = FieldPath::default().key("spec").key("ingress").key("chain");
    let place = subject.estate.tree.key_span_at(&place);
    let mut found = Vec::new();
    for (path, route) in subject.routes() {
        let lost = asked(route).filter(|(_, link)| !chain.contains(link));
        found.extend(lost.map(|(key, link)| {
            let path = path.key(key);
            let message = format!("`{path}` has no effect: the estate's chain has no `{link}`");
            Finding::new(subject.key_span(&path), message)
                .label(place, "the chain")
                .help(format!("add `{link}` to the chain, or take `{key}` away"))
        }));
    }
    found
}

/// Returns what a route declares with the link that does it.
fn asked(route: &Route) -> impl Iterator<Item = (&'static str, ChainLink)> {
    let limits = route.limits.as_ref();
    let limited = limits.is_some_and(|limits| limits.requests.is_some() || limits.class.is_some());
    let asked = [
        (limited, "limits", ChainLink::RateLimit),
        (
            !route.headers.is_empty(),
            "headers",
            ChainLink::SecurityHeaders,
        ),
    ];
    asked
        .into_iter()
        .filter(|(is_asked, _, _)| *is_asked)
        .map(|(_, key, link)| (key, link))
}
