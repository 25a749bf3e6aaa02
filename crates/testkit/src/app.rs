//! Applications to release: compiled by hand, so that each test says exactly what is desired.

use serde_json::{Value, json};
use steading_model::desired::{
    ANNOTATION_GENERATE, ANNOTATION_PHASE, ANNOTATION_SECRETS, LABEL_APPLICATION,
    LABEL_ENVIRONMENT, LABEL_ESTATE, LABEL_MANAGED_BY, PHASE_MIGRATE,
};
use steading_model::name::{AppName, EnvironmentName, NamespaceName};
use steading_model::{Desired, Object};

/// An application in the making. Its estate is called like its namespace unless another is given, so that tests do not see each other.
#[derive(Clone, Debug)]
pub struct App {
    name: String,
    estate: String,
    namespace: String,
    image: String,
    timeout_seconds: u64,
    previous_names: Vec<AppName>,
    after: Vec<AppName>,
    objects: Vec<Value>,
}

impl App {
    /// An application with a namespace and nothing in it.
    pub fn new(name: &str, namespace: &str) -> Self {
        Self::of(namespace, name, namespace)
    }

    /// An application of an estate, with a namespace and nothing in it.
    pub fn of(estate: &str, name: &str, namespace: &str) -> Self {
        let app = Self {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            estate: estate.to_owned(),
            previous_names: Vec::new(),
            after: Vec::new(),
            image: "registry.lab/app:1".to_owned(),
            timeout_seconds: 60,
            objects: Vec::new(),
        };
        let namespace = app.namespace.clone();
        app.with(
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }),
        )
    }

    /// An application with one of everything: account, configuration, secrets, a claim, a deployment, a service, a policy, a schedule.
    pub fn usual(name: &str, namespace: &str) -> Self {
        Self::new(name, namespace).with_usual()
    }

    /// Adds one of everything: account, configuration, secrets, a claim, a deployment, a service, a policy, a schedule.
    #[must_use]
    pub fn with_usual(self) -> Self {
        self.account()
            .config("settings", "colour", "red")
            .generated("keys", "TOKEN,SALT")
            .secret("login", "password", "hunter22-in-clear")
            .claim("data", "1Gi")
            .deployment("web", 1)
            .service("web")
            .policy("web")
            .schedule("nightly")
    }

    /// Says that it needs another.
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn after(mut self, name: &str) -> Self {
        self.after
            .push(AppName::parse(name).expect("the name must be one"));
        self
    }

    /// Says what it was called before.
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn called_before(mut self, name: &str) -> Self {
        self.previous_names
            .push(AppName::parse(name).expect("the name must be one"));
        self
    }

    /// Sets how long it may take to get ready.
    #[must_use]
    pub fn within(mut self, seconds: u64) -> Self {
        self.timeout_seconds = seconds;
        self
    }

    /// Sets the image of what is added from here on, and of what is there.
    #[must_use]
    pub fn image(mut self, image: &str) -> Self {
        for object in &mut self.objects {
            for pointer in [
                "/spec/template/spec/containers/0/image",
                "/spec/jobTemplate/spec/template/spec/containers/0/image",
            ] {
                if let Some(place) = object.pointer_mut(pointer) {
                    *place = json!(image);
                }
            }
        }
        image.clone_into(&mut self.image);
        self
    }

    /// Adds an object, with the labels of the application and in its namespace.
    ///
    /// # Panics
    /// If it is no object.
    #[must_use]
    pub fn with(mut self, mut object: Value) -> Self {
        let metadata = object["metadata"]
            .as_object_mut()
            .expect("an object must have metadata");
        let labels = metadata.entry("labels").or_insert_with(|| json!({}));
        for (name, value) in self.labels() {
            labels[name] = json!(value);
        }
        if !matches!(
            object["kind"].as_str(),
            Some("Namespace" | "PersistentVolume" | "PriorityClass")
        ) {
            object["metadata"]["namespace"] = json!(self.namespace);
        }
        self.objects.push(object);
        self
    }

    /// Takes an object out.
    #[must_use]
    pub fn without(mut self, kind: &str, name: &str) -> Self {
        self.objects
            .retain(|object| object["kind"] != kind || object["metadata"]["name"] != name);
        self
    }

    /// Changes an object.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn changed(mut self, kind: &str, name: &str, change: impl FnOnce(&mut Value)) -> Self {
        let found = self
            .objects
            .iter_mut()
            .find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
        change(found.expect("the object must be there"));
        self
    }

    /// Adds an account.
    #[must_use]
    pub fn account(self) -> Self {
        let name = self.name.clone();
        self.with(json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name }, "automountServiceAccountToken": false }))
    }

    /// Adds a configuration with one value.
    #[must_use]
    pub fn config(self, name: &str, key: &str, value: &str) -> Self {
        self.with(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": { key: value } }))
    }

    /// Adds a Secret whose values are made once.
    #[must_use]
    pub fn generated(self, name: &str, keys: &str) -> Self {
        self.with(json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": { "name": name, "annotations": { ANNOTATION_GENERATE: keys } } }))
    }

    /// Adds a Secret with a value in clear, as `raw` may have one.
    #[must_use]
    pub fn secret(self, name: &str, key: &str, value: &str) -> Self {
        self.with(json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": { "name": name }, "stringData": { key: value } }))
    }

    /// Adds a claim.
    #[must_use]
    pub fn claim(self, name: &str, size: &str) -> Self {
        self.with(json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": name },
            "spec": { "accessModes": ["ReadWriteOnce"], "storageClassName": "standard", "resources": { "requests": { "storage": size } } },
        }))
    }

    /// Adds a Deployment that uses all Secrets that are there already.
    #[must_use]
    pub fn deployment(self, name: &str, replicas: u32) -> Self {
        let selector = self.selector(name);
        let secrets: Vec<&str> = self
            .objects
            .iter()
            .filter(|object| object["kind"] == "Secret")
            .filter_map(|object| object["metadata"]["name"].as_str())
            .collect();
        let mut template =
            json!({ "metadata": { "labels": self.labels_of_pods(name) }, "spec": self.pod(name) });
        if !secrets.is_empty() {
            template["metadata"]["annotations"] = json!({ ANNOTATION_SECRETS: secrets.join(",") });
        }
        self.with(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name },
            "spec": { "replicas": replicas, "selector": { "matchLabels": selector }, "template": template },
        }))
    }

    /// Adds a Service in front of a Deployment.
    #[must_use]
    pub fn service(self, name: &str) -> Self {
        let selector = self.selector(name);
        self.with(json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": name },
            "spec": { "selector": selector, "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }] },
        }))
    }

    /// Adds a network policy.
    #[must_use]
    pub fn policy(self, name: &str) -> Self {
        let selector = self.selector(name);
        self.with(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": { "name": name },
            "spec": { "podSelector": { "matchLabels": selector }, "policyTypes": ["Ingress"], "ingress": [{ "ports": [{ "port": 8080, "protocol": "TCP" }] }] },
        }))
    }

    /// Adds a schedule.
    #[must_use]
    pub fn schedule(self, name: &str) -> Self {
        let mut pod = self.pod(name);
        pod["restartPolicy"] = json!("Never");
        self.with(json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": name },
            "spec": { "schedule": "0 3 1 1 *", "jobTemplate": { "spec": { "template": { "spec": pod } } } },
        }))
    }

    /// Adds a migration.
    #[must_use]
    pub fn migration(self, name: &str) -> Self {
        let mut pod = self.pod(name);
        pod["restartPolicy"] = json!("Never");
        self.with(json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": name, "annotations": { ANNOTATION_PHASE: PHASE_MIGRATE } },
            "spec": { "backoffLimit": 0, "template": { "spec": pod } },
        }))
    }

    /// Returns it as compiling hands it to planning.
    ///
    /// # Panics
    /// If a name is none.
    pub fn desired(&self) -> Desired {
        let mut objects: Vec<Object> = self
            .objects
            .iter()
            .map(|json| Object::from_json(json.clone(), None).expect("an object must have a name"))
            .collect();
        objects.sort_by(|one, other| one.id.cmp(&other.id));
        Desired {
            estate: self.estate.clone(),
            application: AppName::parse(&self.name).expect("the name must be one"),
            environment: EnvironmentName::parse("test").expect("the name must be one"),
            namespace: NamespaceName::parse(&self.namespace).expect("the name must be one"),
            previous_names: self.previous_names.clone(),
            after: self.after.clone(),
            image: Some(self.image.clone()),
            timeout_seconds: self.timeout_seconds,
            objects,
        }
    }

    fn labels(&self) -> Vec<(&'static str, String)> {
        vec![
            (LABEL_ESTATE, self.estate.clone()),
            (LABEL_APPLICATION, self.name.clone()),
            (LABEL_ENVIRONMENT, "test".to_owned()),
            (LABEL_MANAGED_BY, "steading".to_owned()),
        ]
    }

    fn selector(&self, name: &str) -> Value {
        json!({ "app.kubernetes.io/instance": self.name, "app.kubernetes.io/component": name })
    }

    fn labels_of_pods(&self, name: &str) -> Value {
        let mut labels = self.selector(name);
        for (label, value) in self.labels() {
            labels[label] = json!(value);
        }
        labels
    }

    fn pod(&self, name: &str) -> Value {
        json!({
            "terminationGracePeriodSeconds": 1,
            "containers": [{
                "name": name, "image": self.image, "ports": [{ "name": "http", "containerPort": 8080 }],
                "env": [{ "name": "COLOUR", "value": "red" }],
                "resources": { "requests": { "cpu": "10m", "memory": "16Mi" }, "limits": { "memory": "32Mi" } },
            }],
        })
    }
}
