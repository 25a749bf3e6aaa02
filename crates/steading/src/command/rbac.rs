//! `steading rbac`: the rights that an application's own CI needs, and no more.

use std::collections::BTreeSet;
use std::io::Write;

use clap::Args;
use serde_json::{Value, json};
use steading_cluster::{KindScope, ServedKind, namespaced_kinds, rights, role};
use steading_model::{GroupKind, Object, emit};
use steading_rules::schema::Catalog;

use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::pipeline::Loaded;
use crate::session::Session;
use crate::wanted::{Wanted, Warnings};

const AFTER_HELP: &str = "\
Examples:
  steading rbac shop --env prod | kubectl apply -f -
  kubectl -n prod-shop create token steading-deploy      a token for the pipeline's kubeconfig";

/// The name of what is printed.
const NAME: &str = "steading-deploy";

/// Print the `ServiceAccount`, `Role` and `RoleBinding` that `steading deploy` needs: rights in one namespace only
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Rbac {
    /// The application
    #[arg(value_name = "APP")]
    application: String,
    /// The environment
    #[arg(long, value_name = "ENV")]
    env: String,
    /// The image with a tag or a digest, where the declaration has none
    #[arg(long, value_name = "REF")]
    image: Option<String>,
    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading rbac`.
pub(crate) fn run(arguments: Rbac, session: &Session) -> Result<Outcome, CommandError> {
    let Rbac {
        application,
        env,
        image,
        output,
    } = arguments;
    let named = std::slice::from_ref(&application);
    let mut loaded = Loaded::read(session)?;
    loaded.override_image(image.as_deref(), named)?;
    let wanted = Wanted::of(session, loaded, &env, named, Warnings::Counted)?;
    let desired = wanted
        .desired
        .first()
        .ok_or_else(|| CommandError::failure(format!("`{application}` is not in `{env}`")))?;
    let namespace = desired.namespace.as_str();
    let kinds = kinds(wanted.loaded.catalog(), &desired.objects);
    let mut role = role(namespace, NAME, &rights(&kinds));
    if let (Some(rules), Some(binds)) = (role["rules"].as_array_mut(), binds(&desired.objects)) {
        rules.push(binds);
    }
    let objects = [account(namespace), role, binding(namespace)];
    match output.output {
        Format::Json => output::json(
            &session.ui,
            &json!({ "apiVersion": "v1", "kind": "List", "items": objects }),
        )?,
        Format::Text => {
            let mut out = session.ui.data();
            for object in &objects {
                writeln!(out, "---\n{}", emit::kubernetes(object).trim_end())?;
            }
        }
    }
    Ok(Outcome::Success)
}

/// Returns the kinds that the application may have in its namespace: all built-in ones, so that a change of the declaration needs no
/// new rights, and the custom ones that it has.
fn kinds(catalog: &Catalog, objects: &[Object]) -> Vec<ServedKind> {
    let mut kinds: BTreeSet<ServedKind> = namespaced_kinds().into_iter().collect();
    kinds.extend(
        objects
            .iter()
            .filter_map(|object| served(catalog, &object.id.kind)),
    );
    kinds.into_iter().collect()
}

/// Returns the right to bind the roles of people, which is not the right to change them; none where the application has no owner.
fn binds(objects: &[Object]) -> Option<Value> {
    let bindings = objects
        .iter()
        .filter(|object| object.id.kind.kind == "RoleBinding");
    let roles: BTreeSet<&str> = bindings
        .map(|binding| &binding.json["roleRef"])
        .filter(|role| role["kind"] == "ClusterRole")
        .filter_map(|role| role["name"].as_str())
        .collect();
    (!roles.is_empty()).then(|| {
        json!({
            "apiGroups": ["rbac.authorization.k8s.io"],
            "resources": ["clusterroles"],
            "resourceNames": roles,
            "verbs": ["bind"],
        })
    })
}

fn served(catalog: &Catalog, kind: &GroupKind) -> Option<ServedKind> {
    let known = catalog.kind(kind)?.served;
    let scope = if known.is_namespaced() {
        KindScope::Namespaced
    } else {
        KindScope::Cluster
    };
    Some(ServedKind {
        kind: kind.clone(),
        version: known.version.clone(),
        plural: known.plural.clone(),
        scope,
    })
}

fn account(namespace: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": NAME, "namespace": namespace } })
}

fn binding(namespace: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": NAME, "namespace": namespace },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME },
        "subjects": [{ "kind": "ServiceAccount", "name": NAME, "namespace": namespace }],
    })
}
