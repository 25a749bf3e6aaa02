//! A cluster as a value: server-side apply with field ownership, defaults and UIDs, and the records of releases.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use steading_model::desired::FIELD_MANAGER;
use steading_model::{Desired, Object, ObjectId};
use steading_plan::{
    Action, History, InventoryItem, Live, Observed, Options, Packed, Plan, PlanReport, ReleaseKind,
    ReleasePlan, fill_secret_digest, mask, plan, used_secrets,
};

/// The cluster.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) objects: BTreeMap<ObjectId, Value>,
    pub(crate) observed: Observed,
    /// What each release desired.
    pub(crate) recorded: BTreeMap<(String, u64), Vec<Value>>,
    made: usize,
}

impl World {
    /// A cluster in which everything desired was applied by one run.
    pub(crate) fn running(desired: &[Desired], options: &Options) -> Self {
        let mut world = Self::default();
        let (plan, report) = world.plan(desired, options);
        assert_eq!(report.not_done, Vec::new());
        world.run(&plan, options);
        world
    }

    /// Plans against the cluster as it is.
    pub(crate) fn plan(&self, desired: &[Desired], options: &Options) -> (Plan, PlanReport) {
        plan(desired, &self.observe(options), options)
    }

    /// What observing finds.
    pub(crate) fn observe(&self, options: &Options) -> Observed {
        let mut observed = self.observed.clone();
        for (id, object) in &self.objects {
            let mut object = object.clone();
            mask::mask_secret(&options.digest_key, &mut object);
            if mask::is_secret(&object) {
                let place = (id.namespace.clone().unwrap_or_default(), id.name.clone());
                observed
                    .secret_digests
                    .insert(place, mask::secret_digest(&object));
            }
            observed.objects.insert(id.clone(), live(&object));
        }
        for (key, history) in &self.observed.releases {
            let name = format!("{}/{}", key.namespace, key.application);
            let Some(current) = history.current else {
                continue;
            };
            for object in &self.recorded[&(name, current)] {
                let object = Object::from_json(object.clone(), None).unwrap();
                observed.details.previous.insert(object.id, object.json);
            }
        }
        observed
    }

    /// Executes a plan.
    pub(crate) fn run(&mut self, plan: &Plan, options: &Options) {
        for release in &plan.releases {
            self.release(release, options);
        }
    }

