//! Volumes that fill. The kubelet measures claims that a storage class serves; a place on a node or a file server that is mounted as
//! a volume has no size of its own, so nothing could be said about it.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::Object;
use steading_model::application::AlertSeverity::{Critical, Warning};
use steading_model::application::BuiltInAlert::{VolumeAlmostFull, VolumeFilling};
use steading_model::desired::ANNOTATION_MAX_SIZE;
use steading_model::quantity::Quantity;

use super::alert::{Alert, Watch};
use super::matcher::{literal, selector};
use crate::labels::LABEL_COMPONENT;

/// How full is almost full, in percent.
const ALMOST: u16 = 85;
/// How full is too full, whatever is declared, in percent. A volume that grows by itself should never be: it grows at 90.
const FULL: u16 = 95;
/// From how much on a volume can be filling, in percent.
const USED: u16 = 50;
/// How many days ahead.
const DAYS: u16 = 4;
const DAY: u32 = 86_400;
const BY: &str = "namespace, persistentvolumeclaim";

/// A claim, or the claims of all replicas.
struct Claims {
    /// The regular expression of their names.
    names: String,
    /// What they are called in words.
    title: String,
    component: Option<String>,
    /// Up to how many bytes each grows by itself.
    limit: Option<i128>,
}

/// Adds the alerts.
pub(super) fn alerts(watch: &mut Watch<'_>, objects: &[&Object]) {
    for claims in claims(objects) {
        filling(watch, &claims);
        almost_full(watch, &claims);
    }
}

fn claims(objects: &[&Object]) -> Vec<Claims> {
    // A volume that is made together with its claim is a folder of something else.
    let folders: BTreeSet<&str> = objects
        .iter()
        .filter(|object| object.id.kind.is("", "PersistentVolume"))
        .filter_map(|object| object.json["spec"]["claimRef"]["name"].as_str())
        .collect();
    let own: BTreeMap<&str, &Object> = objects
        .iter()
        .filter(|object| object.id.kind.is("", "PersistentVolumeClaim"))
        .map(|object| (object.id.name.as_str(), *object))
        .collect();
    let (mut found, mut replicas) = (Vec::new(), Vec::new());
    for (workload, template) in templates(objects) {
        let prefix = format!("{template}-{}-", workload.id.name);
        let first = format!("{prefix}0");
        if !folders.contains(first.as_str()) {
            found.push(Claims {
                names: format!("{}[0-9]+", literal(&prefix)),
                title: format!("a volume `{template}` of `{}`", workload.id.name),
                component: workload.label(LABEL_COMPONENT).map(str::to_owned),
                limit: own.get(first.as_str()).and_then(|claim| limit(claim)),
            });
        }
        replicas.push(prefix);
    }
    let is_of_replica = |name: &str| {
        replicas
            .iter()
            .any(|prefix| name.starts_with(prefix.as_str()))
    };
    let shared = own
        .iter()
        .filter(|(name, _)| !folders.contains(*name) && !is_of_replica(name));
    found.extend(shared.map(|(name, claim)| Claims {
        names: literal(name),
        title: format!("the volume `{name}`"),
        component: claim.label(LABEL_COMPONENT).map(str::to_owned),
        limit: limit(claim),
    }));
    found
}

/// Returns the volumes that each replica has, by the workload.
fn templates<'a>(objects: &[&'a Object]) -> Vec<(&'a Object, &'a str)> {
    let workloads = objects
        .iter()
        .filter(|object| object.id.kind.is("apps", "StatefulSet"));
    let mut found = Vec::new();
    for workload in workloads {
        let templates = workload.json["spec"]["volumeClaimTemplates"].as_array();
        let names = templates
            .into_iter()
            .flatten()
            .filter_map(|template| template["metadata"]["name"].as_str());
        found.extend(names.map(|name| (*workload, name)));
    }
    found
}

/// Returns up to how many bytes a claim grows, where it does.
fn limit(claim: &Object) -> Option<i128> {
    let limit = claim.annotation(ANNOTATION_MAX_SIZE)?;
    Quantity::parse(limit).ok().map(Quantity::units)
}

impl Claims {
    fn selector(&self, watch: &Watch<'_>) -> String {
        selector(&[
            ("namespace", "=", watch.scope.namespace().to_owned()),
            ("persistentvolumeclaim", "=~", self.names.clone()),
        ])
    }

