//! A database cluster of an application's own, made by the `CloudNativePG` operator.
//!
//! The operator makes the instances, their claims and Services, and the Secret `CLUSTER-app` with the credentials; its passwords are
//! letters and digits, so they can stand in URLs. What is here are its orders: the `Cluster`, the `Pooler`, and who may reach the pods.

use serde_json::{Value, json};
use steading_model::application::{DataMeaning, Resources};
use steading_model::desired::{ANNOTATION_BACKUP, ANNOTATION_DATA};
use steading_model::estate::{
    CloudNativePg, DatabaseData, EntryKind, PoolMode, StorageClassFields,
};
use steading_model::name::LabelName;
use steading_model::quantity::Quantity;
use steading_model::{Diagnostic, FieldPath};

use super::{Use, secret};
use crate::codes::{NAME_TOO_LONG, NO_PROVISIONER, NO_STORAGE_CLASS};
use crate::json::{Fields, text_map};
use crate::peers;
use crate::scope::{Metadata, Output, Scope};
use crate::substitute::Fact;
use crate::{claim, container, policy, priority, resources};

/// The group and version of the operator's kinds.
const API_VERSION: &str = "postgresql.cnpg.io/v1";
/// The label of an instance's and a pooler's pods: the cluster.
const LABEL_CLUSTER: &str = "cnpg.io/cluster";
/// Where `PostgreSQL` and `PgBouncer` listen.
const PORT: u16 = 5432;
/// Where an instance tells the operator and the other instances how it is.
const STATUS: u16 = 8000;
/// Where metrics are: of instances and of poolers.
const METRICS: [u16; 2] = [9187, 9127];
/// The longest name that the operator takes.
const LONGEST: usize = 50;
/// What an instance asks for where nothing is said.
const CPU: &str = "100m";
const MEMORY: &str = "256Mi";
/// Names that the operator keeps for itself.
const RESERVED: [&str; 6] = [
    "postgres",
    "template0",
    "template1",
    "streaming_replica",
    "cnpg_pooler_pgbouncer",
    "pgbouncer",
];

/// Returns the name of an application's cluster.
pub(crate) fn name(scope: &Scope<'_>, entry: &LabelName) -> String {
    format!("{}-{entry}", scope.name())
}

/// Returns the selector of the pods of a cluster and of its pooler.
pub(crate) fn pods(cluster: &str) -> Value {
    json!({ LABEL_CLUSTER: cluster })
}

/// Returns a fact of an application's cluster.
pub(super) fn fact(scope: &Scope<'_>, one: &Use<'_>, name: &str) -> Option<Fact> {
    let EntryKind::CloudNativePg(fields) = one.entry.kind() else {
        return None;
    };
    let cluster = self::name(scope, one.entry.name);
    let key = |key: &str| secret::reference(one, name, format!("{cluster}-app"), key.to_owned());
    let host = |service: String| {
        let zone = &scope.estate.fields.domains.cluster;
        Fact::Text(format!("{service}.{}.svc.{zone}", scope.namespace()))
    };
    Some(match (name, &fields.pooler) {
        ("host", Some(_)) => host(pooler_name(&cluster)),
        ("host", None) => host(format!("{cluster}-rw")),
        ("readHost", _) => host(format!("{cluster}-ro")),
        ("port", _) => Fact::Text(PORT.to_string()),
        ("database" | "user", _) => Fact::Text(database(scope)),
        ("password", _) => key("password"),
        ("url", None) => key("uri"),
        ("jdbcUrl", None) => key("jdbc-uri"),
        ("url", Some(_)) => {
            let url = "postgresql://${user}:${password}@${host}:${port}/${database}";
            return super::facts::url(scope, one, url);
        }
        ("jdbcUrl", Some(_)) => {
            let url =
                "jdbc:postgresql://${host}:${port}/${database}?user=${user}&password=${password}";
            return super::facts::url(scope, one, url);
        }
        _ => return None,
    })
}

/// Returns the name of the database and of its owner.
fn database(scope: &Scope<'_>) -> String {
    let name = scope.name().replace('-', "_");
    if RESERVED.contains(&name.as_str()) {
        "app".to_owned()
    } else {
        name
    }
}

fn pooler_name(cluster: &str) -> String {
    format!("{cluster}-pooler")
}

