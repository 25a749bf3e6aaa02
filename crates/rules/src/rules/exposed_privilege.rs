//! What everyone can reach has no rights over the node.

use crate::rule::{Check, Finding, Subject, is_public, rule};

rule! {
    /// A component with a public route has no rights over its node.
    ///
    /// ## Why
    /// `privileged`, `hostNetwork` and `hostPID` take the wall between a pod and its node away. With a public route, a single bug in
    /// the application is the whole node to whoever finds it, with the secrets of all pods on it.
    ///
    /// ## Example
    /// ```yaml
    /// security: { privileged: "reads the sensors" }
    /// ingress: [{ host: sensors, visibility: public }] # found
    /// ingress: [{ host: sensors }]                     # right: private
    /// ```
    "ST4040" "exposed-privilege" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, route) in subject
        .routes()
        .filter(|(_, route)| is_public(route) && route.redirect_to.is_none())
    {
        let Some(component) = subject.application.component_of(route) else {
            continue;
        };
        let Some(security) = &component.fields.security else {
            continue;
        };
        let rights = [
            ("privileged", &security.privileged),
            ("hostNetwork", &security.host_network),
            ("hostPID", &security.host_pid),
        ];
        for (key, _) in rights.into_iter().filter(|(_, reason)| reason.is_some()) {
            let message = format!(
                "everyone can reach `{}`, whose pods have `{key}`",
                route.host
            );
            let label = subject.key_span(&component.field("security").key(key));
            let finding = Finding::new(subject.span(&path.key("visibility")), message)
                .label(label, "the right over the node");
            found.push(finding.help(
                "make the route private, or let a component without rights over the node answer",
            ));
        }
    }
    found
}
