//! Every kind that is known: the built-in ones, ours, and those of the user's cluster.

use std::cmp::Ordering;
use std::sync::OnceLock;

use steading_model::GroupKind;

use super::definitions::{self, ServedKind};
use super::description::{self, Description};
use super::structure::{ListKey, ListStyle, Record, Structure};

/// Every kind that is known. Making one unpacks the built-in definitions (some milliseconds, once), so it is made when first needed.
#[derive(Debug)]
pub struct Catalog {
    /// Ordered by kind, group and version, the preferred version first.
    entries: Vec<Entry>,
    /// The roots of custom resources.
    roots: Vec<Structure>,
}

#[derive(Debug)]
struct Entry {
    served: ServedKind,
    root: Root,
    origin: Origin,
}

#[derive(Clone, Copy, Debug)]
enum Root {
    BuiltIn(usize),
    Custom(usize),
}

/// Where the knowledge about a kind comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The definitions of the user's cluster, complete.
    Cluster,
    /// The built-in definitions of Kubernetes, complete.
    BuiltIn,
    /// Our own short description of the fields that we emit.
    Own,
}

/// A place in the structure of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    types: &'a [Structure],
    structure: &'a Structure,
}

/// A kind as the catalog knows it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The kind with its version, plural and scope.
    pub served: &'a ServedKind,
    /// Where the knowledge comes from.
    pub origin: Origin,
    /// The root of its structure.
    pub root: Cursor<'a>,
}

impl Catalog {
    /// Returns the built-in kinds and ours.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Catalog> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::with(&[]))
    }

    /// Returns the built-in kinds, ours, and those of the user's cluster; the latter win.
    pub fn with(cluster: &[Description]) -> Self {
        let mut catalog = Self {
            entries: Vec::new(),
            roots: Vec::new(),
        };
        for (served, root) in &definitions::built_in().kinds {
            catalog.entries.push(Entry {
                served: served.clone(),
                root: Root::BuiltIn(*root),
                origin: Origin::BuiltIn,
            });
        }
        catalog.add(description::own(), Origin::Own);
        catalog.add(cluster, Origin::Cluster);
        catalog.entries.sort_by(|one, other| {
            compare(&one.served, &other.served).then(one.origin.cmp(&other.origin))
        });
        catalog
            .entries
            .dedup_by(|later, first| later.served == first.served);
        catalog
    }

    fn add(&mut self, descriptions: &[Description], origin: Origin) {
        for description in descriptions {
            let root = Root::Custom(self.roots.len());
            let record = definitions::with_identity(description.fields.0.clone());
            self.roots.push(Structure::Record(record));
            self.entries
                .extend(description.served().map(|served| Entry {
                    served,
                    root,
                    origin,
                }));
        }
    }

    /// Returns every kind in each version, ordered by kind, group and version, the preferred version first.
    pub fn kinds(&self) -> impl Iterator<Item = &ServedKind> {
        self.entries.iter().map(|entry| &entry.served)
    }

    /// Returns the versions of a kind, the preferred one first.
    pub fn versions<'a>(&'a self, group: &str, kind: &str) -> impl Iterator<Item = Known<'a>> {
        let order = |entry: &Entry| name(&entry.served).cmp(&(kind, group));
        let first = self
            .entries
            .partition_point(|entry| order(entry) == Ordering::Less);
        let after = self
            .entries
            .partition_point(|entry| order(entry) != Ordering::Greater);
        self.entries[first..after]
            .iter()
            .map(|entry| self.known(entry))
    }

    /// Returns a kind in its preferred version.
    pub fn kind(&self, kind: &GroupKind) -> Option<Known<'_>> {
        self.versions(&kind.group, &kind.kind).next()
    }

    /// Returns a kind in one version, by `apiVersion` and `kind`.
    pub fn find(&self, api_version: &str, kind: &str) -> Option<Known<'_>> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.versions(group, kind)
            .find(|known| known.served.version == version)
    }

    /// Returns how a list is keyed; `path` are the keys from the root, lists being passed through: `["spec", "ports"]`.
    pub fn list_keys(&self, kind: &GroupKind, path: &[&str]) -> Option<&[ListKey]> {
        match self.kind(kind)?.root.at(path)?.list_style()? {
            ListStyle::Keyed(keys) => Some(keys),
            ListStyle::Atomic | ListStyle::Set => None,
        }
    }

    fn known<'a>(&'a self, entry: &'a Entry) -> Known<'a> {
        let types = &definitions::built_in().types;
        let structure = match entry.root {
            Root::BuiltIn(place) => &types[place],
            Root::Custom(place) => &self.roots[place],
        };
        Known {
            served: &entry.served,
            origin: entry.origin,
            root: Cursor { types, structure },
        }
    }
}