/// Says whether an application has a database of its own.
pub(crate) fn is_used(scope: &Scope<'_>) -> bool {
    let mut uses = super::all(scope);
    uses.any(|one| matches!(one.entry.kind(), EntryKind::CloudNativePg(_)))
}

/// Adds the clusters of an application's own.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    for one in super::all(scope) {
        if let EntryKind::CloudNativePg(fields) = one.entry.kind() {
            let name = name(scope, one.entry.name);
            let database = Database {
                scope,
                one,
                fields,
                path: one.path(scope),
                name,
            };
            database.objects(output);
        }
    }
}

/// One cluster.
struct Database<'a, 'b> {
    scope: &'b Scope<'a>,
    one: Use<'a>,
    fields: &'a CloudNativePg,
    path: FieldPath,
    name: String,
}

impl Database<'_, '_> {
    fn objects(&self, output: &mut Output) {
        if self.name.len() > LONGEST {
            let message = format!(
                "the database `{}` has a name of more than {LONGEST} characters",
                self.name
            );
            let help = "shorten the name of the application or of the entry";
            output.error(self.scope, NAME_TOO_LONG, &self.path, message, help);
            return;
        }
        let Some(class) = self.class(output) else {
            return;
        };
        let cluster = self.cluster(class, output);
        output.push(self.scope, cluster, &self.path);
        if let Some(pooler) = self.pooler() {
            output.push(self.scope, pooler, &self.path);
        }
        output.push(self.scope, self.policy(), &self.path);
    }

    /// Finds the class for its data: the operator makes claims, so something must make volumes for them.
    fn class(&self, output: &mut Output) -> Option<&StorageClassFields> {
        let meaning = match self.fields.data() {
            DatabaseData::Sensitive => DataMeaning::Sensitive,
            DatabaseData::Plain => DataMeaning::Plain,
        };
        let found = self.scope.estate.storage_class(meaning);
        let (code, message, help) = match found {
            None => (
                NO_STORAGE_CLASS,
                format!(
                    "the estate has no storage class for `{meaning}` data, which the database of `{}` is",
                    self.one.entry.name
                ),
                format!(
                    "add `storage: {{ classes: {{ {meaning}: {{ class: … }} }} }}` to the estate, or say `data` of the entry's storage"
                ),
            ),
            Some(class) if class.host_path == Some(true) => (
                NO_PROVISIONER,
                format!(
                    "nothing makes volumes of class `{}` by itself, and the database of `{}` needs some",
                    class.class, self.one.entry.name
                ),
                "name a class with a provisioner for that meaning, such as `local-path`".to_owned(),
            ),
            Some(_) => return found,
        };
        let tree = &self.scope.estate.tree;
        let place = self
            .one
            .entry
            .path()
            .key("postgres")
            .key("cloudNativePG")
            .key("storage");
        let finding = Diagnostic::error(code, message)
            .at(self.scope.application.tree.key_span_at(&self.path))
            .label(tree.span_at(&place), "its storage");
        output.report.push(finding.help(help));
        None
    }

    fn metadata(&self, name: impl Into<String>) -> Metadata {
        let component = format!("database.{}", self.one.entry.name);
        self.scope.named(name).component(&component)
    }

    fn cluster(&self, class: &StorageClassFields, output: &mut Output) -> Fields {
        let fields = self.fields;
        let instances = match self.scope.application.fields.parked {
            // The data stays, and an instance that nobody uses asks for little; the operator cannot have none.
            Some(_) => 1,
            None => fields.instances(),
        };
        let backup = fields.backup.as_ref();
        let backup = backup.map(|backup| Value::from(claim::backup(backup)).to_string());
        let metadata = self
            .metadata(self.name.as_str())
            .annotation(ANNOTATION_DATA, fields.data().as_str())
            .annotation_if(ANNOTATION_BACKUP, backup);
        let size = self.one.used.size.unwrap_or(fields.storage.size);
        let storage = Fields::new()
            .with("size", size.to_string())
            .with("storageClass", class.class.as_str());
        let parameters = literals(&fields.parameters);
        let own = container::is_own(self.scope.estate, &fields.image);
        output.pulls_own_images |= own;
        let pull = self.scope.estate.fields.images.pull_secret.as_ref();
        let pull = pull
            .filter(|_| own)
            .map(|name| json!([{ "name": name.as_str() }]));
        let spec = Fields::new()
            .with("instances", instances)
            .with("imageName", fields.image.as_str())
            .with("imagePullSecrets", pull)
            .with("storage", storage)
            .with("bootstrap", Fields::new().with("initdb", self.bootstrap()))
            .with("resources", amounts(fields.resources.as_ref()))
            .with("postgresql", Fields::new().with("parameters", parameters))
            .with(
                "priorityClassName",
                priority::class(self.scope.application.tier.as_str()),
            )
            .with("enablePDB", instances > 1)
            .with("enableSuperuserAccess", false);
        metadata.object(API_VERSION, "Cluster").with("spec", spec)
    }

