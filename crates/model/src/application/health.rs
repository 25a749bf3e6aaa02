//! How to tell that a component works.

use std::collections::BTreeMap;

use super::ContainerFields;
use crate::name::{ComponentName, HeaderName, Literal, PortNumber, ProbePath, Reason};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::record;
use crate::shape::Shape;

record! {
    /// How to tell that a component works. One of `path`, `tcp`, `exec`, `grpc` and `none`.
    pub struct Health {
        /// A path that answers 200 to 399 without authentication; it may have a query. Default: none. Example: `/healthz`. Derives:
        /// `httpGet` of all probes, with `scheme: HTTPS` on a port of protocol `https`.
        "path" path: Option<ProbePath>,
        /// Headers of the request for `path`, such as the host that the application answers to. Default: none. Example: `{ Host:
        /// "cloud.example.org" }`. Derives: `httpHeaders`.
        "headers" headers: BTreeMap<HeaderName, Literal>,
        /// The port accepts connections: `true`, or a port of its own. Default: none. Example: `true`. Derives: `tcpSocket` of all probes.
        "tcp" tcp: Option<Check>,
        /// A command that exits 0. Keep it light: an interpreter that starts slowly gets a healthy pod killed. Default: none. Example:
        /// `[/app/healthy]`. Derives: `exec` of all probes.
        "exec" exec: Vec<Literal>,
        /// The gRPC health protocol answers: `true`, or a port of its own. Default: none. Example: `true`. Derives: `grpc` of all probes.
        "grpc" grpc: Option<Check>,
        /// No check, with the reason. Default: none. Example: `"answers nothing but its own protocol"`. Derives: no probes.
        "none" none: Option<Reason>,
        /// The port or the name of a port. Default: the component's first. Example: `9090`.
        "port" port: Option<PortNumber>,
        /// How long an answer may take, in seconds. Default: 5. Unit: seconds. Example: `10`. Derives: `timeoutSeconds` of all probes.
        "timeoutSeconds" timeout_seconds: Option<u32>,
        /// How long the start may take, in seconds. Default: 300. Unit: seconds. Example: `900`. Derives: `failureThreshold` of the startup
        /// probe: this divided by `periodSeconds`.
        "startupSeconds" startup_seconds: Option<u32>,
        /// How often to check, in seconds. Default: 10. Unit: seconds. Example: `30`. Derives: `periodSeconds` of all probes.
        "periodSeconds" period_seconds: Option<u32>,
        /// A check of its own that takes the pod out of the Service. Default: as the others. Example: `{ path: /ready }`. Derives:
        /// `readinessProbe`.
        "readiness" readiness: Option<ProbeRefinement>,
        /// A check of its own that restarts the container. Default: as the others. Example: `{ failures: 6 }`. Derives: `livenessProbe`.
        "liveness" liveness: Option<ProbeRefinement>,
    }
}

record! {
    /// One probe, where it differs from the others.
    pub struct ProbeRefinement {
        /// Another path. Default: the health check's. Example: `/ready`.
        "path" path: Option<ProbePath>,
        /// Another command. Default: the health check's. Example: `[/app/ready]`.
        "exec" exec: Vec<Literal>,
        /// How long an answer may take, in seconds. Default: the health check's. Unit: seconds. Example: `10`.
        "timeoutSeconds" timeout_seconds: Option<u32>,
        /// How often to check, in seconds. Default: the health check's. Unit: seconds. Example: `60`.
        "periodSeconds" period_seconds: Option<u32>,
        /// After how many failures it counts. Default: Kubernetes' 3. Unit: failures in a row. Example: `6`. Derives: `failureThreshold`.
        "failures" failures: Option<u32>,
        /// This probe is not made, with the reason. Default: the probe is made. Example: `"a restart would lose the transcoding"`.
        "none" none: Option<Reason>,
    }
}

/// `true`, or a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// On the component's first port.
    FirstPort,
    /// On this port.
    Port(PortNumber),
    /// `false`: not at all.
    Off,
}

impl Read for Check {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        use crate::node::ScalarKind;
        match node.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Boolean(true)) => Some(Self::FirstPort),
            Some(ScalarKind::Boolean(false)) => Some(Self::Off),
            _ => PortNumber::read(node, reader).map(Self::Port),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Boolean, PortNumber::shape()])
    }
}

/// What a health declaration asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum HealthProbe {
    /// An HTTP request.
    Http(ProbePath, Option<PortNumber>),
    /// A connection.
    Tcp(Option<PortNumber>),
    /// A command.
    Exec(Vec<Literal>),
    /// The gRPC health protocol.
    Grpc(Option<PortNumber>),
    /// Nothing.
    None(Reason),
}

impl Health {
    /// Returns what is asked for; where several are written, the first of exec, tcp, grpc, path, none (checked to be one by the loader).
    pub fn probe(&self) -> Option<HealthProbe> {
        if !self.exec.is_empty() {
            return Some(HealthProbe::Exec(self.exec.clone()));
        }
        if let Some(check) = self.tcp.filter(|check| *check != Check::Off) {
            return Some(HealthProbe::Tcp(self.checked_port(check)));
        }
        if let Some(check) = self.grpc.filter(|check| *check != Check::Off) {
            return Some(HealthProbe::Grpc(self.checked_port(check)));
        }
        let path = self
            .path
            .clone()
            .map(|path| HealthProbe::Http(path, self.port));
        path.or_else(|| self.none.clone().map(HealthProbe::None))
    }

    fn checked_port(&self, check: Check) -> Option<PortNumber> {
        match check {
            Check::Port(port) => Some(port),
            Check::FirstPort | Check::Off => self.port,
        }
    }
}

impl ContainerFields {
    /// Returns the name of the port that checks and routes use where none is named: `http`, the one that has the number of the
    /// Service's, or the first by name.
    pub fn first_port(&self) -> Option<(String, super::PortSpec)> {
        let short = self.port.map(|port| ("http".to_owned(), port));
        let named = |name: &ComponentName| name.as_str() == "http";
        short.or_else(|| {
            let http = self.ports.iter().find(|(name, _)| named(name));
            let meant = |spec: &super::PortSpec| self.service_port == Some(spec.port);
            let by_number = || self.ports.iter().find(|(_, spec)| meant(spec));
            http.or_else(by_number)
                .or_else(|| self.ports.iter().next())
                .map(|(name, port)| (name.as_str().to_owned(), *port))
        })
    }
}
