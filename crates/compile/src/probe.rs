//! One definition of health gives three probes: the start may take long, then liveness restarts and readiness takes out.

use serde_json::Value;
use steading_model::application::{Component, Health, HealthProbe, ProbeRefinement, Protocol};
use steading_model::name::{HeaderName, Literal, PortNumber, ProbePath};

use crate::json::{Fields, texts};

/// How long an answer may take, in seconds.
const TIMEOUT: u32 = 5;
/// How often to check, in seconds.
const PERIOD: u32 = 10;
/// How long the start may take, in seconds.
const STARTUP: u32 = 300;

/// Adds the probes of a component to its container.
pub(crate) fn probes(component: &Component, container: Fields) -> Fields {
    let health = component.fields.health.as_ref();
    let action = health
        .and_then(Health::probe)
        .and_then(|probe| action(component, &probe));
    let Some((health, action)) = health.zip(action) else {
        return container;
    };
    let refined = |refinement: Option<&ProbeRefinement>| match refinement {
        Some(refinement) if refinement.none.is_some() => None,
        refinement => Some(Value::from(refined(component, health, &action, refinement))),
    };
    container
        .with("livenessProbe", refined(health.liveness.as_ref()))
        .with("readinessProbe", refined(health.readiness.as_ref()))
        .with("startupProbe", startup(health, action.clone()))
}

fn startup(health: &Health, action: Fields) -> Fields {
    let period = health.period_seconds.unwrap_or(PERIOD).max(1);
    let failures = health
        .startup_seconds
        .unwrap_or(STARTUP)
        .div_ceil(period)
        .max(1);
    timed(health, action).with("failureThreshold", failures)
}

fn refined(
    component: &Component,
    health: &Health,
    action: &Fields,
    refinement: Option<&ProbeRefinement>,
) -> Fields {
    let Some(refinement) = refinement else {
        return timed(health, action.clone());
    };
    let own = if refinement.exec.is_empty() {
        let port = component
            .fields
            .first_port()
            .map(|(_, spec)| health.port.unwrap_or(spec.port));
        refinement
            .path
            .as_ref()
            .zip(port)
            .map(|(path, port)| http(component, path, port))
    } else {
        Some(exec(&refinement.exec))
    };
    let timed = timed(health, own.unwrap_or_else(|| action.clone()));
    let replaced = |fields: Fields, key: &str, value: Option<u32>| match value {
        Some(value) => fields.with(key, value),
        None => fields,
    };
    let fields = replaced(timed, "timeoutSeconds", refinement.timeout_seconds);
    let fields = replaced(fields, "periodSeconds", refinement.period_seconds);
    replaced(fields, "failureThreshold", refinement.failures)
}

fn timed(health: &Health, action: Fields) -> Fields {
    action
        .with("timeoutSeconds", health.timeout_seconds.unwrap_or(TIMEOUT))
        .with("periodSeconds", health.period_seconds.unwrap_or(PERIOD))
}

fn action(component: &Component, probe: &HealthProbe) -> Option<Fields> {
    let first = component.fields.first_port().map(|(_, spec)| spec.port);
    let port = |named: &Option<PortNumber>| named.or(first);
    let on = |named: &Option<PortNumber>| Some(Fields::new().with("port", port(named)?.get()));
    Some(match probe {
        HealthProbe::Http(path, named) => http(component, path, port(named)?),
        HealthProbe::Tcp(named) => Fields::new().with("tcpSocket", on(named)?),
        HealthProbe::Grpc(named) => Fields::new().with("grpc", on(named)?),
        HealthProbe::Exec(command) => exec(command),
        HealthProbe::None(_) => return None,
    })
}

fn http(component: &Component, path: &ProbePath, port: PortNumber) -> Fields {
    let speaks_tls = component
        .ports()
        .iter()
        .any(|known| known.spec.port == port && known.spec.protocol == Protocol::Https);
    let health = component.fields.health.iter();
    let headers = health.flat_map(|health| &health.headers);
    let header = |(name, value): (&HeaderName, &Literal)| {
        let header = Fields::new().with("name", name.as_str());
        Value::from(header.with("value", value.as_str()))
    };
    let get = Fields::new()
        .with("httpHeaders", headers.map(header).collect::<Vec<_>>())
        .with("path", path.as_str())
        .with("port", port.get())
        .with("scheme", speaks_tls.then_some("HTTPS"));
    Fields::new().with("httpGet", get)
}

fn exec(command: &[Literal]) -> Fields {
    let command = texts(command.iter().map(Literal::as_str));
    Fields::new().with("exec", Fields::new().with("command", command))
}
