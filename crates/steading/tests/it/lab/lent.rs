//! What objects need of a cluster that Steading does not make: the lab has it as the cluster of the estate's owner would.

mod objects;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::ground::Ground;

/// Group, version and name of a kind.
type Kind = (String, String, String);

/// What a cluster has to bring.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lent {
    /// Namespaces of others, such as the ingress controller's.
    namespaces: BTreeSet<String>,
    /// Storage classes.
    storage: BTreeSet<String>,
    /// Runtime classes, such as `nvidia`.
    runtimes: BTreeSet<String>,
    /// Classes of devices that are claimed.
    devices: BTreeSet<String>,
    /// Resources that a device plugin counts, such as `nvidia.com/gpu`.
    pub(super) counted: BTreeSet<String>,
    /// Labels of nodes that pods or volumes ask for.
    nodes: BTreeSet<BTreeMap<String, String>>,
    /// Claims that somebody else made: namespace and name.
    claims: BTreeSet<(String, String)>,
    /// Kinds that others define.
    kinds: BTreeSet<Kind>,
}

impl Lent {
    /// Finds what objects need.
    pub(super) fn of(objects: &[Value]) -> Self {
        let mut lent = Self::default();
        for object in objects {
            let namespace = &object["metadata"]["namespace"];
            lent.namespaces
                .extend(namespace.as_str().map(str::to_owned));
            lent.kinds.extend(kind(object));
            lent.look(object, namespace.as_str().unwrap_or_default());
        }
        for object in objects {
            lent.leave_out(object);
        }
        if lent.nodes.is_empty() && !(lent.counted.is_empty() && lent.devices.is_empty()) {
            lent.nodes.insert(BTreeMap::new());
        }
        lent
    }

    /// Leaves out what is made by the objects themselves.
    fn leave_out(&mut self, object: &Value) {
        let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default();
        let (namespace, name) = (text("namespace"), text("name"));
        match object["kind"].as_str() {
            Some("Namespace") => drop(self.namespaces.remove(name)),
            Some("StorageClass") => drop(self.storage.remove(name)),
            Some("PersistentVolumeClaim") => {
                let claim = (namespace.to_owned(), name.to_owned());
                self.claims.remove(&claim);
            }
            _ => {}
        }
    }

    /// Leaves out what device plugins count.
    pub(super) fn without_devices(mut self) -> Self {
        self.counted.clear();
        self
    }

    /// Gives it to a lab; what is there already stays.
    pub(super) fn to(&self, ground: &Ground) {
        let is_unknown = |(group, version, _): &&Kind| {
            let path = format!("/apis/{group}/{version}");
            ground.get(&path).is_none()
        };
        let unknown: Vec<Value> = self
            .kinds
            .iter()
            .filter(is_unknown)
            .map(objects::definition)
            .collect();
        ground.define(&unknown);
        for labels in &self.nodes {
            let path = format!("/api/v1/nodes/{}", objects::name(labels));
            let node = objects::node(labels, &self.counted);
            if ground.get(&path).is_none() {
                ground.send("POST", "/api/v1/nodes", &node);
            }
            let status = json!({ "status": node["status"] });
            ground.send("PATCH", &format!("{path}/status"), &status);
        }
        ground.apply(&self.objects());
    }

    fn objects(&self) -> Vec<Value> {
        let node = self.nodes.first().map(objects::name).unwrap_or_default();
        let each = |names: &BTreeSet<String>, make: &dyn Fn(&str) -> Value| {
            names.iter().map(|name| make(name)).collect::<Vec<_>>()
        };
        [
            each(&self.namespaces, &objects::namespace),
            each(&self.storage, &objects::storage_class),
            each(&self.runtimes, &objects::runtime_class),
            each(&self.devices, &objects::device_class),
            each(&self.devices, &|class| objects::devices(class, &node)),
        ]
        .concat()
    }

    /// Makes the claims of somebody else, where their namespace is there by now.
    pub(super) fn claims_to(&self, ground: &Ground) {
        for (namespace, name) in &self.claims {
            let space = format!("/api/v1/namespaces/{namespace}");
            let claim = format!("{space}/persistentvolumeclaims/{name}");
            if ground.get(&space).is_some() && ground.get(&claim).is_none() {
                ground.apply(&[objects::claim(namespace, name)]);
            }
        }
    }

    fn look(&mut self, value: &Value, namespace: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look(item, namespace)),
            Value::Object(fields) => {
                let claim = fields.get("claimName").and_then(Value::as_str);
                self.claims
                    .extend(claim.map(|name| (namespace.to_owned(), name.to_owned())));
                for (key, value) in fields {
                    self.field(key, value);
                    self.look(value, namespace);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, key: &str, value: &Value) {
        let text = value.as_str().map(str::to_owned);
        match key {
            "storageClassName" | "storageClass" => self.storage.extend(text),
            "runtimeClassName" => self.runtimes.extend(text),
            "deviceClassName" => self.devices.extend(text),
            "nodeSelector" => {
                let labels = serde_json::from_value(value.clone());
                self.nodes.extend(labels);
            }
            "nodeSelectorTerms" => {
                let wanted = &value[0]["matchExpressions"];
                let wanted = wanted.as_array().into_iter().flatten();
                self.nodes.insert(wanted.filter_map(label).collect());
            }
            "limits" => {
                let names = value
                    .as_object()
                    .into_iter()
                    .flat_map(serde_json::Map::keys);
                self.counted
                    .extend(names.filter(|name| name.contains('/')).cloned());
            }
            _ => {}
        }
    }
}

/// Returns the kind of an object that somebody else defines.
fn kind(object: &Value) -> Option<Kind> {
    let (group, version) = object["apiVersion"].as_str()?.split_once('/')?;
    let kind = object["kind"].as_str()?;
    group
        .contains('.')
        .then(|| (group.to_owned(), version.to_owned(), kind.to_owned()))
}

/// Returns the label that an expression wants.
fn label(expression: &Value) -> Option<(String, String)> {
    if expression["operator"] != "In" {
        return None;
    }
    let (key, value) = (&expression["key"], &expression["values"][0]);
    Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()))
}
