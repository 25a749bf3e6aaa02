//! Whether an object is ready.

use serde_json::Value;
use steading_model::ObjectId;

/// Whether an object is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// It is.
    Ready,
    /// Not yet, and why.
    Waiting(String),
    /// It will not get ready by itself.
    Failed(String),
}

impl Readiness {
    pub(crate) fn why(&self) -> &str {
        match self {
            Self::Ready => "",
            Self::Waiting(why) | Self::Failed(why) => why,
        }
    }
}

/// Says whether an object is ready.
pub(crate) fn readiness(id: &ObjectId, object: &Value) -> Readiness {
    let status = &object["status"];
    let generation = object["metadata"]["generation"].as_i64().unwrap_or(0);
    let stale = status["observedGeneration"]
        .as_i64()
        .is_none_or(|observed| observed < generation);
    let count = |value: &Value| value.as_i64().unwrap_or(0);
    match (id.kind.group.as_str(), id.kind.kind.as_str()) {
        ("apps", "Deployment") => {
            let wanted = object["spec"]["replicas"].as_i64().unwrap_or(1);
            let ready = !stale
                && count(&status["updatedReplicas"]) >= wanted
                && count(&status["availableReplicas"]) >= wanted
                && count(&status["replicas"]) <= wanted;
            if ready {
                Readiness::Ready
            } else {
                Readiness::Waiting(format!(
                    "{} of {wanted} replicas are available",
                    count(&status["availableReplicas"])
                ))
            }
        }
        ("batch", "Job") => condition(status, "Failed")
            .map(Readiness::Failed)
            .or_else(|| condition(status, "Complete").map(|_| Readiness::Ready))
            .unwrap_or_else(|| Readiness::Waiting("it has not ended".to_owned())),
        ("", "PersistentVolumeClaim") if status["phase"] != "Bound" => {
            Readiness::Waiting("it is not bound".to_owned())
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition")
            if condition(status, "Established").is_none() =>
        {
            Readiness::Waiting("it is not established".to_owned())
        }
        _ => Readiness::Ready,
    }
}

fn condition(status: &Value, name: &str) -> Option<String> {
    let condition = status["conditions"]
        .as_array()?
        .iter()
        .find(|condition| condition["type"] == name && condition["status"] == "True")?;
    Some(condition["message"].as_str().unwrap_or(name).to_owned())
}
