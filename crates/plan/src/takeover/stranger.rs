//! One object that is there and not ours: who owns what of it, what of that is taken, and what becomes of it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use steading_model::Object;
use steading_model::desired::{
    LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE, LABEL_MANAGED_BY,
};

use super::origin::{HELM_NAME, HELM_NAMESPACE, Origin};
use super::owner::{Owner, entries, is_ours, manager};
use super::survey::{Candidate, Verdict, Wish};
use super::taking::Taking;
use crate::fields::{leaves, minus, same, undeclared, union};
use crate::mask::is_secret;
use crate::packed::Packed;
use crate::report::Reason;
use crate::step::{Action, Effect, FieldChange, Standing, Step};
use crate::wave::wave;

/// The labels that say whose an object is.
const LABELS: [&str; 4] = [
    LABEL_ESTATE,
    LABEL_APPLICATION,
    LABEL_ENVIRONMENT,
    LABEL_MANAGED_BY,
];

/// What every namespace has, by the server's own doing.
const OF_THE_SERVER: &str = "f:kubernetes.io/metadata.name";

/// An object that is there and not ours, beside the declared one.
pub(super) struct Stranger<'a> {
    pub(super) wish: &'a Wish<'a>,
    pub(super) object: &'a Object,
    pub(super) live: Value,
    pub(super) reason: Option<Reason>,
}

impl Stranger<'_> {
    fn is_covered(&self, manager: &str) -> bool {
        let is_ours = manager == steading_model::desired::FIELD_MANAGER;
        !is_ours && self.wish.from.iter().any(|origin| origin.covers(manager))
    }

    fn managers(&self) -> BTreeSet<String> {
        let managers = entries(&self.live).iter().filter_map(manager);
        let covered = managers.filter(|manager| self.is_covered(manager));
        covered.map(str::to_owned).collect()
    }

    /// Returns the annotations that go.
    fn leftovers(&self) -> BTreeSet<String> {
        let names = self.wish.from.iter().flat_map(Origin::leftovers);
        let is_there = |name: &&&str| {
            let field = format!("f:{name}");
            // Of a Secret the copy that `kubectl` leaves is not observed: it has the values in it.
            self.live["metadata"]["annotations"].get(**name).is_some()
                || entries(&self.live).iter().any(|entry| {
                    entry["fieldsV1"]["f:metadata"]["f:annotations"]
                        .get(&field)
                        .is_some()
                })
        };
        names
            .filter(is_there)
            .map(|name| (*name).to_owned())
            .collect()
    }

    /// Returns all fields of those who are named, without what goes.
    fn fields(&self) -> Value {
        let managers = self.managers();
        let all = entries(&self.live)
            .iter()
            .filter(|entry| manager(entry).is_some_and(|manager| managers.contains(manager)));
        let fields = all.fold(Value::Object(Map::new()), |all, entry| {
            union(all, &entry["fieldsV1"])
        });
        minus(&fields, &self.kept_out())
    }

    /// Returns the fields that are never taken.
    fn kept_out(&self) -> Value {
        let mut kept_out =
            json!({ "f:metadata": { "f:labels": { OF_THE_SERVER: {} } }, "f:status": {} });
        for name in self.leftovers() {
            kept_out["f:metadata"]["f:annotations"][format!("f:{name}")] = json!({});
        }
        kept_out
    }

    /// Returns the fields that may be defaults. The values of a Secret are not observed, so it cannot be sent.
    pub(super) fn tried(&self) -> Option<Value> {
        if self.reason.is_some() || is_secret(&self.live) {
            return None;
        }
        let tried = undeclared(&self.live, &self.fields(), Some(&self.object.json));
        let tried = minus(&tried, &json!({ "f:metadata": {} }));
        tried
            .as_object()
            .is_some_and(|tried| !tried.is_empty())
            .then_some(tried)
    }

    fn taking(&self, answer: Option<&Value>) -> Taking {
        let fields = self.fields();
        let defaults = self.tried().zip(answer);
        let defaults = defaults.map(|(tried, answer)| same(&self.live, answer, &tried));
        let labels = self.object.json["metadata"]["labels"].clone();
        let labels = LABELS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), labels[*name].as_str()?.to_owned())));
        Taking {
            managers: self.managers(),
            fields: defaults.map_or_else(|| fields.clone(), |defaults| minus(&fields, &defaults)),
            leftovers: self.leftovers(),
            labels: labels.collect(),
        }
    }

    pub(super) fn candidate(&self, answer: Option<&Value>) -> Candidate {
        let owners = entries(&self.live)
            .iter()
            .filter(|entry| manager(entry).is_some() && !is_ours(entry));
        let owners = owners.map(|entry| Owner::new(&self.live, entry)).collect();
        // The namespace of what is taken is taken with it: without it nothing could be released there.
        let is_wanted = !self.managers().is_empty() || self.object.id.kind.is("", "Namespace");
        let verdict = match &self.reason {
            Some(reason) => Verdict::Held(reason.clone()),
            None if is_wanted => Verdict::Taken(self.taking(answer)),
            None => Verdict::Left,
        };
        Candidate {
            id: self.object.id.clone(),
            owners,
            taken: verdict
                .taking()
                .map(|taking| leaves(&self.live, &taking.fields))
                .unwrap_or_default(),
            helm: self.helm(),
            verdict,
        }
    }

    fn helm(&self) -> Option<(String, String)> {
        let annotations = &self.live["metadata"]["annotations"];
        let text = |name: &str| annotations[name].as_str().map(str::to_owned);
        Some((text(HELM_NAMESPACE)?, text(HELM_NAME)?))
    }

    pub(super) fn step(&self, candidates: &[Candidate]) -> Option<Step> {
        let id = &self.object.id;
        let own = candidates.iter().find(|candidate| candidate.id == *id)?;
        let taking = own.verdict.taking()?;
        let metadata = &self.live["metadata"];
        let text = |name: &str| metadata[name].as_str().map(str::to_owned);
        Some(Step {
            id: id.clone(),
            action: Action::Update,
            wave: wave(id, &self.object.json),
            effect: Effect::None,
            changes: relabelled(taking, &self.live),
            desired: Some(Packed::new(&taking.desired(&self.live))),
            uid: text("uid"),
            resource_version: text("resourceVersion"),
            generate: Vec::new(),
            takes: Some(taking.clone()),
            moving: None,
        })
    }
}

/// Returns the labels that change.
fn relabelled(taking: &Taking, live: &Value) -> Vec<FieldChange> {
    let changed = taking.labels.iter().filter_map(|(name, value)| {
        let before = live["metadata"]["labels"].get(name).cloned();
        let after = Value::from(value.as_str());
        (before.as_ref() != Some(&after)).then(|| FieldChange {
            path: format!("metadata.labels[{name}]"),
            before,
            after: Some(after),
            standing: Standing::Ours,
        })
    });
    changed.collect()
}
