//! What every concern looks at (the scope) and writes to (the output).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use steading_model::application::{Application, Component, Marks, Route, Visibility};
use steading_model::estate::{Estate, Tier};
use steading_model::name::{HostName, ImageRef, Literal};
use steading_model::{Code, Diagnostic, FieldPath, Object, Report, Severity, Span};

use crate::json::Fields;
use crate::labels;
use crate::secret::SecretPlace;

/// One application in its estate.
pub(crate) struct Scope<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) application: &'a Application,
    pub(crate) tier: &'a Tier,
    /// The host of each route, in order; none where it cannot be made.
    pub(crate) hosts: Vec<Option<HostName>>,
    labels: Map<String, Value>,
}

/// What is made of an application.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) objects: Vec<Object>,
    pub(crate) report: Report,
    /// The places in the secret backend that its containers read, by the name of the Secret that they end up in.
    pub(crate) secrets: BTreeMap<String, SecretPlace>,
    /// The keys that are made once.
    pub(crate) generated: BTreeSet<String>,
    /// The `ConfigMaps` of files, by name.
    pub(crate) config_maps: BTreeSet<String>,
    /// Whether any image comes from the own registry.
    pub(crate) pulls_own_images: bool,
}

/// Annotations or labels as they are declared.
pub(crate) type Texts = BTreeMap<String, Literal>;

/// The metadata of an object under construction.
pub(crate) struct Metadata {
    name: String,
    namespace: Option<String>,
    labels: Map<String, Value>,
    annotations: Map<String, Value>,
}

impl<'a> Scope<'a> {
    /// Looks at an application; `None` if its tier is unknown.
    pub(crate) fn new(estate: &'a Estate, application: &'a Application) -> Option<Self> {
        let tier = estate.tier(&application.tier)?;
        let routes = application.fields.ingress.iter();
        let hosts = routes.map(|route| host(estate, application, route).ok());
        Some(Self {
            estate,
            application,
            tier,
            hosts: hosts.collect(),
            labels: labels::base(estate.name.as_str(), application),
        })
    }

    /// Returns the application's name.
    pub(crate) fn name(&self) -> &'a str {
        self.application.name.as_str()
    }

    /// Returns the namespace's name.
    pub(crate) fn namespace(&self) -> &'a str {
        self.application.namespace.as_str()
    }

    /// Returns the environment's name.
    pub(crate) fn environment(&self) -> &'a str {
        self.application.environment.as_str()
    }

    /// Returns the name of what belongs to a component: the application's for the component named after it.
    pub(crate) fn component_name(&self, component: &Component) -> String {
        self.part_name(component, "")
    }

    /// Returns the name of a part of a component, such as a volume.
    pub(crate) fn part_name(&self, component: &Component, part: &str) -> String {
        let own = component.name.as_str() == self.name();
        let middle = if own { "" } else { component.name.as_str() };
        let parts = [self.name(), middle, part];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("-")
    }

    /// Returns the place of a field.
    pub(crate) fn span(&self, path: &FieldPath) -> Span {
        self.application.span(path)
    }

    /// Starts the metadata of an object in the application's namespace.
    pub(crate) fn named(&self, name: impl Into<String>) -> Metadata {
        Metadata {
            name: name.into(),
            namespace: Some(self.namespace().to_owned()),
            labels: self.labels.clone(),
            annotations: Map::new(),
        }
    }

    /// Starts the metadata of an object that belongs to no namespace.
    pub(crate) fn cluster_wide(&self, name: impl Into<String>) -> Metadata {
        Metadata {
            namespace: None,
            ..self.named(name)
        }
    }

    /// Returns the labels that every object carries.
    pub(crate) fn labels(&self) -> &Map<String, Value> {
        &self.labels
    }
}

/// Returns the full host of a route; the error is a phrase.
pub(crate) fn host(
    estate: &Estate,
    application: &Application,
    route: &Route,
) -> Result<HostName, String> {
    let domains = &estate.fields.domains;
    let zone = match route.visibility {
        Some(Visibility::Public) => &domains.public,
        Some(Visibility::Private) | None => domains.private.as_ref().unwrap_or(&domains.public),
    };
    estate.host(&route.host, zone, &application.environment)
}

impl Metadata {
    /// Says which component it belongs to.
    #[must_use]
    pub(crate) fn component(self, component: &str) -> Self {
        self.label(labels::LABEL_COMPONENT, component)
    }

    /// Says which version it runs.
    #[must_use]
    pub(crate) fn version(self, image: Option<&ImageRef>) -> Self {
        match image.and_then(labels::version) {
            Some(version) => self.label(labels::LABEL_VERSION, version),
            None => self,
        }
    }

    /// Adds a label.
    #[must_use]
    pub(crate) fn label(mut self, key: &str, value: impl Into<String>) -> Self {
        self.labels
            .insert(key.to_owned(), Value::String(value.into()));
        self
    }

    /// Adds an annotation.
    #[must_use]
    pub(crate) fn annotation(mut self, key: &str, value: impl Into<String>) -> Self {
        self.annotations
            .insert(key.to_owned(), Value::String(value.into()));
        self
    }

    /// Adds annotations and labels that are declared for such objects; what is derived stands over them.
    #[must_use]
    pub(crate) fn marked(mut self, component: &Component, of: fn(&Marks) -> &Texts) -> Self {
        let fields = &component.fields;
        let declared = |marks: &Option<Marks>| marks.as_ref().map(|marks| of(marks).clone());
        let texts = |declared: Option<Texts>| {
            let all = declared.unwrap_or_default().into_iter();
            all.map(|(key, value)| (key, Value::from(value.as_str())))
        };
        for (key, value) in texts(declared(&fields.annotations)) {
            self.annotations.entry(key).or_insert(value);
        }
        for (key, value) in texts(declared(&fields.labels)) {
            self.labels.entry(key).or_insert(value);
        }
        self
    }

    /// Adds an annotation where there is a value.
    #[must_use]
    pub(crate) fn annotation_if(self, key: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.annotation(key, value),
            None => self,
        }
    }

    /// Puts it into another namespace.
    #[must_use]
    pub(crate) fn within(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// Starts the object.
    pub(crate) fn object(self, api_version: &str, kind: &str) -> Fields {
        Fields::new()
            .with("apiVersion", api_version)
            .with("kind", kind)
            .with("metadata", self.json())
    }

    /// Returns the metadata of a pod template or the template of a claim: without namespace, and without name where it is empty.
    pub(crate) fn template(mut self) -> Value {
        self.namespace = None;
        self.json()
    }

    fn json(self) -> Value {
        let Self {
            name,
            namespace,
            labels,
            annotations,
        } = self;
        Fields::new()
            .with("name", Some(name).filter(|name| !name.is_empty()))
            .with("namespace", namespace)
            .with("labels", labels)
            .with("annotations", annotations)
            .into()
    }
}

impl Output {
    /// Adds an object that comes from a field.
    pub(crate) fn push(&mut self, scope: &Scope<'_>, object: Fields, path: &FieldPath) {
        let span = scope.span(path);
        self.objects
            .extend(Object::from_json(object.into(), Some(span)));
    }

    /// Reports an error about a field.
    pub(crate) fn error(
        &mut self,
        scope: &Scope<'_>,
        code: Code,
        path: &FieldPath,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = Diagnostic::error(code, message).at(scope.span(path));
        self.report.push(finding.help(help.into()));
    }

    /// Reports something worth knowing about a field.
    pub(crate) fn finding(
        &mut self,
        severity: Severity,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = Diagnostic::new(code, severity, message).at(span);
        self.report.push(finding.help(help.into()));
    }
}
