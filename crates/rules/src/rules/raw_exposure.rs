//! Nothing under `raw` goes around the gates.

use serde_json::Value;

use crate::containers::raw;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No object under `raw` lets requests in past the estate's gates.
    ///
    /// ## Why
    /// An Ingress, an IngressRoute or a Service of type `LoadBalancer` or `NodePort` has no visibility, no login, no limits and no
    /// check from outside. The firewall of a node does not stop it either: such ports are translated before its rules are asked. It is
    /// reachable, and no plan shows it as a route.
    ///
    /// ## Example
    /// ```yaml
    /// raw: [{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { type: NodePort } }] # found
    /// ingress: [{ host: web }]                                                                   # right
    /// ```
    "ST4046" "raw-exposure" Error => Check::Application(check)
}

const ROUTES: [&str; 11] = [
    "Ingress",
    "IngressRoute",
    "IngressRouteTCP",
    "IngressRouteUDP",
    "HTTPRoute",
    "TLSRoute",
    "TCPRoute",
    "GRPCRoute",
    "UDPRoute",
    "Gateway",
    "ListenerSet",
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    raw(subject.application)
        .filter_map(|(path, object)| {
            let kind = object.get("kind")?.as_str()?;
            if ROUTES.contains(&kind) {
                let finding = Finding::new(
                    subject.span(&path.key("kind")),
                    format!("`{kind}` under `raw` lets requests in past the estate's gates"),
                );
                return Some(finding.help("declare it under `ingress`"));
            }
            let service = object
                .pointer("/spec/type")
                .and_then(Value::as_str)
                .filter(|_| kind == "Service");
            let open = service.filter(|service| matches!(*service, "LoadBalancer" | "NodePort"))?;
            let span = subject.span(&path.key("spec").key("type"));
            let finding = Finding::new(
                span,
                format!("a Service of type {open} lets requests in past the estate's gates"),
            );
            Some(finding.help("leave `type` out and declare the route under `ingress`"))
        })
        .collect()
}
