//! Databases have no public route.

use steading_model::application::{Component, Route, RoutePort};

use crate::known::{store, store_port};
use crate::rule::{Check, Finding, Subject, is_public, rule};

rule! {
    /// No public route leads to a database.
    ///
    /// ## Why
    /// Databases are built to be reached by their applications. Their passwords have no second factor and no limit on attempts, and
    /// scanners find an open one within minutes.
    ///
    /// ## Example
    /// ```yaml
    /// image: mongo:8.0.14
    /// port: 27017
    /// ingress:
    ///   - { host: db, visibility: public, auth: { app: "password" } } # found
    ///   - { host: db }                                                # right: private, and past the estate's login
    /// ```
    "ST4031" "public-database" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let routes = subject
        .routes()
        .filter(|(_, route)| is_public(route) && route.redirect_to.is_none());
    routes
        .filter_map(|(path, route)| {
            let component = subject.application.component_of(route)?;
            let title = component
                .fields
                .image
                .as_ref()
                .and_then(store)
                .or_else(|| store_port(port(component, route)?))?;
            let message = format!("`{}` leads everyone to {title}", route.host);
            Some(
                Finding::new(subject.span(&path.key("visibility")), message)
                    .help("make the route private, or take it away"),
            )
        })
        .collect()
}

fn port(component: &Component, route: &Route) -> Option<u16> {
    let ports = component.ports();
    let port = match &route.port {
        Some(RoutePort::Number(number)) => return Some(number.get()),
        Some(RoutePort::Name(name)) => ports.iter().find(|port| port.name == name.as_str()),
        None => ports.first(),
    };
    port.map(|port| port.spec.port.get())
}
