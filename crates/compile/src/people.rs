//! What people get: a role each, a binding in the namespace of each application of theirs, and namespaces of their own.
//!
//! The role is a `ClusterRole` of the person in the estate's own release, the bindings are in the releases of the applications, whose
//! namespaces they need. So a person who is taken out of `people` has no rights from that release on, whatever bindings an
//! application's release or rollback has left: they name a role that is gone. And a changed role takes effect everywhere at once.

use serde_json::{Value, json};
use steading_model::estate::{Estate, Owner, Person, Tier};
use steading_model::name::NamespaceName;
use steading_model::{FieldPath, Object};

use crate::json::{Fields, texts};
use crate::labels::{LABEL_OWNER, LABEL_TIER};
use crate::rights::{self, Place};
use crate::scope::{Output, Scope};
use crate::{peers, policy, priority, quota, ranges, shared};

/// The API group of roles.
const GROUP: &str = "rbac.authorization.k8s.io";
/// The name of the quota and the limits of a namespace.
const QUOTA: &str = "person";
/// The name of the quota that keeps pods out of the tiers' priorities.
const PRIORITY: &str = "no-priority";
/// The name of the policy that opens a namespace to itself.
const INSIDE: &str = "within";
/// Priority classes of Kubernetes itself.
const SYSTEM_CLASSES: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

/// Returns what the people of an estate get in the estate's own release.
pub(crate) fn objects(estate: &Estate) -> Vec<Object> {
    let people = estate.fields.people.iter();
    let one = |(name, person)| {
        let own = OwnNamespaces {
            estate,
            owner: Owner { name, person },
        };
        own.objects()
    };
    people.flat_map(one).collect()
}

/// Adds the bindings of the people who own an application.
pub(crate) fn bindings(scope: &Scope<'_>, output: &mut Output) {
    for owner in scope.estate.owners(scope.application) {
        let metadata = scope.named(binding_name(owner));
        let role = json!({ "apiGroup": GROUP, "kind": "ClusterRole", "name": cluster_role(owner) });
        let object = metadata
            .object(&format!("{GROUP}/v1"), "RoleBinding")
            .with("roleRef", role)
            .with("subjects", subjects(owner));
        output.push(scope, object, &scope.application.field("owner"));
    }
}

/// A name with a dot belongs to no application.
fn binding_name(owner: Owner<'_>) -> String {
    format!("person.{}", owner.name)
}

fn cluster_role(owner: Owner<'_>) -> String {
    format!("steading.person.{}", owner.name)
}

fn subjects(owner: Owner<'_>) -> Vec<Value> {
    let subject = |kind: &str, name: &str| json!({ "apiGroup": GROUP, "kind": kind, "name": name });
    let groups = owner.person.groups.iter();
    let groups = groups.map(|group| subject("Group", group.as_str()));
    [subject("User", owner.user())]
        .into_iter()
        .chain(groups)
        .collect()
}

/// A person with the namespaces of their own.
struct OwnNamespaces<'a> {
    estate: &'a Estate,
    owner: Owner<'a>,
}

