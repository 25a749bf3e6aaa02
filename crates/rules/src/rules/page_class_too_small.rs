//! The usual limit fits pages.

use steading_model::FieldPath;
use steading_model::estate::Estate;

use crate::rule::{Check, Finding, rule};

rule! {
    /// The class `page`, which holds for every route without limits of its own, lets a page load all of its parts at once.
    ///
    /// ## Why
    /// It is the limit of all routes that say nothing. A browser asks for 100 and more scripts, styles and pictures within a second of a first
    /// visit; what is above the burst gets 429, and pages stay white on a cold cache only, so nobody who tests sees it.
    ///
    /// ## Example
    /// ```yaml
    /// ingress: { rates: { page: { requests: 10, burst: 50 } } }    # found
    /// ingress: { rates: { page: { requests: 100, burst: 1000 } } } # right, and built in
    /// ```
    "ST4129" "page-class-too-small" Warning => Check::Estate(check)
}

/// What a page loads at once, at the least.
const AT_ONCE: u32 = 100;

fn check(estate: &Estate) -> Vec<Finding> {
    let rates = estate.fields.ingress.rates.iter();
    let page = rates.filter(|(name, class)| name.as_str() == "page" && class.burst < AT_ONCE);
    let path = FieldPath::default()
        .key("spec")
        .key("ingress")
        .key("rates")
        .key("page")
        .key("burst");
    page.map(|(_, class)| {
        let message = format!(
            "the class `page` lets a page load {} parts at once",
            class.burst
        );
        let finding = Finding::new(estate.tree.span_at(&path), message);
        finding.help(format!(
            "allow at least {AT_ONCE}, or leave it out for the built-in class"
        ))
    })
    .collect()
}
