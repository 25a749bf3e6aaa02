//! A page gets all that it loads at once.

use steading_model::application::{AuthMode, Route};
use steading_model::estate::Estate;
use steading_model::name::LabelName;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// The limit of a route for people lets a page load all of its parts at once.
    ///
    /// ## Why
    /// A browser that opens a page for the first time asks for scripts, styles, fonts and pictures within a second: 100 and more. With a
    /// small burst half of them get 429, the page stays white, and a reload works because half is in the cache by then. Limits for programs
    /// (`class: api`) belong on paths for programs.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   - { host: photos, limits: { requests: 10, burst: 50 } } # found
    ///   - { host: photos, limits: { class: page } }             # right, and the default
    ///   - { host: photos, path: /api, limits: { requests: 10, burst: 50 } }
    /// ```
    "ST4122" "burst-too-small-for-page" Warning => Check::Application(check)
}

/// What a page loads at once, at the least.
const AT_ONCE: u32 = 100;

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let pages = subject.routes().filter(|(_, route)| is_page(route));
    pages
        .filter_map(|(path, route)| {
            let (burst, what) = burst(subject.estate, route)?;
            let small = burst < AT_ONCE;
            small.then(|| {
                let message = format!("{what} lets `{}` load {burst} parts at once", route.host);
                let finding = Finding::new(subject.span(&path.key("limits")), message);
                finding.help(format!(
                    "allow a `burst` of at least {AT_ONCE}, or leave `limits` out for the class `page`"
                ))
            })
        })
        .collect()
}

/// A route for people: the whole host, or behind the estate's login.
fn is_page(route: &Route) -> bool {
    let mode = route.auth.as_ref().map(|auth| auth.mode);
    let below = |path: &&steading_model::name::HttpPath| path.as_str() != "/";
    let whole = route.path.iter().find(below).is_none() && route.paths.is_empty();
    let for_people = matches!(
        mode,
        None | Some(AuthMode::Required | AuthMode::App | AuthMode::Public)
    );
    route.redirect_to.is_none() && whole && for_people
}

/// Returns how much a route lets through at once, and what says so.
fn burst(estate: &Estate, route: &Route) -> Option<(u32, String)> {
    let limits = route.limits.as_ref()?;
    if let Some(requests) = limits.requests {
        let burst = limits.burst.unwrap_or(requests.saturating_mul(2));
        return Some((burst, "its limit".to_owned()));
    }
    let class: &LabelName = limits.class.as_ref()?;
    let rate = estate.fields.ingress.rates.get(class)?;
    Some((rate.burst, format!("the class `{class}`")))
}
