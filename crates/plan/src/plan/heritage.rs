//! What an application takes over from what it was before: another name, or another namespace.
//!
//! Volumes go from claim to claim, values that were made once from Secret to Secret. What had a volume is gone before it gets another
//! claim, so that it is never written from two sides, and routes of the former go right before those of the new one come. All these are
//! steps of the new application's release. What else the former has goes in a release of its own when the new one is ready.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::desired::{ANNOTATION_DATA, ANNOTATION_GENERATE};
use steading_model::{Object, ObjectId};

use super::immutable;
use crate::expected::template;
use crate::live::Opened;
use crate::moving::{MovedVolume, Moving};
use crate::observed::InventoryItem;
use crate::ownership::is_labelled_for;
use crate::step::Wave;
use crate::survey::{Case, Finding, Survey};
use crate::wave::wave;

/// Where the data of a volume is that somebody made by hand.
const SOURCES: [&str; 3] = ["hostPath", "nfs", "local"];

/// What goes over.
#[derive(Default)]
pub(super) struct Heritage<'a> {
    /// By object of the new application: what it gets.
    pub(super) gets: BTreeMap<&'a ObjectId, Moving>,
    /// Objects of the new application whose data does not go over, with why.
    pub(super) stays_behind: BTreeMap<&'a ObjectId, String>,
    /// Objects of the former that the release of the new one deletes, with when.
    pub(super) ends: BTreeMap<&'a ObjectId, (Wave, Option<Moving>)>,
    /// Objects of the former whose data the new one has too.
    pub(super) kept_by_new: BTreeSet<&'a ObjectId>,
}

/// Two applications, and what is left of the former.
struct Pair<'s, 'a> {
    new: &'s Case<'a>,
    former: &'s Case<'a>,
    left: Vec<(&'a InventoryItem, Opened<'a>)>,
}

impl Heritage<'_> {
    /// Says whether an object is a volume that gets another claim.
    pub(super) fn moves(&self, id: &ObjectId) -> bool {
        let mut moved = self.gets.values().filter_map(Moving::volume);
        moved.any(|moved| moved.volume_id() == *id)
    }

    /// Says whether an object of the former ends in the release of the new application.
    pub(super) fn ends(&self, id: &ObjectId) -> bool {
        self.ends.contains_key(id)
    }

    /// Says whether nothing of an object of the former is lost when it goes.
    pub(super) fn takes(&self, id: &ObjectId) -> bool {
        self.ends(id) || self.has(id)
    }

    /// Says whether an object of the former needs no guard: the new application has what is in it.
    pub(super) fn has(&self, id: &ObjectId) -> bool {
        self.kept_by_new.contains(id)
    }
}

/// Returns what goes over to an application; nothing where it was nothing else before.
pub(super) fn heritage<'a>(survey: &Survey<'a>, new: &Case<'a>) -> Option<Heritage<'a>> {
    let former = &survey.cases[new.former?];
    let pair = Pair {
        new,
        former,
        left: left(survey, former),
    };
    let mut heritage = Heritage::default();
    for (object, finding) in &new.findings {
        if matches!(finding, Finding::Missing(_)) {
            pair.goes_over(object, &mut heritage);
        }
    }
    pair.ends(&mut heritage);
    Some(heritage)
}

/// Returns what the former has that is still there, and that nobody declares now.
fn left<'a>(survey: &Survey<'a>, former: &Case<'a>) -> Vec<(&'a InventoryItem, Opened<'a>)> {
    let inventory = former.history.map_or(&[][..], |history| &history.inventory);
    let live = inventory.iter().filter_map(|item| {
        let live = Opened::new(survey.observed.objects.get(&item.id)?);
        let is_it = live.text("uid") == Some(&item.uid)
            && live.text("deletionTimestamp").is_none()
            && is_labelled_for(&live, &former.desired.into());
        is_it.then_some((item, live))
    });
    live.filter(|(item, _)| !survey.claimed.contains_key(&item.id))
        .collect()
}

