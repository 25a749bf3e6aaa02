//! What is not as it was released, and who made it so.

use serde_json::json;
use steading_model::desired::ANNOTATION_MAX_SIZE;
use steading_plan::mask::Marks;
use steading_plan::{Departure, Drift, OpenRelease, Reason, Standing, drift, release::Phase};

use crate::example::{deployment, id, object, options, shop};
use crate::world::World;

fn found(world: &World) -> Vec<Drift> {
    drift(&[shop()], &world.observe(&options()), &options())
}

/// The lines of the only object that drifted: path, live value, released value, manager.
fn lines(drift: &[Drift]) -> Vec<String> {
    let [drift] = drift else {
        panic!("{drift:?}");
    };
    let fields = drift.objects.iter().flat_map(|object| {
        let Departure::Changed(changes) = &object.departure else {
            panic!("{object:?}");
        };
        changes.iter().map(|change| {
            let who = match &change.standing {
                Standing::Ours => "ours",
                Standing::Drifted(owner) | Standing::Conflict(owner) => &owner.manager,
            };
            format!(
                "{}: {:?} {:?} {who}",
                change.path, change.before, change.after
            )
        })
    });
    fields.collect()
}

#[test]
fn what_was_released_has_not_drifted() {
    assert_eq!(found(&World::running(&[shop()], &options())), []);
}

#[test]
fn a_changed_field_names_both_values_and_who() {
    let mut world = World::running(&[shop()], &options());
    let image = "/spec/template/spec/containers/0/image";
    world.edit(&deployment(), image, json!("other:1"), "kubectl-edit");
    let lines = lines(&found(&world));
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("spec.template.spec.containers[web].image: Some(String(\"other:1\"))")
    );
    assert!(lines[0].ends_with("kubectl-edit"), "{}", lines[0]);
    assert_eq!(found(&world)[0].release, 1);
}

#[test]
fn what_others_own_is_no_drift() {
    let mut world = World::running(&[shop()], &options());
    world.edit(
        &deployment(),
        "/metadata/labels/team",
        json!("a"),
        "kubectl",
    );
    assert_eq!(found(&world), []);
}

#[test]
fn an_object_that_is_not_there_is_gone() {
    let mut world = World::running(&[shop()], &options());
    world.objects.remove(&deployment());
    let drift = found(&world);
    assert_eq!(drift[0].objects[0].departure, Departure::Gone);
    assert_eq!(drift[0].objects[0].id, deployment());
}

#[test]
fn an_object_whose_labels_were_taken_is_unclear() {
    let mut world = World::running(&[shop()], &options());
    let live = world.objects.get_mut(&deployment()).unwrap();
    live["metadata"]["labels"]["steading.dev/application"] = json!("other");
    let drift = found(&world);
    let departure = &drift[0].objects[0].departure;
    assert!(
        matches!(departure, Departure::Unclear(Reason::Unowned(_))),
        "{departure:?}"
    );
}

#[test]
fn a_release_under_way_is_not_compared() {
    let mut world = World::running(&[shop()], &options());
    world.objects.remove(&deployment());
    let history = world.observed.releases.values_mut().next().unwrap();
    history.open = Some(OpenRelease {
        number: 2,
        phase: Phase::Running,
        actor: "ann".to_owned(),
        since: "2026-11-21T08:00:00Z".to_owned(),
        digest: String::new(),
        group: Vec::new(),
        holder: None,
    });
    assert_eq!(found(&world), []);
}

#[test]
fn a_claim_that_grew_has_not_drifted() {
    let claim = id("", "PersistentVolumeClaim", "data");
    let mut growing = shop();
    object(&mut growing, &claim)["metadata"]["annotations"][ANNOTATION_MAX_SIZE] = json!("8Gi");
    let mut world = World::running(&[growing.clone()], &options());
    let size = "/spec/resources/requests/storage";
    world.edit(&claim, size, json!("4Gi"), "resizer");
    let observed = world.observe(&options());
    assert_eq!(drift(&[growing], &observed, &options()), []);
}

#[test]
fn no_secret_value_is_in_what_may_be_printed() {
    let mut world = World::running(&[shop()], &options());
    let mut secrets = world
        .objects
        .iter_mut()
        .filter(|(id, _)| id.kind.kind == "Secret");
    let (_, secret) = secrets.next().unwrap();
    let values = secret["data"].as_object_mut().unwrap();
    *values.values_mut().next().unwrap() = json!("Y29ycmVjdC1ob3JzZQ==");
    let found = found(&world);
    assert_eq!(found[0].objects.len(), 1, "{found:?}");
    let masked = found[0].masked(&mut Marks::new(&options().digest_key));
    let text = serde_json::to_string(&masked).unwrap();
    assert!(
        text.contains("secret 1") && !text.contains("Y29ycmVj"),
        "{text}"
    );
    assert!(
        !text.contains("sha256") && !text.contains("digest"),
        "{text}"
    );
}

#[test]
fn what_the_declaration_says_by_now_has_not_drifted() {
    let mut world = World::running(&[shop()], &options());
    world.edit(&deployment(), "/spec/replicas", json!(7), "kubectl");
    let image = "/spec/template/spec/containers/0/image";
    world.edit(&deployment(), image, json!("other:1"), "kubectl");
    let mut declared = shop();
    object(&mut declared, &deployment())["spec"]["replicas"] = json!(7);
    let declared = drift(&[declared], &world.observe(&options()), &options());
    let beyond = found(&world).remove(0).beyond(&declared).unwrap();
    let lines = lines(&[beyond]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("image"), "{lines:?}");
    assert_eq!(found(&world).remove(0).beyond(&[]), None);
}
