//! What is released in a storm: small applications in a few versions, and what each version looks like when it is alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steading_model::Desired;
use steading_testkit::{App, objects_of};

use crate::ground::{Scene, complete, shared};
use crate::state::comparable;

/// The versions; the first is there before each round.
pub(super) const VERSIONS: u64 = 4;
/// The applications of an estate.
pub(super) const APPLICATIONS: [&str; 3] = ["anvil", "bell", "crane"];

/// Whether an application has pods: waiting for them makes a release last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pods {
    With,
    Without,
}

/// Returns the namespace of an application.
pub(super) fn namespace(estate: &str, application: &str) -> String {
    format!("{estate}-{application}")
}

/// Returns the image of a version, by which its record says which it is.
pub(super) fn image(version: u64) -> String {
    format!("registry.lab/app:{version}")
}

/// Returns a version of an application: something in it changes, comes and goes from version to version.
pub(super) fn desired(estate: &str, application: &str, version: u64, pods: Pods) -> Desired {
    let text = version.to_string();
    let app = App::of(estate, application, &namespace(estate, application))
        .image(&image(version))
        .within(30)
        .config("settings", "version", &text)
        .config(&format!("only-{version}"), "version", &text)
        .generated("keys", "TOKEN")
        .secret("login", "password", &format!("in-clear-{version}"))
        .service("web")
        .changed("Service", "web", |object| {
            object["spec"]["ports"][0]["port"] = json!(8000 + version);
        });
    match pods {
        Pods::With => app.deployment("web", 1).desired(),
        Pods::Without => app.desired(),
    }
}

/// What each version of each application looks like.
pub(super) struct References(BTreeMap<(String, u64, Pods), BTreeMap<String, Value>>);

impl References {
    /// Releases each version once, in peace.
    pub(super) async fn gather() -> Self {
        let client = shared().await.client().await.unwrap();
        let mut all = BTreeMap::new();
        for (version, pods) in
            (1..=VERSIONS).flat_map(|version| [(version, Pods::With), (version, Pods::Without)])
        {
            let estate = format!("calm-{version}-{pods:?}").to_lowercase();
            let wanted = APPLICATIONS.map(|name| desired(&estate, name, version, pods));
            let outcomes = Scene::new("ann").await.release(&wanted).await;
            complete(&outcomes, APPLICATIONS.len());
            for name in APPLICATIONS {
                let objects = objects_of(&client, &namespace(&estate, name)).await;
                all.insert(
                    (name.to_owned(), version, pods),
                    comparable(objects, &estate),
                );
            }
        }
        Self(all)
    }

    pub(super) fn of(
        &self,
        application: &str,
        version: u64,
        pods: Pods,
    ) -> &BTreeMap<String, Value> {
        &self.0[&(application.to_owned(), version, pods)]
    }
}