impl<'a> Cursor<'a> {
    /// Returns what the value may be; never [`Structure::Named`].
    pub fn structure(self) -> &'a Structure {
        let mut structure = self.structure;
        // A name leads to a type, and types that are only a name do not occur; the bound keeps broken data from looping.
        for _ in 0..8 {
            match structure {
                Structure::Named(place) => {
                    structure = self.types.get(*place).unwrap_or(&Structure::Anything);
                }
                other => return other,
            }
        }
        &Structure::Anything
    }

    /// Returns the place of the built-in type, where it is one.
    pub(super) fn place(self) -> Option<usize> {
        match self.structure {
            Structure::Named(place) => Some(*place),
            _ => None,
        }
    }

    /// Returns the record that it is.
    pub fn record(self) -> Option<&'a Record> {
        match self.structure() {
            Structure::Record(record) => Some(record),
            _ => None,
        }
    }

    /// Goes to a part of this structure.
    pub(super) fn to(self, structure: &'a Structure) -> Self {
        Self {
            types: self.types,
            structure,
        }
    }

    /// Goes to the value of a key.
    pub fn field(self, key: &str) -> Option<Self> {
        match self.structure() {
            Structure::Record(record) => record
                .fields
                .get(key)
                .map(|field| self.to(&field.structure)),
            Structure::Map(value) => Some(self.to(value)),
            _ => None,
        }
    }

    /// Goes to the items of a list.
    pub fn item(self) -> Option<Self> {
        match self.structure() {
            Structure::List(list) => Some(self.to(&list.item)),
            _ => None,
        }
    }

    /// Returns how the list is merged, where it is one.
    pub fn list_style(self) -> Option<&'a ListStyle> {
        match self.structure() {
            Structure::List(list) => Some(&list.style),
            _ => None,
        }
    }

    /// Goes down along keys, passing through lists.
    pub fn at(self, path: &[&str]) -> Option<Self> {
        path.iter()
            .try_fold(self, |place, key| place.item().unwrap_or(place).field(key))
    }
}

fn name(served: &ServedKind) -> (&str, &str) {
    (&served.kind, &served.group)
}

fn compare(one: &ServedKind, other: &ServedKind) -> Ordering {
    name(one)
        .cmp(&name(other))
        .then_with(|| preference(&other.version).cmp(&preference(&one.version)))
}

/// Returns how much a version is preferred, as Kubernetes orders them: `v2`, `v1`, `v2beta1`, `v1alpha1`, anything else.
fn preference(version: &str) -> (u8, u32, u32) {
    let parsed = version.strip_prefix('v').and_then(|rest| {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let major = rest[..digits].parse().ok()?;
        let stage = &rest[digits..];
        let minor = |stage: &str| stage.parse().unwrap_or_default();
        if stage.is_empty() {
            Some((3, major, 0))
        } else if let Some(beta) = stage.strip_prefix("beta") {
            Some((2, major, minor(beta)))
        } else {
            stage
                .strip_prefix("alpha")
                .map(|alpha| (1, major, minor(alpha)))
        }
    });
    parsed.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_preferred_as_kubernetes_does() {
        let mut versions = [
            "v1alpha1", "v10", "v2beta1", "v1", "foo", "v2", "v2beta2", "v1beta1",
        ];
        versions.sort_by_key(|version| std::cmp::Reverse(preference(version)));
        assert_eq!(
            versions,
            [
                "v10", "v2", "v1", "v2beta2", "v2beta1", "v1beta1", "v1alpha1", "foo"
            ]
        );
    }

    #[test]
    fn kinds_have_plural_and_scope() {
        let catalog = Catalog::shipped();
        for (api_version, kind, plural, namespaced) in [
            ("v1", "Pod", "pods", true),
            ("v1", "Namespace", "namespaces", false),
            ("apps/v1", "Deployment", "deployments", true),
            (
                "networking.k8s.io/v1",
                "NetworkPolicy",
                "networkpolicies",
                true,
            ),
            ("v1", "PersistentVolume", "persistentvolumes", false),
            ("traefik.io/v1alpha1", "IngressRoute", "ingressroutes", true),
            (
                "cert-manager.io/v1",
                "ClusterIssuer",
                "clusterissuers",
                false,
            ),
            (
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                "customresourcedefinitions",
                false,
            ),
        ] {
            let known = catalog.find(api_version, kind).unwrap();
            assert_eq!(
                (known.served.plural.as_str(), known.served.is_namespaced()),
                (plural, namespaced),
                "{kind}"
            );
        }
        let scaler = catalog
            .kind(&GroupKind::new("autoscaling", "HorizontalPodAutoscaler"))
            .unwrap();
        assert_eq!(scaler.served.version, "v2");
        assert!(catalog.find("apps/v1", "Deploiment").is_none());
    }

    #[test]
    fn lists_have_the_keys_of_server_side_apply() {
        let catalog = Catalog::shipped();
        let deployment = GroupKind::new("apps", "Deployment");
        let pod = ["spec", "template", "spec"];
        let keys = |rest: &[&str]| -> Option<Vec<String>> {
            let path = [&pod, rest].concat();
            Some(
                catalog
                    .list_keys(&deployment, &path)?
                    .iter()
                    .map(|key| key.name.clone())
                    .collect(),
            )
        };
        assert_eq!(keys(&["containers"]).unwrap(), ["name"]);
        assert_eq!(
            keys(&["containers", "ports"]).unwrap(),
            ["containerPort", "protocol"]
        );
        assert_eq!(keys(&["containers", "env"]).unwrap(), ["name"]);
        assert_eq!(keys(&["containers", "args"]), None);
        let ports = catalog
            .list_keys(&GroupKind::new("", "Service"), &["spec", "ports"])
            .unwrap();
        assert_eq!(ports[1].default, Some("TCP".into()));
        let policy = catalog
            .kind(&GroupKind::new("networking.k8s.io", "NetworkPolicy"))
            .unwrap();
        assert_eq!(
            policy.root.at(&["spec", "ingress"]).unwrap().list_style(),
            Some(&ListStyle::Atomic)
        );
    }
}
