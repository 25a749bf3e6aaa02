//! Short descriptions of custom resources: ours, one file per kind, and those of the user's cluster, kept in the estate under `schemas/`.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use steading_model::read::{Read, Reader};
use steading_model::shape::Shape;
use steading_model::{FileId, Node, Report, Sources, choice, emit, record, yaml};

use super::definitions::{Scope, ServedKind};
use super::notation;
use super::structure::Record;

record! {
    /// A kind of custom resource: what the offline check knows about it, what the lab serves, and what the reference says.
    pub struct Description {
        /// The API group. Example: `traefik.io`.
        "group" group: String,
        /// The kind. Example: `Middleware`.
        "kind" kind: String,
        /// The name in URLs. Example: `middlewares`.
        "plural" plural: String,
        /// Where its objects live.
        "scope" scope: ScopeWord,
        /// The versions with these fields, the preferred one first.
        "versions" versions: Vec<String>,
        /// Short names for `kubectl`.
        "short" short: Vec<String>,
        /// What it is.
        "about" about: Option<String>,
        /// Whether `status` is written apart from the rest. Default: `false`.
        "status" status: Option<bool>,
        /// What `kubectl get` prints beside the name.
        "columns" columns: Vec<Column>,
        /// The fields beside `apiVersion`, `kind` and `metadata`.
        "fields" fields: Fields,
    }
}

choice! {
    /// Where the objects of a kind live.
    pub enum ScopeWord {
        /// In a namespace.
        Namespaced = "namespaced",
        /// In the cluster.
        Cluster = "cluster",
    }
}

record! {
    /// A column that `kubectl get` prints.
    pub struct Column {
        /// Its title.
        "name" name: String,
        /// The field. Example: `.status.phase`.
        "path" path: String,
        /// `string`, `integer` or `date`. Default: `string`.
        "type" kind: Option<String>,
    }
}

/// The fields of a kind, in the notation of descriptions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(pub Record);

impl Read for Fields {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        notation::read_record(node, reader).map(Self)
    }

    fn shape() -> Shape {
        Shape::Anything
    }
}

impl Description {
    /// Returns each version of it.
    pub fn served(&self) -> impl Iterator<Item = ServedKind> {
        self.versions.iter().map(|version| ServedKind {
            group: self.group.clone(),
            kind: self.kind.clone(),
            version: version.clone(),
            plural: self.plural.clone(),
            scope: self.scope.into(),
        })
    }

    /// Returns it as it is written.
    pub fn write(&self) -> String {
        let Self {
            group,
            kind,
            plural,
            scope,
            versions,
            short,
            about,
            status,
            columns,
            fields,
        } = self;
        let mut written = json!({
            "group": group, "kind": kind, "plural": plural, "scope": scope.as_str(), "versions": versions,
            "fields": notation::write_record(&fields.0, &[]),
        });
        if let Some(entries) = written.as_object_mut() {
            insert_some(entries, "short", (!short.is_empty()).then(|| json!(short)));
            insert_some(entries, "about", about.as_ref().map(|about| json!(about)));
            insert_some(entries, "status", status.map(|status| json!(status)));
            let columns: Vec<Value> = columns.iter().map(Column::write).collect();
            insert_some(
                entries,
                "columns",
                (!columns.is_empty()).then(|| json!(columns)),
            );
        }
        emit::value(&written)
    }
}

impl Column {
    fn write(&self) -> Value {
        let Self { name, path, kind } = self;
        let mut written = Map::from_iter([
            ("name".to_owned(), json!(name)),
            ("path".to_owned(), json!(path)),
        ]);
        insert_some(&mut written, "type", kind.as_ref().map(|kind| json!(kind)));
        Value::Object(written)
    }
}

fn insert_some(entries: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    entries.extend(value.map(|value| (key.to_owned(), value)));
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::Namespaced => Self::Namespaced,
            ScopeWord::Cluster => Self::Cluster,
        }
    }
}

/// Reads the descriptions of a file: one in each YAML document.
pub fn read(sources: &Sources, file: FileId) -> (Vec<Description>, Report) {
    let (documents, mut report) = yaml::parse(sources, file);
    let read = documents
        .iter()
        .filter_map(|node| Description::read(node, &mut Reader::new(&mut report)));
    let descriptions = read.collect();
    (descriptions, report)
}

/// Returns descriptions as the text of a file that [`read`] reads.
pub fn write(descriptions: &[Description]) -> String {
    let documents: Vec<String> = descriptions.iter().map(Description::write).collect();
    documents.join("---\n")
}

