//! Volumes that fill. The kubelet measures claims that a storage class serves; a place on a node or a file server that is mounted as
//! a volume has no size of its own, so nothing could be said about it.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::Object;
use steading_model::application::AlertSeverity::{Critical, Warning};
use steading_model::application::BuiltInAlert::{VolumeAlmostFull, VolumeFilling};

use super::alert::{Alert, Watch};
use super::matcher::{literal, selector};
use crate::labels::LABEL_COMPONENT;
use crate::storage;

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
    for claims in claims(watch, objects) {
        filling(watch, &claims);
        almost_full(watch, &claims);
    }
}

fn claims(watch: &Watch<'_>, objects: &[&Object]) -> Vec<Claims> {
    let limits = limits(watch);
    // A volume that is made together with its claim is a folder of something else.
    let folders: BTreeSet<&str> = objects
        .iter()
        .filter(|object| object.id.kind.is("", "PersistentVolume"))
        .filter_map(|object| object.json["spec"]["claimRef"]["name"].as_str())
        .collect();
    let mut found = Vec::new();
    for object in objects {
        let component = object.label(LABEL_COMPONENT).map(str::to_owned);
        if object.id.kind.is("", "PersistentVolumeClaim") {
            let name = object.id.name.as_str();
            found.extend((!folders.contains(name)).then(|| Claims {
                names: literal(name),
                title: format!("the volume `{name}`"),
                component,
                limit: limits.get(name).copied(),
            }));
        } else if object.id.kind.is("apps", "StatefulSet") {
            let templates = object.json["spec"]["volumeClaimTemplates"].as_array();
            let names = templates
                .into_iter()
                .flatten()
                .filter_map(|template| template["metadata"]["name"].as_str());
            let first = |name: &str| format!("{name}-{}-0", object.id.name);
            let names = names.filter(|name| !folders.contains(first(name).as_str()));
            found.extend(names.map(|name| Claims {
                names: format!("{}-{}-[0-9]+", literal(name), literal(&object.id.name)),
                title: format!("a volume `{name}` of `{}`", object.id.name),
                component: component.clone(),
                limit: None,
            }));
        }
    }
    found
}

/// Returns up to how many bytes the claims grow that do.
fn limits(watch: &Watch<'_>) -> BTreeMap<String, i128> {
    let scope = watch.scope;
    let mut limits = BTreeMap::new();
    for component in &scope.application.components {
        for (name, _, volume) in component.volumes() {
            let class = storage::class(scope, storage::meaning(volume));
            let grows = class.is_some_and(|class| class.grows == Some(true));
            let limit = volume.max_size.filter(|_| grows);
            limits.extend(limit.map(|limit| (scope.part_name(component, &name), limit.units())));
        }
    }
    limits
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
