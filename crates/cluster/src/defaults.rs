//! Which fields come back by themselves: what a takeover leaves to nobody.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use serde_json::Value;
use steading_model::ObjectId;
use steading_model::desired::FIELD_MANAGER;
use steading_plan::takeover::Trial;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;

/// How many requests are under way side by side.
const SIDE_BY_SIDE: usize = 16;

/// Asks the server how objects would be without what may be defaults, by dry runs. An object of which the server would rather not say
/// (a field was needed, or cannot change) is left out.
///
/// # Errors
/// If the server does not answer.
pub async fn defaults(
    cluster: &Cluster,
    trials: &[Trial],
) -> Result<BTreeMap<ObjectId, Value>, RequestError> {
    let answers = stream::iter(trials).map(|trial| async {
        let answer = answer(cluster, trial).await?;
        Ok(answer.map(|answer| (trial.id.clone(), answer)))
    });
    let answers: Vec<Option<(ObjectId, Value)>> =
        answers.buffered(SIDE_BY_SIDE).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
}

async fn answer(cluster: &Cluster, trial: &Trial) -> Result<Option<Value>, RequestError> {
    let Trial { id, object } = trial;
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let Some(kind) = cluster.kind_of(id, version).await? else {
        return Ok(None);
    };
    let path = kind.path_of(id.namespace.as_deref(), &id.name);
    let call = Call::new(Method::PUT, path, format!("try the defaults of `{id}`"));
    let call = call
        .query("dryRun", "All")
        .query("fieldManager", FIELD_MANAGER)
        .json("application/json", object);
    match cluster.fetch(call).await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match error.fault {
            Fault::Unreachable | Fault::Unauthenticated | Fault::Garbled => Err(error),
            _ => Ok(None),
        },
    }
}