    fn bootstrap(&self) -> Fields {
        let database = database(self.scope);
        let extensions = self.one.used.extensions.iter();
        let create = |name: &str| {
            format!(
                "CREATE EXTENSION IF NOT EXISTS \"{}\"",
                name.replace('"', "\"\"")
            )
        };
        let extensions: Vec<String> = extensions.map(|name| create(name.as_str())).collect();
        Fields::new()
            .with("database", database.as_str())
            .with("owner", database.as_str())
            .with("postInitApplicationSQL", extensions)
    }

    fn pooler(&self) -> Option<Fields> {
        let pooler = self.fields.pooler.as_ref()?;
        let mode = pooler.mode.unwrap_or(PoolMode::Session);
        let bouncer = Fields::new()
            .with("poolMode", mode.as_str())
            .with("parameters", literals(&pooler.parameters));
        let spec = Fields::new()
            .with("cluster", Fields::new().with("name", self.name.as_str()))
            .with("instances", pooler.instances.unwrap_or(1))
            .with("type", "rw")
            .with("pgbouncer", bouncer);
        let metadata = self.metadata(pooler_name(&self.name));
        Some(metadata.object(API_VERSION, "Pooler").with("spec", spec))
    }

    /// Its users reach it, so do its own pods and the operator; it reaches its own pods and the API server, which its instances ask who
    /// is in charge.
    fn policy(&self) -> Fields {
        let pods = || peers::own_pods(&pods(&self.name));
        let used = json!({ peers::uses_label(self.one.entry.name.as_str()): "true" });
        let operator = self.fields.operator.as_ref();
        let operator = operator.map_or(CloudNativePg::OPERATOR, |name| name.as_str());
        let ingress = vec![
            policy::rule("from", vec![peers::own_pods(&used)], peers::tcp(&[PORT])),
            policy::rule("from", vec![pods()], peers::tcp(&[PORT, STATUS])),
            policy::rule(
                "from",
                vec![peers::all_of(operator)],
                peers::tcp(&[PORT, STATUS]),
            ),
            policy::rule(
                "from",
                vec![peers::monitoring(self.scope)],
                peers::tcp(&METRICS),
            ),
        ];
        let egress = vec![
            policy::name_servers(),
            policy::rule("to", vec![pods()], peers::tcp(&[PORT, STATUS])),
            policy::rule("to", Vec::new(), peers::tcp(&policy::API_SERVER)),
        ];
        let spec = policy::spec(self::pods(&self.name), ingress, egress);
        let metadata = self.metadata(self.name.as_str());
        metadata
            .object("networking.k8s.io/v1", "NetworkPolicy")
            .with("spec", spec)
    }
}

/// A database without a request would be the first to go when its node is full, and namespaces with a quota would not take it.
fn amounts(declared: Option<&Resources>) -> Fields {
    let own = |pick: fn(&Resources) -> Option<Quantity>| declared.and_then(pick);
    let usual = |text: &str| Quantity::parse(text).ok();
    let memory = own(|resources| resources.memory).or_else(|| usual(MEMORY));
    let limit = own(|resources| resources.memory_limit);
    let limit = limit.or_else(|| memory.map(|memory| memory.times(2)));
    let cpu = own(|resources| resources.cpu).or_else(|| usual(CPU));
    let requests = Fields::new()
        .with("cpu", cpu.and_then(resources::text))
        .with("memory", memory.and_then(resources::text));
    let limits = Fields::new().with("memory", limit.and_then(resources::text));
    Fields::new()
        .with("requests", requests)
        .with("limits", limits)
}

fn literals(map: &std::collections::BTreeMap<String, steading_model::name::Literal>) -> Value {
    text_map(
        map.iter()
            .map(|(name, value)| (name.clone(), value.as_str())),
    )
}
