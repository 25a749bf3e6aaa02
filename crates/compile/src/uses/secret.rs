//! The credentials of what is used: where they are, and how containers refer to them.

use steading_model::application::Secrets;
use steading_model::name::SecretPath;

use super::Use;
use crate::codes::BAD_SECRET_NAME;
use crate::scope::{Output, Scope};
use crate::secret as backend;
use crate::substitute::{Fact, SecretFact};

/// Returns a fact that is a key of the entry's Secret in the estate's backend.
pub(super) fn fact(scope: &Scope<'_>, one: &Use<'_>, name: &str) -> Option<Fact> {
    let keys = one.entry.secret_keys();
    let (_, key) = keys.iter().find(|(fact, _)| fact == name)?;
    let asked = asked(scope, one).ok()?;
    let secret = backend::name(scope, asked.as_ref())?;
    Some(reference(one, name, secret, key.clone()))
}

/// Returns a fact that is a key of a Secret.
pub(super) fn reference(one: &Use<'_>, name: &str, secret: String, key: String) -> Fact {
    let words = format!("STEADING_{}_{name}", one.entry.name);
    let variable = words.to_uppercase().replace('-', "_");
    Fact::Secret(SecretFact {
        variable,
        secret,
        key,
    })
}

/// Sees to it that the Secrets of what a component or a job uses are there.
pub(crate) fn bring(scope: &Scope<'_>, owner: &str, output: &mut Output) {
    for one in super::of(scope, owner) {
        if one.entry.secret_keys().is_empty() {
            continue;
        }
        let path = one.path(scope);
        match asked(scope, &one) {
            Ok(asked) => {
                let keys = one.entry.secret_keys();
                let keys = keys.into_iter().map(|(_, key)| key.clone());
                let wanted = backend::Wanted::Keys(keys.collect());
                backend::place(scope, asked.as_ref(), (&path, wanted), output);
            }
            Err(problem) => {
                let message = format!("`{path}`: the place of its credentials {problem}");
                let help = "change `secret.path` of the entry";
                output.error(scope, BAD_SECRET_NAME, &path, message, help);
            }
        }
    }
}

/// Returns what is asked of the backend: the place that the entry names, else the application's own.
fn asked(scope: &Scope<'_>, one: &Use<'_>) -> Result<Option<Secrets>, String> {
    let fields = one.entry.fields.and_then(|fields| fields.secret.as_ref());
    let main = scope.application.main_component();
    let own = main.and_then(|main| main.fields.secrets.clone());
    let Some(path) = fields.and_then(|secret| secret.path.as_ref()) else {
        return Ok(own);
    };
    let path = SecretPath::parse(&super::facts::filled(scope, Some(path), ""))?;
    Ok(Some(Secrets {
        path: Some(path),
        environment: None,
        env: steading_model::application::SecretEnv::default(),
        files: std::collections::BTreeMap::new(),
        all: None,
        generate: Vec::new(),
        from: std::collections::BTreeMap::new(),
    }))
}
