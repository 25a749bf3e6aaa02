//! Secrets: where their values come from, and the objects that bring them into the namespace.
//!
//! The values are never here. With an operator (External Secrets, Infisical) it makes the Secret, and removes it again with its declaration; with
//! existing Secrets someone else does; keys to `generate` are made once when the Secret is first applied, and kept.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::Secrets;
use steading_model::desired::ANNOTATION_GENERATE;
use steading_model::estate::{Existing, ExternalSecrets, Infisical, StoreKind, Template};
use steading_model::name::{DurationText, SecretKey, SubdomainName};

use crate::basis::Source;
use crate::codes::{BAD_SECRET_NAME, NO_SECRET_BACKEND};
use crate::json::Fields;
use crate::names;
use crate::scope::{Output, Scope};
use crate::substitute::{Fact, SecretFact};

/// The keys of the registry's credentials in the secret backend.
const REGISTRY_USER: &str = "DOCKER_REGISTRY_USERNAME";
const REGISTRY_PASSWORD: &str = "DOCKER_REGISTRY_PASSWORD";

/// A place in the secret backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretPlace {
    /// The folder.
    folder: String,
    /// The environment of the backend.
    environment: String,
    /// The keys that are read.
    keys: BTreeSet<String>,
    /// Whether all of them are.
    is_whole: bool,
    /// Where it is asked for.
    path: FieldPath,
}

/// What is read of a place.
pub(crate) enum Wanted {
    /// These keys.
    Keys(Vec<String>),
    /// Everything.
    All,
}

/// Who brings values into the namespace.
#[derive(Clone, Copy)]
enum Operator<'a> {
    /// External Secrets.
    External(&'a ExternalSecrets),
    /// Infisical's own.
    Infisical(&'a Infisical),
}

impl<'a> Operator<'a> {
    fn of(scope: &Scope<'a>) -> Option<Self> {
        let backend = &scope.estate.fields.secrets;
        let infisical = backend.infisical.as_ref().map(Self::Infisical);
        infisical.or_else(|| backend.external.as_ref().map(Self::External))
    }
}

/// Returns the name of the Secret that holds the values of a place, and remembers that it is needed.
pub(crate) fn place(
    scope: &Scope<'_>,
    secrets: Option<&Secrets>,
    (path, wanted): (&FieldPath, Wanted),
    output: &mut Output,
) -> Option<String> {
    let backend = &scope.estate.fields.secrets;
    if let Some(operator) = Operator::of(scope) {
        return Some(synced(scope, (operator, secrets), (path, wanted), output));
    }
    let Some(existing) = &backend.existing else {
        let message = "the estate does not say where secret values come from";
        let help = "add `secrets: { existing: {} }`, `secrets: { externalSecrets: … }` or `secrets: { infisical: … }` to the estate, or use `secrets.generate`";
        output.error(scope, NO_SECRET_BACKEND, path, message, help);
        return None;
    };
    let name = existing_name(scope, existing, secrets);
    let problem = SubdomainName::parse(&name).err();
    if let Some(problem) = &problem {
        let message = format!("the name of the Secret {problem}");
        output.error(
            scope,
            BAD_SECRET_NAME,
            &path.key("path"),
            message,
            "name a Secret in the application's namespace",
        );
    }
    problem.is_none().then_some(name)
}

/// Returns the name of the Secret that holds the values of a place; none where the estate does not say where they come from.
pub(crate) fn name(scope: &Scope<'_>, secrets: Option<&Secrets>) -> Option<String> {
    let existing = scope.estate.fields.secrets.existing.as_ref();
    match Operator::of(scope) {
        Some(operator) => Some(synced_name(scope, operator, secrets)),
        None => Some(existing_name(scope, existing?, secrets)),
    }
}

fn existing_name(scope: &Scope<'_>, existing: &Existing, secrets: Option<&Secrets>) -> String {
    let usual = || match &existing.name {
        Some(name) => filled(scope, name),
        None => default_name(scope),
    };
    let named = secrets.and_then(|secrets| secrets.path.as_ref());
    named.map_or_else(usual, ToString::to_string)
}

/// Returns a variable that is made once.
pub(crate) fn generated(scope: &Scope<'_>, key: &str, output: &mut Output) -> Source<'static> {
    output.generated.insert(key.to_owned());
    Source::Secret {
        secret: generated_name(scope),
        key: key.to_owned(),
    }
}

/// Returns a key of a container's secrets as a fact; none where the estate does not say where values come from.
pub(crate) fn fact(scope: &Scope<'_>, secrets: Option<&Secrets>, key: &str) -> Option<Fact> {
    let is_made =
        secrets.is_some_and(|secrets| secrets.generate.iter().any(|one| one.as_str() == key));
    let secret = if is_made {
        generated_name(scope)
    } else {
        name(scope, secrets)?
    };
    let key = SecretKey::parse(key).ok()?.to_string();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let words: String = key.chars().map(plain).collect();
    Some(Fact::Secret(SecretFact {
        variable: format!("STEADING_SECRET_{words}"),
        secret,
        key,
    }))
}

/// Returns the name of the Secret with the keys that are made once.
pub(crate) fn generated_name(scope: &Scope<'_>) -> String {
    format!("{}-generated", scope.name())
}

/// Adds the objects that bring the secrets of the application into its namespace.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    if !output.generated.is_empty() {
        let keys: Vec<String> = output.generated.iter().cloned().collect();
        let metadata = scope
            .named(generated_name(scope))
            .annotation(ANNOTATION_GENERATE, keys.join(","));
        let object = metadata.object("v1", "Secret").with("type", "Opaque");
        output.push(scope, object, &asked(scope));
    }
    let Some(operator) = Operator::of(scope) else {
        return;
    };
    for (name, place) in std::mem::take(&mut output.secrets) {
        let object = match operator {
            Operator::External(external) => {
                let target = owned(&name);
                external_secret(scope, external, (&name, &place), target)
            }
            Operator::Infisical(infisical) => {
                let target = target(scope, &name, "Opaque");
                let place = (place.folder.as_str(), place.environment.as_str());
                infisical_secret(scope, infisical, &name, place, target.into())
            }
        };
        output.push(scope, object, &place.path);
    }
    pull_secret(scope, operator, output);
}