    fn alert(&self, name: steading_model::application::BuiltInAlert) -> Alert {
        Alert {
            name,
            severity: Warning,
            lasting: 0,
            component: self.component.clone(),
            expression: String::new(),
            summary: String::new(),
            description: String::new(),
        }
    }
}

/// Returns how full claims are, between 0 and 1; of those that grow, measured by what they may grow to.
fn level(this: &str, limit: Option<i128>) -> String {
    match limit {
        Some(limit) => format!("max by ({BY}) (kubelet_volume_stats_used_bytes{this}) / {limit}"),
        None => format!(
            "1 - max by ({BY}) (kubelet_volume_stats_available_bytes{this}) / max by ({BY}) (kubelet_volume_stats_capacity_bytes{this})"
        ),
    }
}

fn filling(watch: &mut Watch<'_>, claims: &Claims) {
    let settings = watch.settings(VolumeFilling);
    let from = settings
        .and_then(|settings| settings.percent)
        .unwrap_or(USED);
    let days = settings.and_then(|settings| settings.days).unwrap_or(DAYS);
    let almost = watch.settings(VolumeAlmostFull);
    let to = almost
        .and_then(|settings| settings.percent)
        .unwrap_or(ALMOST);
    let this = claims.selector(watch);
    let ahead = u32::from(days) * DAY;
    let trend = match claims.limit {
        Some(limit) => format!(
            "max by ({BY}) (predict_linear(kubelet_volume_stats_used_bytes{this}[6h], {ahead})) > {limit}"
        ),
        None => format!(
            "max by ({BY}) (predict_linear(kubelet_volume_stats_available_bytes{this}[6h], {ahead})) < 0"
        ),
    };
    let level = level(&this, claims.limit);
    let between = if from < to {
        format!("{level} >= {} < {}", part(from), part(to))
    } else {
        format!("{level} >= {}", part(from))
    };
    watch.add(Alert {
        lasting: 3600,
        expression: format!("{between}\nand {trend}"),
        summary: format!(
            "{} will be full within {days} days",
            claims.title
        ),
        description: "It is {{ $value | humanizePercentage }} full, and at the pace of the last six hours it is full soon. Find out what grows; raise `size` (or `maxSize`), or remove what is not needed.".to_owned(),
        ..claims.alert(VolumeFilling)
    });
}

fn almost_full(watch: &mut Watch<'_>, claims: &Claims) {
    let settings = watch.settings(VolumeAlmostFull);
    let from = settings
        .and_then(|settings| settings.percent)
        .unwrap_or(ALMOST);
    let this = claims.selector(watch);
    let by_limit = level(&this, claims.limit);
    let files = format!(
        "max by ({BY}) (kubelet_volume_stats_inodes_used{this}) / max by ({BY}) (kubelet_volume_stats_inodes{this})"
    );
    let full = FULL.max(from);
    let summary = format!(
        "{} is {{{{ $value | humanizePercentage }}}} full",
        claims.title
    );
    let grown = claims
        .limit
        .is_some()
        .then(|| format!("\nor {} >= {}", level(&this, None), part(FULL)));
    let description = match claims.limit {
        Some(_) => {
            "Measured by what it may grow to (`maxSize`), or by its size where it did not grow in time: then the resizer does not work."
        }
        None => {
            "In bytes or in files. A full volume stops whatever writes to it, and often damages it."
        }
    };
    if from < FULL {
        watch.add(Alert {
            lasting: 600,
            expression: format!(
                "{by_limit} >= {low} < {high}\nor {files} >= {low} < {high}",
                low = part(from),
                high = part(full)
            ),
            summary: summary.clone(),
            description: format!(
                "{description} Raise `size` (or `maxSize`), or remove what is not needed."
            ),
            ..claims.alert(VolumeAlmostFull)
        });
    }
    watch.add(Alert {
        severity: Critical,
        lasting: 300,
        expression: format!(
            "{by_limit} >= {high}\nor {files} >= {high}{grown}",
            high = part(full),
            grown = grown.unwrap_or_default()
        ),
        summary,
        description: format!(
            "{description} Raise `size` (or `maxSize`), or remove what is not needed."
        ),
        ..claims.alert(VolumeAlmostFull)
    });
}

fn part(percent: u16) -> String {
    format!("0.{percent:02}")
}