    fn release(&mut self, release: &ReleasePlan, options: &Options) {
        let mut inventory = release.kept.clone();
        for step in &release.steps {
            match step.action {
                Action::Delete => {
                    self.objects.remove(&step.id);
                    continue;
                }
                Action::Replace => {
                    self.objects.remove(&step.id);
                }
                Action::Create | Action::Update => {}
            }
            let mut object = step.desired.as_ref().unwrap().object();
            self.fill(&step.id, &mut object, &step.generate, options);
            self.apply(&step.id, &object, FIELD_MANAGER);
            inventory.push(InventoryItem {
                id: step.id.clone(),
                uid: self.objects[&step.id]["metadata"]["uid"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            });
        }
        let name = format!("{}/{}", release.key.namespace, release.key.application);
        self.recorded.insert(
            (name, release.number),
            release.desired.iter().map(Packed::object).collect(),
        );
        let history = self
            .observed
            .releases
            .entry(release.key.clone())
            .or_default();
        *history = History {
            is_retired: release.kind == ReleaseKind::Retire,
            moved_to: release.successor.clone(),
            greatest_number: release.number,
            current: Some(release.number),
            current_image: release.image.clone(),
            current_digest: Some(release.digest.clone()),
            inventory,
            open: None,
            quarantined: history.quarantined.clone(),
        };
    }

    /// Fills in what stands for secrets, as the executor does.
    fn fill(&self, id: &ObjectId, object: &mut Value, generate: &[String], options: &Options) {
        if mask::is_secret(object) {
            let live = self.objects.get(id);
            let keys = object["metadata"]["annotations"]["steading.dev/generate"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            for key in keys.split(',').filter(|key| !key.is_empty()) {
                let there = live
                    .map(|live| live["data"][key].clone())
                    .filter(|value| !value.is_null());
                object["data"][key] = there.unwrap_or_else(|| json!("Z2VuZXJhdGVk"));
                assert_eq!(
                    live.is_none_or(|live| live["data"][key].is_null()),
                    generate.contains(&key.to_owned())
                );
            }
        }
        let observed = self.observe(options);
        let namespace = id.namespace.clone().unwrap_or_default();
        let digest = used_secrets(&id.kind, object).map(|names| {
            let digest = |name: &str| {
                observed
                    .secret_digests
                    .get(&(namespace.clone(), name.to_owned()))
            };
            mask::combined_digest(
                names
                    .iter()
                    .map(|name| (*name, digest(name).map(String::as_str))),
            )
        });
        if let Some(digest) = digest {
            fill_secret_digest(&id.kind, object, &digest);
        }
    }

    /// Applies an object as a field manager, by force.
    pub(crate) fn apply(&mut self, id: &ObjectId, object: &Value, manager: &str) {
        let mut object = object.clone();
        mask::normalise_secret(&mut object);
        let owned = fields(&without_identity(&object), "");
        let mut live = self.objects.remove(id).unwrap_or_else(|| {
            self.made += 1;
            json!({"metadata": {"uid": format!("uid-{}", self.made), "managedFields": []}})
        });
        let mut managers = live["metadata"]["managedFields"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let before = managers
            .iter()
            .position(|entry| entry["manager"] == manager && entry["operation"] == "Apply");
        if let Some(before) = before {
            let before = managers.remove(before);
            let others: Vec<Value> = managers
                .iter()
                .map(|entry| entry["fieldsV1"].clone())
                .collect();
            remove(&mut live, &before["fieldsV1"], &owned, &others);
        }
        let changed = changed(&live, &object, &owned);
        for entry in &mut managers {
            subtract(&mut entry["fieldsV1"], &changed);
        }
        merge(&mut live, &object, "");
        defaults(&mut live);
        managers.push(json!({
            "manager": manager, "operation": "Apply", "time": "2026-11-21T08:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": owned,
        }));
        live["metadata"]["managedFields"] = Value::Array(managers);
        self.objects.insert(id.clone(), live);
    }

    /// Sets one value as somebody else, who then owns it alone.
    pub(crate) fn edit(&mut self, id: &ObjectId, pointer: &str, value: Value, manager: &str) {
        let object = self.objects.get_mut(id).unwrap();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[last] = value;
        let mut path = String::new();
        let mut owned = json!({});
        for part in pointer
            .split('/')
            .skip(1)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            path.insert_str(0, &format!("/{part}"));
            let parent = &pointer[..pointer.len() - path.len()];
            let item = object.pointer(parent).filter(|value| value.is_array());
            let name = match item {
                Some(items) => {
                    let field = parent.rsplit('/').next().unwrap();
                    item_key(field, &items[part.parse::<usize>().unwrap()]).unwrap()
                }
                None => format!("f:{part}"),
            };
            owned = json!({ name: owned });
        }
        let managers = object["metadata"]["managedFields"].as_array_mut().unwrap();
        for entry in managers.iter_mut() {
            subtract(&mut entry["fieldsV1"], &owned);
        }
        managers.push(json!({
            "manager": manager, "operation": "Update", "time": "2026-11-21T09:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": owned,
        }));
    }
}

/// An object as it is observed.
pub(crate) fn live(object: &Value) -> Live {
    Live {
        json: serde_json::value::to_raw_value(object).unwrap(),
    }
}

fn without_identity(object: &Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    fields.remove("apiVersion");
    fields.remove("kind");
    let metadata = fields["metadata"].as_object_mut().unwrap();
    metadata.remove("name");
    metadata.remove("namespace");
    object
}

/// Returns the key under which managed fields hold a list item; none where the list is matched as a whole.
fn item_key(list: &str, item: &Value) -> Option<String> {
    let key = match list {
        "containers" | "initContainers" | "env" | "volumes" => json!({"name": item["name"]}),
        "volumeMounts" => json!({"mountPath": item["mountPath"]}),
        "ports" => {
            let protocol = item
                .get("protocol")
                .cloned()
                .unwrap_or_else(|| json!("TCP"));
            match item.get("containerPort") {
                Some(port) => json!({"containerPort": port, "protocol": protocol}),
                None => json!({"port": item["port"], "protocol": protocol}),
            }
        }
        _ => return None,
    };
    Some(format!("k:{key}"))
}

fn is_atomic(name: &str) -> bool {
    ["selector", "podSelector", "secretKeyRef"].contains(&name)
}

/// Returns the fields of a value as managed fields hold them.
fn fields(value: &Value, name: &str) -> Value {
    let mut found = Map::new();
    match value {
        Value::Object(map) if !is_atomic(name) => {
            for (name, value) in map {
                found.insert(format!("f:{name}"), fields(value, name));
            }
        }
        Value::Array(items) => {
            for item in items {
                let Some(key) = item_key(name, item) else {
                    break;
                };
                let mut below = fields(item, "");
                below["."] = json!({});
                found.insert(key, below);
            }
        }
        _ => {}
    }
    Value::Object(found)
}

/// Finds what a name of managed fields stands for.
fn enter<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    if let Some(field) = name.strip_prefix("f:") {
        return value.get_mut(field);
    }
    let key: Map<String, Value> = serde_json::from_str(name.strip_prefix("k:")?).unwrap();
    let items = value.as_array_mut()?.iter_mut();
    items.into_iter().find(|item| {
        key.iter()
            .all(|(name, value)| item.get(name).unwrap_or(&json!("TCP")) == value)
    })
}

/// Removes what was owned and is not any more, where nobody else owns it.
fn remove(live: &mut Value, before: &Value, now: &Value, others: &[Value]) {
    for (name, below) in before.as_object().unwrap() {
        if name == "." {
            continue;
        }
        let others: Vec<Value> = others
            .iter()
            .filter_map(|other| other.get(name).cloned())
            .collect();
        match now.get(name) {
            Some(now) => {
                if let Some(live) = enter(live, name) {
                    remove(live, below, now, &others);
                }
            }
            None if others.is_empty() => {
                if let Some(field) = name.strip_prefix("f:") {
                    live.as_object_mut().unwrap().remove(field);
                } else if let Some(item) = enter(live, name).cloned() {
                    live.as_array_mut().unwrap().retain(|other| *other != item);
                }
            }
            None => {
                if let Some(live) = enter(live, name) {
                    remove(live, below, &json!({}), &others);
                }
            }
        }
    }
}

/// Returns the owned fields whose values change.
fn changed(live: &Value, object: &Value, owned: &Value) -> Value {
    let mut found = Map::new();
    for (name, below) in owned.as_object().unwrap() {
        let (mut live, mut object) = (live.clone(), object.clone());
        let (Some(before), Some(after)) = (enter(&mut live, name), enter(&mut object, name)) else {
            continue;
        };
        if below.as_object().unwrap().is_empty() {
            if before != after {
                found.insert(name.clone(), json!({}));
            }
        } else {
            let below = changed(before, after, below);
            if below != json!({}) {
                found.insert(name.clone(), below);
            }
        }
    }
    Value::Object(found)
}

fn subtract(from: &mut Value, what: &Value) {
    for (name, below) in what.as_object().unwrap() {
        let is_leaf = below.as_object().unwrap().is_empty();
        let Some(fields) = from.as_object_mut() else {
            return;
        };
        if is_leaf {
            fields.remove(name);
        } else if let Some(inner) = fields.get_mut(name) {
            subtract(inner, below);
            if inner.as_object().unwrap().is_empty() {
                fields.remove(name);
            }
        }
    }
}

fn merge(live: &mut Value, desired: &Value, name: &str) {
    match (live, desired) {
        (Value::Object(live), Value::Object(desired)) if !is_atomic(name) => {
            for (name, value) in desired {
                match live.get_mut(name) {
                    Some(live) => merge(live, value, name),
                    None => {
                        live.insert(name.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(live), Value::Array(desired))
            if desired.iter().all(|item| item_key(name, item).is_some()) =>
        {
            // What we apply comes in our order; what others added keeps its own.
            let (mut ours, others): (Vec<Value>, Vec<Value>) = live.drain(..).partition(|live| {
                let key = item_key(name, live);
                desired.iter().any(|item| item_key(name, item) == key)
            });
            live.extend(others);
            for item in desired {
                let key = item_key(name, item);
                let there = ours.iter_mut().find(|live| item_key(name, live) == key);
                live.push(there.map_or_else(
                    || item.clone(),
                    |live| {
                        merge(live, item, "");
                        live.clone()
                    },
                ));
            }
        }
        (live, desired) => *live = desired.clone(),
    }
}

/// Fills in what a real server fills in.
fn defaults(object: &mut Value) {
    let set = |place: &mut Value, name: &str, value: Value| {
        if place.get(name).is_none() {
            place[name] = value;
        }
    };
    match object["kind"].as_str().unwrap_or_default() {
        "Deployment" => {
            let spec = &mut object["spec"];
            set(spec, "replicas", json!(1));
            set(spec, "revisionHistoryLimit", json!(10));
            set(
                spec,
                "strategy",
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}),
            );
            let pod = &mut spec["template"]["spec"];
            set(pod, "restartPolicy", json!("Always"));
            set(pod, "securityContext", json!({}));
            for container in pod["containers"].as_array_mut().unwrap() {
                set(container, "imagePullPolicy", json!("IfNotPresent"));
                for port in container
                    .get_mut("ports")
                    .and_then(Value::as_array_mut)
                    .into_iter()
                    .flatten()
                {
                    set(port, "protocol", json!("TCP"));
                }
            }
        }
        "Service" => {
            let spec = &mut object["spec"];
            set(spec, "type", json!("ClusterIP"));
            set(spec, "clusterIP", json!("10.96.0.7"));
            for port in spec["ports"].as_array_mut().unwrap() {
                set(port, "protocol", json!("TCP"));
            }
        }
        "NetworkPolicy" => {
            for rule in object["spec"]["ingress"]
                .as_array_mut()
                .into_iter()
                .flatten()
            {
                for port in rule
                    .get_mut("ports")
                    .and_then(Value::as_array_mut)
                    .into_iter()
                    .flatten()
                {
                    set(port, "protocol", json!("TCP"));
                }
            }
        }
        "Secret" => set(object, "type", json!("Opaque")),
        "PersistentVolumeClaim" => set(&mut object["spec"], "volumeMode", json!("Filesystem")),
        _ => {}
    }
}
