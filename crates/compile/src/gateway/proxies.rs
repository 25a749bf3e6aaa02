//! The pods through which requests come, as network policies name them.

use serde_json::Value;
use steading_model::application::Visibility;
use steading_model::estate::{Estate, Gateway, GatewayPolicies};
use steading_model::name::Literal;

use super::policies;
use crate::peers;
use crate::scope::Scope;

/// Where Envoy Gateway runs its proxies, unless it was told otherwise.
const NAMESPACE: &str = "envoy-gateway-system";
/// The labels by which its proxies say whose they are.
const OWNER: [&str; 2] = [
    "gateway.envoyproxy.io/owning-gateway-name",
    "gateway.envoyproxy.io/owning-gateway-namespace",
];

/// Returns the proxies of the Gateways that an application's routes are on; those of all where it has none.
pub(crate) fn proxies(scope: &Scope<'_>) -> Vec<Value> {
    let routes = &scope.application.fields.ingress;
    let is_on = |visibility: Visibility| {
        let mut routes = routes.iter();
        routes.any(|route| route.visibility.unwrap_or(Visibility::Private) == visibility)
    };
    let wanted = [Visibility::Private, Visibility::Public].into_iter();
    let wanted = wanted.filter(|visibility| routes.is_empty() || is_on(*visibility));
    let gateways = wanted.filter_map(|visibility| super::attachment::gateway(scope, visibility));
    let mut found: Vec<Value> = Vec::new();
    for gateway in gateways {
        let pods = of(scope.estate, gateway);
        if !found.contains(&pods) {
            found.push(pods);
        }
    }
    found
}

fn of(estate: &Estate, gateway: &Gateway) -> Value {
    let ingress = &estate.fields.ingress;
    if let Some(proxies) = &gateway.proxies {
        return peers::pods_of(proxies.namespace.as_str(), &proxies.pods);
    }
    if policies(estate) != GatewayPolicies::EnvoyGateway {
        return peers::pods_of(ingress.namespace.as_str(), &ingress.pods);
    }
    let owner = [gateway.name.as_str(), gateway.namespace.as_str()];
    let labels = OWNER.into_iter().zip(owner);
    let labels = labels.map(|(label, value)| (label.to_owned(), Literal::new(value)));
    peers::pods_of(NAMESPACE, &labels.collect())
}
