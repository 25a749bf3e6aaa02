//! One way to tell that a component works.

use super::Check;
use super::codes::HEALTH;
use crate::application::{Check as PortCheck, Component, Health};

pub(super) fn check(check: &mut Check<'_>) {
    for component in &check.application.components {
        match &component.fields.health {
            Some(health) => one(check, component, health),
            None => missing(check, component),
        }
    }
}

fn missing(check: &mut Check<'_>, component: &Component) {
    let key = if component.fields.port.is_some() {
        "port"
    } else {
        "ports"
    };
    if component.first_port_exists() {
        let message = format!("`{}` has a port but no `health`", component.name);
        check.error_at_key(
            HEALTH,
            &component.field(key),
            message,
            "add `health: { path: /… }`, or `{ none: why }`",
        );
    }
}

fn one(check: &mut Check<'_>, component: &Component, health: &Health) {
    let on = |port: &Option<PortCheck>| port.is_some_and(|port| port != PortCheck::Off);
    let written = [
        ("path", health.path.is_some()),
        ("tcp", on(&health.tcp)),
        ("exec", !health.exec.is_empty()),
        ("grpc", on(&health.grpc)),
        ("none", health.none.is_some()),
    ];
    let ways: Vec<&str> = written
        .iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| *name)
        .collect();
    let path = component.field("health");
    match ways.as_slice() {
        [] => check.error_at_key(
            HEALTH,
            &path,
            format!("`{path}` does not say what to ask"),
            "add one of `path`, `tcp`, `exec`, `grpc`, `none`",
        ),
        [way] if matches!(*way, "path" | "tcp" | "grpc") => needs_port(check, component, health),
        [_] => {}
        [first, second, ..] => {
            let message = format!("`{path}` has both `{first}` and `{second}`");
            check.error_at_key(HEALTH, &path.key(*second), message, "keep one of them");
        }
    }
}

fn needs_port(check: &mut Check<'_>, component: &Component, health: &Health) {
    let own = |port: &Option<PortCheck>| matches!(port, Some(PortCheck::Port(_)));
    if health.port.is_none()
        && !own(&health.tcp)
        && !own(&health.grpc)
        && !component.first_port_exists()
    {
        let path = component.field("health");
        check.error_at_key(
            HEALTH,
            &path,
            format!("`{path}` needs a port, and `{}` has none", component.name),
            "add `port`, or use `exec`",
        );
    }
}

impl Component {
    /// Says whether it has any port.
    fn first_port_exists(&self) -> bool {
        self.fields.port.is_some() || !self.fields.ports.is_empty()
    }
}
