//! Applications that change together and need each other are complete together, or put back together.

use steading_cluster::{ApplyError, Ended};
use steading_model::Desired;
use steading_plan::{Reason, release_key};
use steading_testkit::{App, namespace, objects_of, remains};

use crate::ground::{Scene, complete, ended, shared};

/// A database, what needs it, what needs that, and one that needs nobody.
fn applications(estate: &str, image: &str, image_of_web: &str) -> Vec<Desired> {
    let of = |name: &str, image: &str| {
        App::of(estate, name, &format!("{estate}-{name}"))
            .config("settings", "image", image)
            .deployment("web", 1)
            .image(image)
            .within(6)
    };
    vec![
        of("database", image).desired(),
        of("api", image).after("database").desired(),
        of("web", image_of_web).after("api").desired(),
        of("wiki", image).desired(),
    ]
}

#[tokio::test]
async fn a_failure_puts_its_whole_group_back_and_nobody_else() {
    let estate = namespace("together");
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    let old = applications(&estate, "registry.lab/app:1", "registry.lab/app:1");
    complete(&scene.release(&old).await, 4);
    let place = |name: &str| format!("{estate}-{name}");
    let mut before = Vec::new();
    for name in ["database", "api", "web"] {
        before.push(objects_of(&client, &place(name)).await);
    }

    let new = applications(
        &estate,
        "registry.lab/app:2",
        "registry.lab/app:2-lab-crash",
    );
    let outcomes = scene.release(&new).await;
    let web = release_key(&new[2]);
    assert!(
        matches!(ended(&outcomes, "web"), Ended::Reverted { why, .. } if matches!(why, ApplyError::NotReady { .. } | ApplyError::Failed { .. })),
        "{outcomes:#?}"
    );
    for name in ["database", "api"] {
        assert!(
            matches!(ended(&outcomes, name), Ended::Reverted { why: ApplyError::Together { key, .. }, .. } if **key == web),
            "{outcomes:#?}"
        );
    }
    assert!(ended(&outcomes, "wiki").is_complete());
    for (name, before) in ["database", "api", "web"].into_iter().zip(before) {
        assert_eq!(objects_of(&client, &place(name)).await, before, "{name}");
        let (phases, holder, orphans) = remains(&client, &place(name)).await;
        assert_eq!((holder.as_str(), orphans), ("", 0));
        assert_eq!(phases[&format!("{name}-test-2")], "Reverted");
    }

    // The version of the one that failed is not tried again by itself, and so neither are those that belong to it.
    let (_, plan, report) = scene.plan(&new).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
    let reason = |name: &str| {
        let mut notes = report.not_done.iter();
        &notes
            .find(|note| note.key.application == name)
            .unwrap()
            .reason
    };
    assert!(matches!(reason("web"), Reason::Quarantined(_)));
    for name in ["database", "api"] {
        assert_eq!(*reason(name), Reason::Together(web.clone()));
    }
    let fixed = applications(&estate, "registry.lab/app:2", "registry.lab/app:3");
    complete(&scene.release(&fixed).await, 3);
}

#[tokio::test]
async fn what_a_new_application_needs_stays_when_it_fails() {
    let estate = namespace("first");
    let scene = Scene::new("ann").await;
    let desired = applications(
        &estate,
        "registry.lab/app:1",
        "registry.lab/app:1-lab-crash",
    );
    let outcomes = scene.release(&desired).await;
    for name in ["database", "api", "wiki"] {
        assert!(ended(&outcomes, name).is_complete(), "{outcomes:#?}");
    }
    assert!(matches!(ended(&outcomes, "web"), Ended::Reverted { .. }));
}

#[tokio::test]
async fn a_group_begins_only_when_all_of_it_can() {
    let estate = namespace("held");
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    let old = applications(&estate, "registry.lab/app:1", "registry.lab/app:1");
    complete(&scene.release(&old).await, 4);
    let new = applications(&estate, "registry.lab/app:2", "registry.lab/app:2");
    let (observation, plan, _) = scene.plan(&new).await;
    // Somebody changes an object of the one that comes last.
    let maps: kube::Api<k8s_openapi::api::core::v1::ConfigMap> =
        kube::Api::namespaced(client.clone(), &format!("{estate}-web"));
    let options = kube::api::PatchParams::apply("somebody").force();
    let edit = serde_json::json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" }, "data": { "image": "by hand" } });
    maps.patch("settings", &options, &kube::api::Patch::Apply(edit))
        .await
        .unwrap();
    let run = scene.run(&steading_cluster::Silent);
    let outcomes = steading_cluster::apply(&run, &observation, &plan).await;
    for name in ["database", "api"] {
        assert!(
            matches!(
                ended(&outcomes, name),
                Ended::Refused(ApplyError::Together { .. })
            ),
            "{outcomes:#?}"
        );
        let (phases, holder, orphans) = remains(&client, &format!("{estate}-{name}")).await;
        assert_eq!((phases.len(), holder.as_str(), orphans), (1, "", 0));
    }
    assert!(matches!(
        ended(&outcomes, "web"),
        Ended::Refused(ApplyError::Moved { .. })
    ));
    assert!(ended(&outcomes, "wiki").is_complete());
}
