//! What is probed from outside: the routes among the objects of an application, by what is expected of each.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::application::Visibility;
use steading_model::estate::{ModuleName, ProbedRoutes, Prober};
use steading_model::{Object, Span};

use super::stack;
use crate::annotation::{ANNOTATION_CHECK, ANNOTATION_VISIBILITY};
use crate::scope::Scope;

/// A route as it is asked.
pub(super) struct Target {
    /// What its route is called.
    pub(super) name: String,
    /// Where it is declared.
    pub(super) span: Option<Span>,
    /// What is asked.
    pub(super) url: String,
    /// The host of that.
    pub(super) host: String,
    /// The method.
    pub(super) method: String,
    /// The answers that are right.
    pub(super) statuses: Vec<u16>,
}

impl Target {
    fn of(object: &Object) -> Option<Self> {
        let check: Value = serde_json::from_str(object.annotation(ANNOTATION_CHECK)?).ok()?;
        let url = check["url"].as_str()?;
        let (_, rest) = url.split_once("://")?;
        let statuses = check["status"].as_array()?.iter();
        let statuses = statuses.filter_map(|status| u16::try_from(status.as_u64()?).ok());
        let statuses: BTreeSet<u16> = statuses.collect();
        Some(Self {
            name: object.id.name.clone(),
            span: object.span,
            url: url.to_owned(),
            host: rest.split(['/', ':']).next().unwrap_or(rest).to_owned(),
            method: check["method"].as_str().unwrap_or("GET").to_owned(),
            statuses: statuses.into_iter().collect(),
        })
    }

    /// Returns the prober's module that knows what to expect; none where there is none.
    pub(super) fn module(&self, prober: &Prober) -> Option<String> {
        let name = module_name(prober);
        let any_success = self.method == "GET" && self.statuses == [200];
        (name.tells_status() || any_success).then(|| name.of(&self.method, &self.statuses))
    }
}

/// Returns how a prober's modules are called.
pub(super) fn module_name(prober: &Prober) -> ModuleName {
    prober.module.clone().unwrap_or_default()
}

/// Returns the prober of the estate.
pub(super) fn prober<'a>(scope: &Scope<'a>) -> Option<&'a Prober> {
    stack(scope)?.prober.as_ref()
}

/// Returns the routes that are to be probed, each URL once.
pub(super) fn targets(scope: &Scope<'_>, objects: &[Object]) -> Vec<Target> {
    let all = prober(scope).map(|prober| prober.routes == Some(ProbedRoutes::All));
    let Some(all) = all else {
        return Vec::new();
    };
    let public = |object: &&Object| {
        object.annotation(ANNOTATION_VISIBILITY) == Some(Visibility::Public.as_str())
    };
    let routes = objects.iter().filter(|object| all || public(object));
    let mut seen = BTreeSet::new();
    let mut targets: Vec<Target> = routes.filter_map(Target::of).collect();
    targets.retain(|target| seen.insert(target.url.clone()));
    targets
}

/// Returns the routes that are probed with the module of each.
pub(super) fn probed(scope: &Scope<'_>, objects: &[Object]) -> Vec<(Target, String)> {
    let Some(prober) = prober(scope) else {
        return Vec::new();
    };
    let targets = targets(scope, objects).into_iter();
    targets
        .filter_map(|target| {
            let module = target.module(prober)?;
            Some((target, module))
        })
        .collect()
}