impl<'a> Pair<'_, 'a> {
    /// Says what an object gets that is to be made.
    fn goes_over(&self, object: &'a Object, heritage: &mut Heritage<'a>) {
        let counterpart = self.counterpart(&object.id);
        // What went to one does not go to another.
        let Some((item, live)) = counterpart.filter(|(item, _)| !heritage.takes(&item.id)) else {
            return;
        };
        let kind = &object.id.kind;
        if kind.is("", "PersistentVolumeClaim") {
            self.volume(object, &item.id, live, heritage);
        } else if kind.is("", "Secret") && object.annotation(ANNOTATION_GENERATE).is_some() {
            heritage
                .gets
                .insert(&object.id, Moving::Values(item.id.clone()));
            heritage.kept_by_new.insert(&item.id);
        } else if object.annotation(ANNOTATION_DATA).is_some() && !kind.is("", "PersistentVolume") {
            let why = format!(
                "the data of `{}` is where its operator put it, and does not follow the name",
                item.id
            );
            heritage.stays_behind.insert(&object.id, why);
        }
    }

    /// Says how the volume of a claim goes over. A claim without one leaves nothing.
    fn volume(
        &self,
        object: &'a Object,
        from: &'a ObjectId,
        live: &Opened<'_>,
        heritage: &mut Heritage<'a>,
    ) {
        let Some(volume) = live.value()["spec"]["volumeName"].as_str() else {
            heritage.kept_by_new.insert(from);
            return;
        };
        let declared = object.json["spec"]["volumeName"].as_str();
        let by_hand = declared.filter(|declared| *declared != volume);
        let refused = match by_hand {
            Some(declared) => self.is_elsewhere(volume, declared),
            None => unlike(object, live),
        };
        if let Some(why) = refused {
            heritage.stays_behind.insert(&object.id, why);
            return;
        }
        if by_hand.is_some() {
            let former = self.volume_left(volume).map(|(item, _)| &item.id);
            heritage.kept_by_new.extend(former);
            heritage.kept_by_new.insert(from);
            return;
        }
        let moved = Moving::Volume(MovedVolume {
            volume: volume.to_owned(),
            from: from.clone(),
            to: object.id.clone(),
        });
        heritage.gets.insert(&object.id, moved.clone());
        heritage.ends.insert(from, (Wave::Volumes, Some(moved)));
    }

    /// Says why a volume that is declared is not the one that there was under another name.
    fn is_elsewhere(&self, before: &str, declared: &str) -> Option<String> {
        let was = self.volume_left(before);
        let mut objects = self.new.desired.objects.iter();
        let will = objects.find(|object| is_volume(&object.id, declared));
        let source = |volume: &Value| SOURCES.map(|source| volume["spec"][source].clone());
        let (was, will) = (
            was.map(|(_, live)| source(live.value())),
            will.map(|object| source(&object.json)),
        );
        let is_same = was
            .zip(will)
            .is_some_and(|(was, will)| same_place(&was, &will));
        (!is_same).then(|| {
            format!("its data is in the volume `{before}`, and the declaration says another place: move the data there, or declare the place where it is with `path`")
        })
    }

    /// Returns a volume that the former declared.
    fn volume_left(&self, name: &str) -> Option<&(&'a InventoryItem, Opened<'a>)> {
        self.left.iter().find(|(item, _)| is_volume(&item.id, name))
    }

    /// Adds what of the former ends before something of the new one begins.
    fn ends(&self, heritage: &mut Heritage<'a>) {
        let given: BTreeSet<&ObjectId> = heritage
            .ends
            .keys()
            .copied()
            .chain(heritage.kept_by_new.iter().copied())
            .filter(|id| id.kind.is("", "PersistentVolumeClaim"))
            .collect();
        for (item, live) in &self.left {
            let is_route =
                wave(&item.id, live.value()) == Wave::Routes && item.id.kind.kind != "Certificate";
            if uses_one(&item.id, live.value(), &given) {
                heritage.ends.insert(&item.id, (Wave::Volumes, None));
            } else if is_route {
                heritage.ends.insert(&item.id, (Wave::Routes, None));
            }
        }
    }

    /// Returns what an object was before: called alike, with the former name of the application, else called the same.
    fn counterpart(&self, id: &ObjectId) -> Option<&(&'a InventoryItem, Opened<'a>)> {
        let (before, now) = (
            self.former.desired.application.as_str(),
            self.new.desired.application.as_str(),
        );
        let is_called = |name: &str| {
            let mut left = self.left.iter();
            left.find(|(item, _)| item.id.kind == id.kind && item.id.name == name)
        };
        let mut names = formerly(&id.name, now, before).into_iter();
        names
            .find_map(|name| is_called(&name))
            .or_else(|| is_called(&id.name))
    }
}