impl OwnNamespaces<'_> {
    fn objects(&self) -> Vec<Object> {
        let Person {
            role, namespaces, ..
        } = self.owner.person;
        let rules = rights::rules(*role, Place::Application);
        let role = shared::cluster_wide(
            self.estate,
            &cluster_role(self.owner),
            &format!("{GROUP}/v1"),
            "ClusterRole",
        );
        let mut objects =
            vec![self.object(role.with("rules", rules), &FieldPath::default().key("role"))];
        for (at, namespace) in namespaces.iter().enumerate() {
            let path = FieldPath::default().key("namespaces").index(at);
            let parts = self.namespace(namespace).into_iter();
            objects.extend(parts.map(|part| self.object(part, &path)));
        }
        objects.into_iter().flatten().collect()
    }

    /// Makes an object that comes from a field of the person.
    fn object(&self, fields: Fields, path: &FieldPath) -> Option<Object> {
        let person = FieldPath::default()
            .key("spec")
            .key("people")
            .key(self.owner.name.as_str());
        let span = self.estate.tree.span_at(&person.join(path));
        Object::from_json(fields.into(), Some(span))
    }

    fn namespace(&self, name: &NamespaceName) -> Vec<Fields> {
        let tier_name = self.owner.person.tier.as_ref();
        let tier_name = tier_name.unwrap_or(&self.estate.fields.defaults.tier);
        let mut labels = vec![
            (LABEL_OWNER, self.owner.name.as_str()),
            (LABEL_TIER, tier_name.as_str()),
        ];
        let levels =
            ["enforce", "warn", "audit"].map(|mode| format!("pod-security.kubernetes.io/{mode}"));
        labels.extend(levels.iter().map(|key| (key.as_str(), "restricted")));
        let namespace = shared::labelled(self.estate, name.as_str(), None, &labels);
        let mut parts = vec![
            Fields::new()
                .with("apiVersion", "v1")
                .with("kind", "Namespace")
                .with("metadata", namespace),
        ];
        parts.extend(self.rights(name));
        parts.extend(self.policies(name));
        parts.push(self.no_priority(name));
        if let Some(tier) = self.estate.tier(tier_name) {
            parts.push(self.quota(name, tier));
            parts.push(self.limits(name, tier));
        }
        parts
    }

    fn part(&self, namespace: &NamespaceName, name: &str, api_version: &str, kind: &str) -> Fields {
        let labels = [(LABEL_OWNER, self.owner.name.as_str())];
        let metadata = shared::labelled(self.estate, name, Some(namespace), &labels);
        Fields::new()
            .with("apiVersion", api_version)
            .with("kind", kind)
            .with("metadata", metadata)
    }

    fn rights(&self, namespace: &NamespaceName) -> [Fields; 2] {
        let name = binding_name(self.owner);
        let version = format!("{GROUP}/v1");
        let rules = rights::rules(self.owner.person.role, Place::Own);
        let role = json!({ "apiGroup": GROUP, "kind": "Role", "name": name });
        [
            self.part(namespace, &name, &version, "Role")
                .with("rules", rules),
            self.part(namespace, &name, &version, "RoleBinding")
                .with("roleRef", role)
                .with("subjects", subjects(self.owner)),
        ]
    }

    fn policies(&self, namespace: &NamespaceName) -> [Fields; 2] {
        let types = || vec!["Ingress", "Egress"];
        let deny = Fields::new()
            .exactly("podSelector", json!({}))
            .with("policyTypes", types());
        let own = json!([{ "podSelector": {} }]);
        let egress = json!([
            { "to": own, },
            { "to": [peers::everywhere()], "ports": policy::dns() },
            { "to": ranges::internet(self.estate) },
        ]);
        let within = Fields::new()
            .exactly("podSelector", json!({}))
            .with("policyTypes", types())
            .with("ingress", json!([{ "from": own }]))
            .with("egress", egress);
        [(policy::DENY, deny), (INSIDE, within)].map(|(name, spec)| {
            let part = self.part(namespace, name, "networking.k8s.io/v1", "NetworkPolicy");
            part.with("spec", spec)
        })
    }

    fn quota(&self, namespace: &NamespaceName, tier: &Tier) -> Fields {
        let own = self.owner.person.quota.as_ref();
        let tier = &tier.quota;
        let own_or = |own: Option<_>, tiers| own.unwrap_or(tiers);
        let cpu = own_or(own.and_then(|own| own.cpu), tier.cpu);
        let memory = own_or(own.and_then(|own| own.memory), tier.memory);
        let limit = own_or(own.and_then(|own| own.memory_limit), tier.memory_limit);
        let pods = own.and_then(|own| own.pods).unwrap_or(tier.pods);
        let storage = own.and_then(|own| own.storage);
        let hard = Fields::new()
            .with("requests.cpu", cpu.to_string())
            .with("requests.memory", memory.to_string())
            .with("limits.memory", limit.to_string())
            .with("requests.storage", storage.map(|amount| amount.to_string()))
            .with("pods", pods.to_string())
            // What is reachable from outside is declared, and checked.
            .with("services.loadbalancers", "0")
            .with("services.nodeports", "0");
        let part = self.part(namespace, QUOTA, "v1", "ResourceQuota");
        part.with("spec", Fields::new().with("hard", hard))
    }

    /// Pods of people may not push out what the estate runs.
    fn no_priority(&self, namespace: &NamespaceName) -> Fields {
        let tiers = self.estate.fields.tiers.iter();
        let classes = tiers.flat_map(|(name, tier)| priority::classes(name.as_str(), tier));
        let system = SYSTEM_CLASSES.map(str::to_owned);
        let selector = json!({ "matchExpressions": [{
            "scopeName": "PriorityClass",
            "operator": "In",
            "values": texts(classes.map(|(class, _)| class).chain(system)),
        }] });
        let spec = Fields::new()
            .with("hard", json!({ "pods": "0" }))
            .with("scopeSelector", selector);
        self.part(namespace, PRIORITY, "v1", "ResourceQuota")
            .with("spec", spec)
    }

    fn limits(&self, namespace: &NamespaceName, tier: &Tier) -> Fields {
        let limits = quota::limits(&tier.resources, tier.resources.memory_max);
        let part = self.part(namespace, QUOTA, "v1", "LimitRange");
        part.with("spec", Fields::new().with("limits", vec![limits]))
    }
}
