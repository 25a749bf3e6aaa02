//! Fields of `spec` that the estate and its tiers give every application.

use steading_model::FieldPath;
use steading_model::application::Application;
use steading_model::explain::explain;
use steading_model::load::{Declarations, InputFile, load};
use steading_model::resolve::{Overrides, resolve};

use crate::support::{ESTATE, shown, web};

/// Loads two applications of the tier `tiny` with default fields of the estate and of the tier.
fn loaded(estate: &str, tier: &str, application: &str) -> (Declarations, Vec<String>) {
    let text = ESTATE
        .replace(
            "    spec:\n      gracePeriodSeconds: 20\n",
            &format!("    spec:\n{estate}      gracePeriodSeconds: 20\n"),
        )
        .replace("    tiny:\n", &format!("    tiny:\n      spec:\n{tier}"));
    let one = web(&format!("  tier: tiny\n{application}"));
    let (declarations, mut report) = load(vec![
        InputFile::new("estate.yaml", text),
        InputFile::new("applications/web/application.yaml", one.as_str()),
        InputFile::new(
            "applications/other/application.yaml",
            one.replace("name: web", "name: other"),
        ),
    ]);
    for file in &declarations.applications {
        report.extend(resolve(&declarations, file, "prod", &Overrides::default()).1);
    }
    report.sort(&declarations.sources);
    let found = shown(&report, &declarations.sources);
    (declarations, found)
}

fn resolved(declarations: &Declarations) -> Application {
    let file = declarations.application("web").expect("it is there");
    resolve(declarations, file, "prod", &Overrides::default())
        .0
        .expect("it is there")
}

/// Returns the value of a field, and where it comes from.
fn origin(declarations: &Declarations, application: &Application, field: &str) -> Vec<String> {
    let file = declarations.application("web").expect("it is there");
    let field = FieldPath::parse(field).expect("it is there");
    let all = explain(declarations, file, application, Some(&field));
    all.iter()
        .map(|one| format!("{} {}", one.value, one.origin))
        .collect()
}

#[test]
fn a_tier_stands_over_the_estate_and_under_the_application() {
    let estate = "      replicas: 2\n      security: { user: 10 }\n      availability: { tolerateNodeLossSeconds: 30 }\n";
    let tier = "        replicas: 3\n        gracePeriodSeconds: 60\n        env: { LEVEL: tier, TZ: null }\n        availability: { tolerateNodeLossSeconds: 90 }\n";
    let (declarations, found) = loaded(estate, tier, "  replicas: 4\n  env: { OWN: own }\n");
    assert_eq!(found, [""; 0]);
    let application = resolved(&declarations);
    let say = |field: &str| origin(&declarations, &application, field);
    assert_eq!(say("replicas"), ["4 declaration"]);
    assert_eq!(say("gracePeriodSeconds"), ["60 tier tiny"]);
    assert_eq!(say("security"), ["10 estate default"]);
    assert_eq!(say("env"), ["tier tier tiny", "own declaration"]);
    assert_eq!(say("availability"), ["90 tier tiny"]);
    assert_eq!(say("resources.cpu"), ["10m tier tiny"]);
    assert_eq!(application.components[0].fields.replicas, Some(4));
    let availability = application.fields.availability.as_ref().unwrap();
    assert_eq!(availability.tolerate_node_loss_seconds, Some(90));
}

#[test]
fn null_takes_away_what_the_estate_or_the_tier_gives() {
    let own = "  gracePeriodSeconds: null\n  env: { TZ: null }\n  availability: null\n";
    let tier = "        availability: { tolerateNodeLossSeconds: 90 }\n";
    let (declarations, found) = loaded("", tier, own);
    assert_eq!(found, [""; 0]);
    let application = resolved(&declarations);
    assert!(application.components[0].fields.env.is_empty());
    assert_eq!(application.components[0].fields.grace_period_seconds, None);
    assert!(application.fields.availability.is_none());
}