/// Returns what a name may have been: each place where the application's name stands in it, between dashes, with the former one instead.
fn formerly(name: &str, now: &str, before: &str) -> Vec<String> {
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with('-');
    let is_begin = |head: &str| head.is_empty() || head.ends_with('-');
    let places = name.match_indices(now);
    let whole = places.filter(|(at, _)| is_begin(&name[..*at]) && is_end(&name[at + now.len()..]));
    whole
        .map(|(at, _)| format!("{}{before}{}", &name[..at], &name[at + now.len()..]))
        .collect()
}

fn is_volume(id: &ObjectId, name: &str) -> bool {
    id.kind.is("", "PersistentVolume") && id.name == name
}

/// Says why a claim cannot have the volume of another.
fn unlike(object: &Object, live: &Opened<'_>) -> Option<String> {
    let (now, before) = (&object.json["spec"], &live.value()["spec"]);
    let class = |spec: &Value| spec["storageClassName"].as_str().map(str::to_owned);
    if let (Some(was), Some(will)) = (class(before), class(now))
        && was != will
    {
        return Some(format!(
            "its volume is of the class `{was}`, and `{will}` is declared: a volume cannot change its class"
        ));
    }
    let modes = |spec: &Value| spec["accessModes"].clone();
    if modes(now) != modes(before) {
        return Some(format!(
            "its volume has the access modes {}, and {} are declared",
            modes(before),
            modes(now)
        ));
    }
    immutable::refusal(&object.id.kind, &object.json, live.value())
}

/// Says whether two volumes are the same folder; what the server fills in for one of them does not count.
fn same_place(was: &[Value; 3], will: &[Value; 3]) -> bool {
    let is_within = |was: &Value, will: &Value| match (was, will) {
        (Value::Object(was), Value::Object(will)) => {
            will.iter().all(|(key, value)| was.get(key) == Some(value))
        }
        (was, will) => was == will,
    };
    was.iter().zip(will).all(|(was, will)| is_within(was, will))
}

/// Says whether pods of an object use one of these claims.
fn uses_one(id: &ObjectId, object: &Value, claims: &BTreeSet<&ObjectId>) -> bool {
    let Some(pod) = template(&id.kind).and_then(|place| object.pointer(place)) else {
        return false;
    };
    let listed = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let volumes = listed(&pod["spec"]["volumes"]);
    let named = volumes
        .iter()
        .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str());
    let templates = listed(&object["spec"]["volumeClaimTemplates"]);
    let own: Vec<String> = templates
        .iter()
        .filter_map(|template| {
            Some(format!(
                "{}-{}-",
                template["metadata"]["name"].as_str()?,
                id.name
            ))
        })
        .collect();
    let mounted: BTreeSet<&str> = named.collect();
    let mut near = claims
        .iter()
        .filter(|claim| claim.namespace == id.namespace);
    near.any(|claim| {
        mounted.contains(claim.name.as_str()) || own.iter().any(|own| claim.name.starts_with(own))
    })
}

#[cfg(test)]
mod tests {
    use super::formerly;

    #[test]
    fn names_are_translated_between_dashes_only() {
        assert_eq!(formerly("web-data", "web", "attic"), ["attic-data"]);
        assert_eq!(formerly("data-web-0", "web", "attic"), ["data-attic-0"]);
        assert_eq!(
            formerly("web-web", "web", "attic"),
            ["attic-web", "web-attic"]
        );
        assert_eq!(formerly("webhook-data", "web", "attic"), [""; 0]);
        assert_eq!(formerly("data", "web", "attic"), [""; 0]);
    }
}
