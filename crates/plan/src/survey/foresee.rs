//! Which Secrets will change, and what their digests will be.

use serde_json::Value;
use steading_model::Object;

use super::{Finding, Survey};
use crate::expected::Foreseen;
use crate::live::Opened;
use crate::mask::secret_digest;
use crate::step::FieldChange;

/// Returns the digest that a Secret will have, if it changes.
pub(super) fn foresee(survey: &Survey<'_>, object: &Object, finding: &Finding) -> Option<Foreseen> {
    let is_plain = object.id.kind.is("", "Secret");
    match finding {
        Finding::Same(_) | Finding::Left(_) | Finding::Held(_) => None,
        Finding::Missing(generate) if is_plain && generate.is_empty() => {
            Some(Foreseen::Known(secret_digest(&survey.expected(object))))
        }
        Finding::Different(difference) if is_plain && difference.generate.is_empty() => {
            let live = Opened::new(survey.observed.objects.get(&object.id)?);
            let mut after = live.value().clone();
            for change in &difference.changes {
                overlay(&mut after, change);
            }
            Some(Foreseen::Known(secret_digest(&after)))
        }
        // A change of a database cluster does not touch its credentials.
        Finding::Different(_) if is_database(object) => None,
        Finding::Missing(_) | Finding::Different(_) => Some(Foreseen::Unknown),
    }
}

/// Applies a change of one value of a Secret.
fn overlay(secret: &mut Value, change: &FieldChange) {
    let key = change
        .path
        .strip_prefix("data.")
        .or_else(|| change.path.strip_prefix("data[")?.strip_suffix(']'));
    let Some(key) = key else { return };
    match &change.after {
        Some(value) => secret["data"][key] = value.clone(),
        None => {
            if let Some(values) = secret["data"].as_object_mut() {
                values.remove(key);
            }
        }
    }
}

/// Returns the names of the Secrets that an object is or makes.
pub(super) fn made_secrets(object: &Object) -> Vec<String> {
    let spec = &object.json["spec"];
    let named = |value: &Value| value.as_str().map(str::to_owned);
    match object.id.kind.kind.as_str() {
        "Secret" if object.id.kind.group.is_empty() => vec![object.id.name.clone()],
        "InfisicalSecret" => named(&spec["managedSecretReference"]["secretName"])
            .into_iter()
            .chain(
                spec["managedKubeSecretReferences"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|reference| named(&reference["secretName"])),
            )
            .collect(),
        "ExternalSecret" => {
            vec![named(&spec["target"]["name"]).unwrap_or_else(|| object.id.name.clone())]
        }
        "SealedSecret" => vec![object.id.name.clone()],
        // `CloudNativePG` keeps an application's credentials in the Secret that is called after the cluster.
        "Cluster" if is_database(object) => vec![format!("{}-app", object.id.name)],
        _ => Vec::new(),
    }
}

fn is_database(object: &Object) -> bool {
    object.id.kind.is("postgresql.cnpg.io", "Cluster")
}