#[test]
fn null_in_a_container_takes_away_what_it_starts_from() {
    let own = "  env: { A: top, B: top }\n  components:\n    web: { env: { TZ: null, A: null }, gracePeriodSeconds: null }\n    worker: {}\n  jobs:\n    tidy: { like: worker, schedule: \"0 4 * * *\", command: [tidy], env: { B: null } }\n";
    let (declarations, found) = loaded("", "        env: { LEVEL: tier }\n", own);
    assert_eq!(found, [""; 0]);
    let application = resolved(&declarations);
    let say = |field: &str| origin(&declarations, &application, field);
    assert_eq!(
        say("components.web.env"),
        ["tier tier tiny", "top declaration"]
    );
    assert_eq!(application.components[0].fields.grace_period_seconds, None);
    assert_eq!(application.components[1].fields.env.len(), 4);
    assert_eq!(
        say("jobs.tidy.env"),
        [
            "Europe/Berlin estate default",
            "tier tier tiny",
            "top declaration"
        ]
    );
}

#[test]
fn a_mistake_is_found_once_however_many_applications_there_are() {
    let estate = "      replicas: many\n      securty: {}\n      availability: { tolerate: 3 }\n";
    let tier = "        scratch: [a]\n";
    let (_, found) = loaded(estate, tier, "");
    assert_eq!(
        found,
        [
            "12:18 ST1001 `spec.tiers.tiny.spec.scratch` must be a mapping, not a list",
            "18:17 ST1001 `spec.defaults.spec.replicas` must be a whole number, not the text \"many\"",
            "19:7 ST1002 unknown key `spec.defaults.spec.securty` (did you mean `security`?)",
            "20:23 ST1002 unknown key `spec.defaults.spec.availability.tolerate` (did you mean `tolerateNodeLossSeconds`?)",
        ]
    );
}

#[test]
fn what_a_default_lacks_stands_in_the_application() {
    let estate =
        "      volumes: { data: { size: 1Gi, data: plain, backup: { none: made anew } } }\n";
    let own = "  volumes: { data: { mountPath: /data } }\n";
    let (_, found) = loaded(estate, "        gracePeriodSeconds: 5\n", own);
    assert_eq!(found, [""; 0]);
}

#[test]
fn what_differs_for_every_application_is_no_default() {
    let (_, found) = loaded(
        "      tier: aux\n      jobs: {}\n",
        "        resources: { cpu: 1 }\n        components: {}\n",
        "",
    );
    assert_eq!(
        found,
        [
            "12:9 ST1234 `spec.tiers.tiny.spec.resources` has no effect beside the tier's `resources` (write them in `resources` of the tier)",
            "13:9 ST1234 `spec.tiers.tiny.spec.components` cannot be a default (declare components in the application)",
            "19:7 ST1234 `spec.defaults.spec.tier` cannot be a default (write `spec.defaults.tier`, or the tier in the application)",
            "20:7 ST1234 `spec.defaults.spec.jobs` cannot be a default (declare jobs in the application)",
        ]
    );
}

/// The figures of the built-in tiers, which people rely on: a change of one is a decision.
#[test]
fn the_built_in_tiers_have_these_figures() {
    let (declarations, _) = load(vec![InputFile::new("estate.yaml", ESTATE)]);
    let estate = declarations.estate.unwrap();
    let tier = |name: &str| {
        let (_, tier) = estate
            .fields
            .tiers
            .iter()
            .find(|(known, _)| known.as_str() == name)
            .unwrap();
        let (resources, quota) = (&tier.resources, &tier.quota);
        format!(
            "{} {} {}/{}/{}/{} {}/{}/{}/{}",
            tier.priority,
            tier.preemption.unwrap(),
            resources.memory_limit,
            resources.memory,
            resources.cpu,
            resources.memory_max,
            quota.cpu,
            quota.memory,
            quota.memory_limit,
            quota.pods
        )
    };
    assert_eq!(
        tier("core"),
        "1000000 lower 256Mi/256Mi/100m/8Gi 8/8Gi/64Gi/100"
    );
    assert_eq!(
        tier("cluster"),
        "800000 lower 256Mi/256Mi/100m/8Gi 4/4Gi/32Gi/30"
    );
    assert_eq!(tier("gpu"), "600000 lower 1Gi/1Gi/200m/16Gi 8/12Gi/32Gi/40");
    assert_eq!(
        tier("edge"),
        "400000 lower 256Mi/128Mi/50m/8Gi 4/4Gi/32Gi/30"
    );
    assert_eq!(tier("aux"), "200000 never 256Mi/64Mi/50m/4Gi 2/3Gi/16Gi/20");
    let gpu: Vec<_> = estate
        .fields
        .tiers
        .values()
        .filter_map(|tier| tier.gpu_priority)
        .collect();
    assert_eq!(gpu, [1_200_000]);
}