const OWN: [(&str, &str); 24] = [
    (
        "kinds/certmanager-certificate.yaml",
        include_str!("../../kinds/certmanager-certificate.yaml"),
    ),
    (
        "kinds/certmanager-clusterissuer.yaml",
        include_str!("../../kinds/certmanager-clusterissuer.yaml"),
    ),
    (
        "kinds/cnpg-cluster.yaml",
        include_str!("../../kinds/cnpg-cluster.yaml"),
    ),
    (
        "kinds/cnpg-pooler.yaml",
        include_str!("../../kinds/cnpg-pooler.yaml"),
    ),
    (
        "kinds/envoy-backend.yaml",
        include_str!("../../kinds/envoy-backend.yaml"),
    ),
    (
        "kinds/envoy-backendtrafficpolicy.yaml",
        include_str!("../../kinds/envoy-backendtrafficpolicy.yaml"),
    ),
    (
        "kinds/envoy-securitypolicy.yaml",
        include_str!("../../kinds/envoy-securitypolicy.yaml"),
    ),
    (
        "kinds/gateway-backendtlspolicy.yaml",
        include_str!("../../kinds/gateway-backendtlspolicy.yaml"),
    ),
    (
        "kinds/externalsecrets-externalsecret.yaml",
        include_str!("../../kinds/externalsecrets-externalsecret.yaml"),
    ),
    (
        "kinds/gateway-grpcroute.yaml",
        include_str!("../../kinds/gateway-grpcroute.yaml"),
    ),
    (
        "kinds/gateway-httproute.yaml",
        include_str!("../../kinds/gateway-httproute.yaml"),
    ),
    (
        "kinds/gateway-listenerset.yaml",
        include_str!("../../kinds/gateway-listenerset.yaml"),
    ),
    (
        "kinds/gateway-referencegrant.yaml",
        include_str!("../../kinds/gateway-referencegrant.yaml"),
    ),
    (
        "kinds/gateway-tlsroute.yaml",
        include_str!("../../kinds/gateway-tlsroute.yaml"),
    ),
    (
        "kinds/infisical-infisicalsecret.yaml",
        include_str!("../../kinds/infisical-infisicalsecret.yaml"),
    ),
    (
        "kinds/prometheus-podmonitor.yaml",
        include_str!("../../kinds/prometheus-podmonitor.yaml"),
    ),
    (
        "kinds/prometheus-probe.yaml",
        include_str!("../../kinds/prometheus-probe.yaml"),
    ),
    (
        "kinds/prometheus-rule.yaml",
        include_str!("../../kinds/prometheus-rule.yaml"),
    ),
    (
        "kinds/steading-release.yaml",
        include_str!("../../kinds/steading-release.yaml"),
    ),
    (
        "kinds/traefik-ingressroute.yaml",
        include_str!("../../kinds/traefik-ingressroute.yaml"),
    ),
    (
        "kinds/traefik-middleware.yaml",
        include_str!("../../kinds/traefik-middleware.yaml"),
    ),
    (
        "kinds/traefik-middlewaretcp.yaml",
        include_str!("../../kinds/traefik-middlewaretcp.yaml"),
    ),
    (
        "kinds/traefik-ingressroutetcp.yaml",
        include_str!("../../kinds/traefik-ingressroutetcp.yaml"),
    ),
    (
        "kinds/traefik-serverstransport.yaml",
        include_str!("../../kinds/traefik-serverstransport.yaml"),
    ),
];

/// Returns the descriptions of the custom resources that Steading emits.
pub fn own() -> &'static [Description] {
    static DESCRIPTIONS: OnceLock<Vec<Description>> = OnceLock::new();
    DESCRIPTIONS.get_or_init(|| read_own().0)
}

fn read_own() -> (Vec<Description>, Report) {
    let mut sources = Sources::default();
    let mut all = (Vec::new(), Report::default());
    for (path, text) in OWN {
        let file = sources.add(path, text);
        let (descriptions, report) = read(&sources, file);
        all.0.extend(descriptions);
        all.1.extend(report);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_descriptions_are_read_without_a_finding() {
        let (descriptions, report) = read_own();
        assert_eq!(report, Report::default());
        assert_eq!(descriptions.len(), OWN.len());
    }

    #[test]
    fn what_is_written_reads_back() {
        for description in own() {
            let mut sources = Sources::default();
            let file = sources.add("written.yaml", description.write());
            let (read, report) = read(&sources, file);
            assert_eq!(report, Report::default());
            assert_eq!(read, std::slice::from_ref(description));
        }
    }
}
