//! Traefik as an implementation of Gateway API: routes name its middlewares as extensions.
//!
//! An extension is always one of the own namespace, so a middleware of another one is named through a chain.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steading_model::estate::ChainLink;

use crate::gates::{self, Gate};
use crate::json::Fields;
use crate::names;
use crate::route::{self, Entry};
use crate::scope::{Output, Scope};

/// Returns the filters that a link of the chain stands for, and makes the middlewares that are ours.
pub(super) fn filters(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    link: ChainLink,
    output: &mut Output,
) -> Vec<Value> {
    let mut made = made(output);
    let mut filters = Vec::new();
    for gate in gates::gates(scope, entry, link, output) {
        let name = match gate {
            Gate::Own(name, spec) => {
                route::make(scope, entry, ("Middleware", &name), spec, &mut made, output);
                name
            }
            Gate::Existing(name, None) => name,
            Gate::Existing(name, Some(namespace)) => {
                let own = names::slug(&format!("{namespace}.{name}"));
                let there = json!({ "name": name, "namespace": namespace });
                let chain = Fields::new().with("middlewares", vec![there]);
                let spec = Fields::new().with("chain", chain);
                route::make(scope, entry, ("Middleware", &own), spec, &mut made, output);
                own
            }
        };
        filters.push(json!({
            "type": "ExtensionRef",
            "extensionRef": { "group": "traefik.io", "kind": "Middleware", "name": name },
        }));
    }
    filters
}

fn made(output: &Output) -> BTreeSet<String> {
    let objects = output.objects.iter();
    let middlewares = objects.filter(|object| object.id.kind.kind == "Middleware");
    middlewares
        .map(|object| format!("Middleware {}", object.id.name))
        .collect()
}
