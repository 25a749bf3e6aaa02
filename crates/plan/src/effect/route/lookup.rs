//! Middlewares as they are, or as they will be.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::{GroupKind, ObjectId};

use super::gate::Gate;
use crate::survey::{Case, Survey};

/// Middlewares of requests, and those of connections that are passed through.
const HTTP: &str = "Middleware";
const TCP: &str = "MiddlewareTCP";

/// Where middlewares are looked up.
pub(in crate::effect) struct Lookup<'a> {
    survey: &'a Survey<'a>,
    case: Option<&'a Case<'a>>,
    kind: &'static str,
}

impl<'a> Lookup<'a> {
    /// As they will be.
    pub(in crate::effect) fn desired(survey: &'a Survey<'a>, case: &'a Case<'a>) -> Self {
        Self {
            survey,
            case: Some(case),
            kind: HTTP,
        }
    }

    /// As they are.
    pub(in crate::effect) fn live(survey: &'a Survey<'a>) -> Self {
        Self {
            survey,
            case: None,
            kind: HTTP,
        }
    }

    /// Looks up the middlewares of connections that are not opened, for such routes.
    pub(super) fn for_route(self, route: &GroupKind) -> Self {
        let kind = if route.kind == "IngressRoute" {
            HTTP
        } else {
            TCP
        };
        Self { kind, ..self }
    }

    /// Adds the gates that middlewares are.
    pub(in crate::effect) fn collect(
        &self,
        references: &Value,
        namespace: &str,
        gates: &mut BTreeSet<Gate>,
        depth: usize,
    ) {
        for reference in references.as_array().into_iter().flatten() {
            let id = ObjectId {
                kind: GroupKind::new("traefik.io", self.kind),
                namespace: Some(
                    reference["namespace"]
                        .as_str()
                        .unwrap_or(namespace)
                        .to_owned(),
                ),
                name: reference["name"].as_str().unwrap_or_default().to_owned(),
            };
            match self.find(&id) {
                None => drop(gates.insert(Gate::unknown(&id))),
                Some(middleware) => self.one(&middleware["spec"], &id, gates, depth),
            }
        }
    }

    fn one(&self, spec: &Value, id: &ObjectId, gates: &mut BTreeSet<Gate>, depth: usize) {
        gates.extend(Gate::all(spec, id));
        if depth > 0 {
            let namespace = id.namespace.as_deref().unwrap_or_default();
            self.collect(&spec["chain"]["middlewares"], namespace, gates, depth - 1);
        }
    }

    fn find(&self, id: &ObjectId) -> Option<Value> {
        let desired = self.case.and_then(|case| {
            let mut objects = case.desired.objects.iter();
            objects
                .find(|object| object.id == *id)
                .or_else(|| {
                    let other = self.survey.claimed.get(id)?;
                    let objects = &self.survey.cases[*other].desired.objects;
                    objects.iter().find(|object| object.id == *id)
                })
                .map(|object| object.json.clone())
        });
        desired.or_else(|| self.survey.observed.objects.get(id).map(crate::Live::parse))
    }
}
