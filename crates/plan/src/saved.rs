//! The inputs of a plan in one value, to be planned again elsewhere: a bug report is a test case.
//!
//! Values of Secrets are replaced by keyed digests, and the key is not saved; since all comparison happens on digests, the same plan comes
//! out.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::name::{AppName, EnvironmentName, NamespaceName};
use steading_model::{Desired, Object};

use crate::mask::{DigestKey, mask_secret};
use crate::observed::{DryRun, Live, Observed};
use crate::options::Options;
use crate::plan::plan;
use crate::report::PlanReport;
use crate::step::Plan;

/// The form that this version writes and reads.
const FORM: u32 = 1;

/// The saved inputs of a plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    form: u32,
    desired: Vec<SavedDesired>,
    observed: Observed,
    options: Options,
}

/// A [`Desired`] as it is saved: without places in files.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedDesired {
    estate: String,
    application: String,
    environment: String,
    namespace: String,
    #[serde(default)]
    previous_names: Vec<String>,
    after: Vec<String>,
    image: Option<String>,
    timeout_seconds: u64,
    objects: Vec<Value>,
}

/// Why saved inputs cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayError(String);

impl fmt::Display for ReplayError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ReplayError {}

impl Saved {
    /// Takes the inputs of a plan, without secret values.
    pub fn new(desired: &[Desired], observed: &Observed, options: &Options) -> Self {
        let key = &options.digest_key;
        Self {
            form: FORM,
            desired: desired
                .iter()
                .map(|desired| SavedDesired::new(desired, key))
                .collect(),
            observed: masked(observed, key),
            options: Options {
                digest_key: DigestKey::default(),
                ..options.clone()
            },
        }
    }

    /// Plans again.
    ///
    /// # Errors
    /// Inputs of another form, or that were edited into something that is no application.
    pub fn replay(&self) -> Result<(Plan, PlanReport), ReplayError> {
        if self.form != FORM {
            let message = format!(
                "the plan was saved in form {}, this version reads form {FORM}",
                self.form
            );
            return Err(ReplayError(message));
        }
        let desired = self
            .desired
            .iter()
            .map(SavedDesired::read)
            .collect::<Result<Vec<Desired>, String>>()
            .map_err(ReplayError)?;
        Ok(plan(&desired, &self.observed, &self.options))
    }
}

impl SavedDesired {
    fn new(desired: &Desired, key: &DigestKey) -> Self {
        let Desired {
            estate,
            application,
            environment,
            namespace,
            previous_names,
            after,
            image,
            timeout_seconds,
            objects,
        } = desired;
        Self {
            estate: estate.clone(),
            application: application.to_string(),
            environment: environment.to_string(),
            namespace: namespace.to_string(),
            previous_names: previous_names.iter().map(AppName::to_string).collect(),
            after: after.iter().map(AppName::to_string).collect(),
            image: image.clone(),
            timeout_seconds: *timeout_seconds,
            objects: objects
                .iter()
                .map(|object| without_values(&object.json, key))
                .collect(),
        }
    }

    fn read(&self) -> Result<Desired, String> {
        let objects = self.objects.iter().map(|json| {
            Object::from_json(json.clone(), None)
                .ok_or_else(|| format!("`{}` holds something that is no object", self.application))
        });
        Ok(Desired {
            estate: self.estate.clone(),
            application: AppName::parse(&self.application)?,
            environment: EnvironmentName::parse(&self.environment)?,
            namespace: NamespaceName::parse(&self.namespace)?,
            previous_names: names(&self.previous_names)?,
            after: names(&self.after)?,
            image: self.image.clone(),
            timeout_seconds: self.timeout_seconds,
            objects: objects.collect::<Result<_, _>>()?,
        })
    }
}

fn names(names: &[String]) -> Result<Vec<AppName>, String> {
    names.iter().map(|name| AppName::parse(name)).collect()
}

fn without_values(object: &Value, key: &DigestKey) -> Value {
    let mut masked = object.clone();
    mask_secret(key, &mut masked);
    masked
}

/// Observing masks what it reads; what was asked apart, and whatever slipped through, is masked here.
fn masked(observed: &Observed, key: &DigestKey) -> Observed {
    let mut observed = observed.clone();
    let secrets = observed
        .objects
        .iter_mut()
        .filter(|(id, _)| id.kind.is("", "Secret"));
    for (_, live) in secrets {
        let object = without_values(&live.parse(), key);
        *live = Live {
            json: serde_json::value::to_raw_value(&object).unwrap_or_default(),
        };
    }
    for answer in observed.details.dry_runs.values_mut() {
        if let DryRun::Accepted(object) = answer {
            mask_secret(key, object);
        }
    }
    for object in observed.details.previous.values_mut() {
        mask_secret(key, object);
    }
    observed
}
