//! Secrets: where their values come from, and the objects that bring them into the namespace.
//!
//! The values are never here. With Infisical its operator makes the Secret (and removes it again with its declaration); with
//! existing Secrets someone else does; keys to `generate` are made once when the Secret is first applied, and kept.

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::Secrets;
use steading_model::desired::ANNOTATION_GENERATE;
use steading_model::estate::{Existing, Infisical, Template};
use steading_model::name::SubdomainName;

use crate::basis::Source;
use crate::codes::{BAD_SECRET_NAME, NO_SECRET_BACKEND};
use crate::json::Fields;
use crate::names;
use crate::scope::{Output, Scope};

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
    /// Where it is asked for.
    path: FieldPath,
}

/// Returns the name of the Secret that holds the values of a place, and remembers that it is needed.
pub(crate) fn place(
    scope: &Scope<'_>,
    secrets: Option<&Secrets>,
    path: &FieldPath,
    output: &mut Output,
) -> Option<String> {
    let backend = &scope.estate.fields.secrets;
    if let Some(infisical) = &backend.infisical {
        return Some(synced(scope, infisical, secrets, path, output));
    }
    let Some(existing) = &backend.existing else {
        let message = "the estate does not say where secret values come from";
        let help = "add `secrets: { existing: {} }` or `secrets: { infisical: … }` to the estate, or use `secrets.generate`";
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
    let backend = &scope.estate.fields.secrets;
    match (&backend.infisical, &backend.existing) {
        (Some(infisical), _) => Some(synced_name(scope, infisical, secrets)),
        (None, Some(existing)) => Some(existing_name(scope, existing, secrets)),
        (None, None) => None,
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
    let Some(infisical) = &scope.estate.fields.secrets.infisical else {
        return;
    };
    for (name, place) in std::mem::take(&mut output.secrets) {
        let target = target(scope, &name, "Opaque");
        let object = infisical_secret(
            scope,
            infisical,
            &name,
            (&place.folder, &place.environment),
            target.into(),
        );
        output.push(scope, object, &place.path);
    }
    pull_secret(scope, infisical, output);
}

/// Adds the secret for the own registry, where the estate says where its credentials are.
fn pull_secret(scope: &Scope<'_>, infisical: &Infisical, output: &mut Output) {
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
    let template = Fields::new().with(
        "data",
        Fields::new().with(".dockerconfigjson", docker_config(host)),
    );
    let target =
        target(scope, name.as_str(), "kubernetes.io/dockerconfigjson").with("template", template);
    let environment = default_environment(scope);
    let object = infisical_secret(
        scope,
        infisical,
        name.as_str(),
        (folder.as_str(), &environment),
        target.into(),
    );
    output.push(scope, object, &scope.application.field("image"));
}

/// Returns the template with which the operator writes the registry's credentials. `toJson` quotes what is in them: a password with
/// a quote or a backslash would else give a Secret that fails only when an image is pulled.
fn docker_config(host: &str) -> String {
    let user = format!(".{REGISTRY_USER}.Value");
    let password = format!(".{REGISTRY_PASSWORD}.Value");
    let auth = format!("{{{{ printf \"%s:%s\" {user} {password} | b64enc }}}}");
    format!(
        r#"{{"auths":{{"{host}":{{"username":{{{{ {user} | toJson }}}},"password":{{{{ {password} | toJson }}}},"auth":"{auth}"}}}}}}"#
    )
}

fn synced(
    scope: &Scope<'_>,
    infisical: &Infisical,
    secrets: Option<&Secrets>,
    path: &FieldPath,
    output: &mut Output,
) -> String {
    let name = synced_name(scope, infisical, secrets);
    let (folder, environment) = infisical_place(scope, infisical, secrets);
    let place = || SecretPlace {
        folder,
        environment,
        path: path.clone(),
    };
    output.secrets.entry(name.clone()).or_insert_with(place);
    name
}

fn synced_name(scope: &Scope<'_>, infisical: &Infisical, secrets: Option<&Secrets>) -> String {
    let place = infisical_place(scope, infisical, secrets);
    let main = scope.application.main_component();
    let main = main.and_then(|component| component.fields.secrets.as_ref());
    if place == infisical_place(scope, infisical, main) {
        return default_name(scope);
    }
    let (folder, environment) = place;
    let slug = names::slug(&format!("{environment}{folder}"));
    format!("{}-{slug}", default_name(scope))
}

/// Returns the folder and the environment of the backend.
fn infisical_place(
    scope: &Scope<'_>,
    infisical: &Infisical,
    secrets: Option<&Secrets>,
) -> (String, String) {
    let usual = || match &infisical.path {
        Some(template) => filled(scope, template),
        None => format!("/{}", scope.name()),
    };
    let folder = secrets
        .and_then(|secrets| secrets.path.as_ref())
        .map_or_else(usual, ToString::to_string);
    let environment = secrets.and_then(|secrets| secrets.environment.as_ref());
    let environment = environment.map_or_else(|| default_environment(scope), ToString::to_string);
    (folder, environment)
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