/// Adds the secret for the own registry, where the estate says where its credentials are.
fn pull_secret(scope: &Scope<'_>, operator: Operator<'_>, output: &mut Output) {
    let images = &scope.estate.fields.images;
    let (Some(registry), Some(name), Some(folder)) = (
        &images.registry,
        &images.pull_secret,
        &images.pull_secret_path,
    ) else {
        return;
    };
    if !output.pulls_own_images {
        return;
    }
    let host = registry.split('/').next().unwrap_or(registry);
    let image = scope.application.field("image");
    let kind = "kubernetes.io/dockerconfigjson";
    let object = match operator {
        Operator::External(external) => {
            let keys = [REGISTRY_USER, REGISTRY_PASSWORD].map(str::to_owned);
            let place = SecretPlace {
                folder: folder.to_string(),
                environment: String::new(),
                keys: BTreeSet::from(keys),
                is_whole: false,
                path: image.clone(),
            };
            let config = Fields::new().with(".dockerconfigjson", docker_config(host, ""));
            let template = Fields::new()
                .with("type", kind)
                .with("engineVersion", "v2")
                .with("data", config);
            let target = owned(name.as_str()).with("template", template);
            external_secret(scope, external, (name.as_str(), &place), target)
        }
        Operator::Infisical(infisical) => {
            let config = Fields::new().with(".dockerconfigjson", docker_config(host, ".Value"));
            let template = Fields::new().with("data", config);
            let target = target(scope, name.as_str(), kind).with("template", template);
            let environment = default_environment(scope);
            let place = (folder.as_str(), environment.as_str());
            infisical_secret(scope, infisical, name.as_str(), place, target.into())
        }
    };
    output.push(scope, object, &image);
}

/// Returns the template with which the operator writes the registry's credentials. `toJson` quotes what is in them: a password with
/// a quote or a backslash would else give a Secret that fails only when an image is pulled.
fn docker_config(host: &str, suffix: &str) -> String {
    let user = format!(".{REGISTRY_USER}{suffix}");
    let password = format!(".{REGISTRY_PASSWORD}{suffix}");
    let auth = format!("{{{{ printf \"%s:%s\" {user} {password} | b64enc }}}}");
    format!(
        r#"{{"auths":{{"{host}":{{"username":{{{{ {user} | toJson }}}},"password":{{{{ {password} | toJson }}}},"auth":"{auth}"}}}}}}"#
    )
}

