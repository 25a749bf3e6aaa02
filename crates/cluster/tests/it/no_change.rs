//! A plan in which nothing changes asks little, however many applications there are.

use std::collections::BTreeSet;

use serde_json::json;
use steading_model::desired::{Desired, LABEL_ESTATE};
use steading_testkit::{App, Faults, namespace};

use crate::ground::{Scene, complete};

/// How many applications.
const MANY: usize = 6;

/// Makes applications of one estate, each in a namespace of its own.
fn estate(name: &str) -> Vec<Desired> {
    let one = |number| {
        let app = App::new("shop", &format!("{name}-{number}"));
        let app = app.account().config("settings", "colour", "red");
        let app = app.generated("keys", "TOKEN").deployment("web", 0);
        let mut desired = app.service("web").policy("web").desired();
        name.clone_into(&mut desired.estate);
        for object in &mut desired.objects {
            object.json["metadata"]["labels"][LABEL_ESTATE] = json!(name);
        }
        desired
    };
    (0..MANY).map(one).collect()
}

#[tokio::test]
async fn it_sends_one_list_per_kind_for_all_applications_together() {
    let desired = estate(&namespace("estate"));
    complete(&Scene::new("ann").await.release(&desired).await, MANY);

    let faults = Faults::none();
    let (_, plan, report) = Scene::through("bob", &faults).await.plan(&desired).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
    assert_eq!(report.not_done, Vec::new());
    assert_eq!(
        plan.unchanged,
        desired.iter().map(|one| one.objects.len()).sum::<usize>()
    );

    let seen = faults.seen();
    let writes: Vec<_> = seen.iter().filter(|seen| seen.method != "GET").collect();
    assert!(writes.is_empty(), "not even a dry run: {writes:#?}");
    let paths: BTreeSet<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths.len(), seen.len(), "none twice: {seen:#?}");
    let objects = desired.iter().flat_map(|one| &one.objects);
    let kinds: BTreeSet<_> = objects.map(|object| &object.id.kind).collect();
    // One list per kind, that of the records, and the key of digests.
    assert_eq!(seen.len(), kinds.len() + 2, "{seen:#?}");
}
