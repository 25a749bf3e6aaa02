//! Server faults delay, never corrupt.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use steading_testkit::{App, Fault, Faults, Seen, namespace, objects_of, remains};

use crate::ground::{Scene, complete, shared};

/// Releases and changes an application while every third request of a method to the same path, from the first, has a fault; what comes
/// out must be as without.
async fn delayed(name: &str, method: &'static str, fault: Fault) {
    let namespace = namespace(name);
    // By path: a count over all of them could hit every try of one request, when others come between.
    let counts: Mutex<BTreeMap<String, u32>> = Mutex::default();
    let faults = Faults::by(move |seen: &Seen| {
        if seen.method != method {
            return None;
        }
        let mut counts = counts.lock().unwrap();
        let count = counts.entry(seen.path.clone()).or_default();
        *count += 1;
        (*count % 3 == 1).then_some(fault)
    });
    let scene = Scene::through("ann", &faults).await;
    let client = shared().await.client().await.unwrap();
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let changed = App::usual("shop", &namespace)
        .image("registry.lab/app:2")
        .changed("ConfigMap", "settings", |object| {
            object["data"]["colour"] = json!("blue");
        })
        .without("Service", "web")
        .migration("migrate-2")
        .desired();
    complete(&scene.release(std::slice::from_ref(&changed)).await, 1);
    assert!(
        faults.seen().iter().any(|seen| seen.method == method),
        "no {method} was sent"
    );
    let calm = Scene::new("bob").await;
    let (_, plan, _) = calm.plan(&[changed]).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
    let objects = objects_of(&client, &namespace).await;
    assert!(objects.contains_key("Job/migrate-2") && !objects.contains_key("Service/web"));
    let (phases, holder, orphans) = remains(&client, &namespace).await;
    assert_eq!(
        phases.values().map(String::as_str).collect::<Vec<_>>(),
        ["Complete", "Complete"]
    );
    assert_eq!((holder.as_str(), orphans), ("", 0));
}

macro_rules! delays {
    ($($name:ident: $method:literal $fault:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                delayed(&stringify!($name).replace('_', "-"), $method, $fault).await;
            }
        )*
    };
}

delays! {
    guarantee_8_reads_that_are_throttled: "GET" Fault::Status(429, Some(1));
    guarantee_8_reads_that_break: "GET" Fault::Status(500, None);
    guarantee_8_reads_that_are_reset: "GET" Fault::Reset;
    guarantee_8_reads_that_are_slow: "GET" Fault::Slow(Duration::from_millis(300));
    guarantee_8_applies_that_are_throttled: "PATCH" Fault::Status(429, None);
    guarantee_8_applies_that_break: "PATCH" Fault::Status(500, None);
    guarantee_8_applies_that_are_unavailable: "PATCH" Fault::Status(503, None);
    guarantee_8_applies_that_are_reset: "PATCH" Fault::Reset;
    guarantee_8_applies_whose_answer_is_lost: "PATCH" Fault::ResetAfter;
    guarantee_8_creates_that_break: "POST" Fault::Status(500, None);
    guarantee_8_creates_whose_answer_is_lost: "POST" Fault::ResetAfter;
    guarantee_8_renewals_whose_answer_is_lost: "PUT" Fault::ResetAfter;
    guarantee_8_renewals_that_conflict: "PUT" Fault::Status(409, None);
    guarantee_8_deletes_that_break: "DELETE" Fault::Status(500, None);
    guarantee_8_deletes_whose_answer_is_lost: "DELETE" Fault::ResetAfter;
}

#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for_forever() {
    let namespace = namespace("lost");
    let faults = Faults::by(|seen: &Seen| {
        (seen.method == "PATCH" && seen.index.is_multiple_of(7)).then_some(Fault::Lost)
    });
    let mut scene = Scene::through("ann", &faults).await;
    scene.settings.lease = Duration::from_secs(2);
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
}

#[tokio::test]
async fn a_list_whose_continuation_expired_begins_again() {
    let namespace = namespace("expired");
    let faults = Faults::by(|seen: &Seen| (seen.index == 4).then_some(Fault::Status(410, None)));
    let scene = Scene::through("ann", &faults).await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    assert!(faults.seen().len() > 4);
}