fn synced(
    scope: &Scope<'_>,
    (operator, secrets): (Operator<'_>, Option<&Secrets>),
    (path, wanted): (&FieldPath, Wanted),
    output: &mut Output,
) -> String {
    let name = synced_name(scope, operator, secrets);
    let (folder, environment) = backend_place(scope, operator, secrets);
    let place = || SecretPlace {
        folder,
        environment,
        keys: BTreeSet::new(),
        is_whole: false,
        path: path.clone(),
    };
    let place = output.secrets.entry(name.clone()).or_insert_with(place);
    match wanted {
        Wanted::Keys(keys) => place.keys.extend(keys),
        Wanted::All => place.is_whole = true,
    }
    name
}

fn synced_name(scope: &Scope<'_>, operator: Operator<'_>, secrets: Option<&Secrets>) -> String {
    let place = backend_place(scope, operator, secrets);
    let main = scope.application.main_component();
    let main = main.and_then(|component| component.fields.secrets.as_ref());
    if place == backend_place(scope, operator, main) {
        return default_name(scope);
    }
    let (folder, environment) = place;
    let slug = names::slug(&format!("{environment}{folder}"));
    format!("{}-{slug}", default_name(scope))
}

/// Returns the folder and the environment of the backend; a store of External Secrets has no environments of its own.
fn backend_place(
    scope: &Scope<'_>,
    operator: Operator<'_>,
    secrets: Option<&Secrets>,
) -> (String, String) {
    let environment = secrets.and_then(|secrets| secrets.environment.as_ref());
    let environment = environment.map_or_else(|| default_environment(scope), ToString::to_string);
    let (template, fallback) = match operator {
        Operator::External(external) => (&external.path, scope.name().to_owned()),
        Operator::Infisical(infisical) => (&infisical.path, format!("/{}", scope.name())),
    };
    let in_backend = [
        ("application", scope.name()),
        ("environment", environment.as_str()),
    ];
    let usual = || match (template, operator) {
        (Some(template), Operator::External(_)) => template.fill(&in_backend),
        (Some(template), Operator::Infisical(_)) => filled(scope, template),
        (None, _) => fallback,
    };
    let folder = secrets
        .and_then(|secrets| secrets.path.as_ref())
        .map_or_else(usual, ToString::to_string);
    match operator {
        Operator::External(_) => (folder, String::new()),
        Operator::Infisical(_) => (folder, environment),
    }
}

fn default_environment(scope: &Scope<'_>) -> String {
    let environment = scope.estate.environment(&scope.application.environment);
    environment.map_or_else(
        || scope.environment().to_owned(),
        steading_model::estate::Environment::secret_environment,
    )
}

fn default_name(scope: &Scope<'_>) -> String {
    format!("{}-secrets", scope.name())
}

fn filled(scope: &Scope<'_>, template: &Template) -> String {
    template.fill(&[
        ("application", scope.name()),
        ("environment", scope.environment()),
    ])
}

fn infisical_secret(
    scope: &Scope<'_>,
    infisical: &Infisical,
    name: &str,
    (folder, environment): (&str, &str),
    target: Value,
) -> Fields {
    let place = Fields::new()
        .with("projectSlug", infisical.project.as_str())
        .with("envSlug", environment)
        .with("secretsPath", folder);
    let credentials = Fields::new()
        .with("secretName", infisical.credentials.name.as_str())
        .with("secretNamespace", infisical.credentials.namespace.as_str());
    let universal = Fields::new()
        .with("secretsScope", place)
        .with("credentialsRef", credentials);
    let host = infisical
        .host
        .as_ref()
        .map_or("https://app.infisical.com", |host| host.as_str());
    let spec = Fields::new()
        .with("hostAPI", host)
        .with("resyncInterval", infisical.resync_seconds.unwrap_or(60))
        .with(
            "authentication",
            Fields::new().with("universalAuth", universal),
        )
        .with("managedKubeSecretReferences", vec![target]);
    scope
        .named(name)
        .object("secrets.infisical.com/v1alpha1", "InfisicalSecret")
        .with("spec", spec)
}

/// Only the keys that are read are fetched: a place may hold those of others.
fn external_secret(
    scope: &Scope<'_>,
    external: &ExternalSecrets,
    (name, place): (&str, &SecretPlace),
    target: Fields,
) -> Fields {
    let key = |key: &String| {
        let remote = Fields::new()
            .with("key", place.folder.as_str())
            .with("property", key.as_str());
        let data = Fields::new().with("secretKey", key.as_str());
        Value::from(data.with("remoteRef", remote))
    };
    let keys = place.keys.iter().filter(|_| !place.is_whole);
    let whole = || {
        let extract = Fields::new().with("key", place.folder.as_str());
        vec![Value::from(Fields::new().with("extract", extract))]
    };
    let store = external.kind.unwrap_or(StoreKind::Cluster);
    let store = Fields::new()
        .with("kind", store.as_str())
        .with("name", external.store.as_str());
    let refresh = external.refresh.as_ref();
    let spec = Fields::new()
        .with(
            "refreshInterval",
            refresh.map_or("1h", DurationText::as_str),
        )
        .with("secretStoreRef", store)
        .with("data", keys.map(key).collect::<Vec<_>>())
        .with("dataFrom", place.is_whole.then(whole));
    scope
        .named(name)
        .object("external-secrets.io/v1", "ExternalSecret")
        .with("spec", spec.with("target", target))
}

/// The Secret goes when its declaration goes: left behind it would be a copy that nobody rotates.
fn owned(name: &str) -> Fields {
    Fields::new()
        .with("name", name)
        .with("creationPolicy", "Owner")
        .with("deletionPolicy", "Retain")
}

/// The Secret goes when its declaration goes: left behind it would be a copy that nobody rotates.
fn target(scope: &Scope<'_>, name: &str, kind: &str) -> Fields {
    Fields::new()
        .with("secretName", name)
        .with("secretNamespace", scope.namespace())
        .with("secretType", kind)
        .with("creationPolicy", "Owner")
}

fn asked(scope: &Scope<'_>) -> FieldPath {
    let component = scope.application.main_component();
    component.map_or_else(
        || scope.application.field("jobs"),
        |component| component.field("secrets").key("generate"),
    )
}
