//! Public routes have a login somewhere.

use steading_model::application::AuthMode;

use crate::rule::{Check, Finding, Subject, is_public, rule};

rule! {
    /// A public route has a login somewhere, or serves what is meant for everyone.
    ///
    /// ## Why
    /// `auth: { none: why }` says that nobody logs in, and not that the content is public: an interface for machines, a webhook. On a
    /// private route that may do. On a public one everybody finds it within hours.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   - host: hooks
    ///     visibility: public
    ///     auth: { none: "called by the forge" }                        # found
    ///     auth: { app: "each call is signed; checked by the service" } # right, where that is so
    ///     auth: { public: "pages for everyone" }                       # right, where that is so
    /// ```
    "ST4030" "public-route-without-login" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let open = subject.routes().filter(|(_, route)| {
        let nowhere = route
            .auth
            .as_ref()
            .is_some_and(|auth| auth.mode == AuthMode::None);
        is_public(route) && nowhere && route.redirect_to.is_none()
    });
    open.map(|(path, route)| {
        let message = format!("everyone can reach `{}`, and nobody has to log in", route.host);
        let finding = Finding::new(subject.span(&path.key("auth")), message);
        finding.help("make the route private, say `{ app: why }` or `{ public: why }` if that is what it is, or waive the rule")
    })
    .collect()
}
