//! Waiting until somebody answers behind a Service.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::{Health, health};

use super::error::ApplyError;
use super::hold::Hold;
use crate::kind::built_in;
use crate::list::{Age, Filter, label_selector};
use crate::progress::Event;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until every Service among the objects has a ready pod behind it; one without any pod (its workload is parked) is not waited for.
pub(crate) async fn until_answered(
    hold: &Hold<'_>,
    live: &BTreeMap<ObjectId, Value>,
    ids: &[ObjectId],
    until: Instant,
) -> Result<(), ApplyError> {
    let started = Instant::now();
    for id in ids.iter().filter(|id| id.kind.is("", "Service")) {
        let Some(service) = live.get(id).filter(|service| !is_parked(live, service)) else {
            continue;
        };
        loop {
            let health = answered(hold, id, service).await?;
            if health.is_current() {
                break;
            }
            if Instant::now() >= until {
                let (object, seconds) = (Box::new(id.clone()), started.elapsed().as_secs());
                return Err(ApplyError::NotReady {
                    object,
                    why: health.message,
                    seconds,
                });
            }
            hold.report(&Event::Waiting {
                object: id.clone(),
                why: health.message,
            });
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = hold.cancelled() => return Err(ApplyError::Cancelled),
            }
        }
    }
    Ok(())
}

async fn answered(hold: &Hold<'_>, id: &ObjectId, service: &Value) -> Result<Health, ApplyError> {
    let Some(selector) = label_selector(&service["spec"]["selector"]) else {
        return Ok(health(Some(service)));
    };
    let within = || Filter::within(id.namespace.as_deref()).aged(Age::Any);
    let of_service = within().labelled(format!("kubernetes.io/service-name={}", id.name));
    let slices = hold
        .cluster
        .list_values(&built_in("discovery.k8s.io", "EndpointSlice"), &of_service)
        .await;
    let answered = health::endpoints(service, &slices.map_err(ApplyError::Request)?);
    if answered.is_current() {
        return Ok(answered);
    }
    let pods = within().labelled(selector);
    let pods = hold
        .cluster
        .list(&built_in("", "Pod"), &pods, |_, _| Some(()))
        .await;
    if pods.map_err(ApplyError::Request)?.is_empty() {
        return Ok(health(Some(service)));
    }
    Ok(answered)
}

/// Says whether all that stands behind a Service, as far as it was applied with it, has no pods on purpose.
fn is_parked(live: &BTreeMap<ObjectId, Value>, service: &Value) -> bool {
    let selector = service["spec"]["selector"].as_object();
    let Some(selector) = selector.filter(|labels| !labels.is_empty()) else {
        return false;
    };
    let mut replicas = live
        .values()
        .filter(|object| {
            let labels = &object["spec"]["template"]["metadata"]["labels"];
            selector.iter().all(|(name, value)| labels[name] == *value)
        })
        .map(|workload| &workload["spec"]["replicas"])
        .peekable();
    replicas.peek().is_some() && replicas.all(|replicas| *replicas == 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steading_model::GroupKind;

    use super::*;

    fn workloads(replicas: &[u64]) -> BTreeMap<ObjectId, Value> {
        let workload = |(at, replicas): (usize, &u64)| {
            let id = ObjectId {
                kind: GroupKind::new("apps", "Deployment"),
                namespace: Some("shop".to_owned()),
                name: format!("web-{at}"),
            };
            let template = json!({"metadata": {"labels": {"app": "web", "tier": "a"}}});
            let object = json!({"spec": {"replicas": replicas, "template": template}});
            (id, object)
        };
        replicas.iter().enumerate().map(workload).collect()
    }

    #[test]
    fn a_service_is_parked_where_all_behind_it_have_no_replicas() {
        let web = json!({"spec": {"selector": {"app": "web"}}});
        let rows: [(&[u64], bool); 4] = [
            (&[0], true),
            (&[0, 0], true),
            (&[0, 2], false),
            (&[], false),
        ];
        for (replicas, parked) in rows {
            assert_eq!(
                is_parked(&workloads(replicas), &web),
                parked,
                "{replicas:?}"
            );
        }
        for other in [
            json!({"spec": {"selector": {"app": "api"}}}),
            json!({"spec": {"selector": {}}}),
            json!({"spec": {}}),
        ] {
            assert!(!is_parked(&workloads(&[0]), &other), "{other}");
        }
    }
}
