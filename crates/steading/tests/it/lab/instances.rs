//! One declaration, several applications: each is applied, looked at, rolled back, deployed and taken away by itself.

use super::place::Place;

const IMAGE: &str = "ghcr.io/example/budget:1.0";

fn declare(place: &Place, image: &str, instances: &str) {
    let text = place.declaration("budget", image, "env: { TITLE: \"budget of ${instance}\" }");
    let text = format!("{text}instances:\n{instances}");
    place
        .home
        .write("applications/budget/application.yaml", text);
}

fn title(place: &Place, instance: &str) -> String {
    let name = format!("budget-{instance}");
    let path = format!(
        "/apis/apps/v1/namespaces/{}/deployments/{name}",
        place.namespace(&name)
    );
    let live = super::ground::ground().get(&path).expect("it is there");
    let env = &live["spec"]["template"]["spec"]["containers"][0]["env"];
    let env = env.as_array().expect("it is there").iter();
    let mut title = env.filter(|one| one["name"] == "TITLE");
    title.next().expect("it is there")["value"]
        .as_str()
        .expect("it is there")
        .to_owned()
}

#[test]
fn an_instance_is_an_application_to_every_command() {
    let place = Place::new("instances");
    declare(
        &place,
        IMAGE,
        "  alice: {}\n  bob: { env: { TITLE: Bob } }\n",
    );
    place.run("check").code(0);
    place
        .run("explain budget-bob:env.TITLE")
        .code(0)
        .out("instance bob")
        .out("applications/budget/application.yaml:");
    place
        .run("render budget-alice")
        .code(0)
        .out("value: budget of alice");
    place
        .run("plan budget")
        .code(2)
        .err("there is no application `budget`");
    place
        .run("apply budget-alice --yes")
        .code(0)
        .out("instances/budget-alice: release 1 is complete");
    assert_eq!(title(&place, "alice"), "budget of alice");
    let all = place.run("apply --yes").code(0);
    all.out("instances/budget-bob: release 1 is complete")
        .lacks("budget-alice: release");
    assert_eq!(title(&place, "bob"), "Bob");
    place.run("plan --detailed-exitcode").code(0);
    place.run("status budget-alice").code(0).out("budget-alice");
    a_change_of_one_is_no_change_of_the_other(&place);
    one_is_deployed(&place);
    what_is_taken_out_is_planned_like_an_application_that_is_gone(&place);
}

fn a_change_of_one_is_no_change_of_the_other(place: &Place) {
    declare(
        place,
        IMAGE,
        "  alice: { env: { TITLE: Alice } }\n  bob: { env: { TITLE: Bob } }\n",
    );
    let plan = place.run("plan --detailed-exitcode").code(3);
    plan.out("instances/budget-alice")
        .lacks("instances/budget-bob");
    place.run("apply --yes").code(0);
    assert_eq!(title(place, "alice"), "Alice");
    place.run("history budget-alice").code(0).out("2");
    place.run("rollback budget-alice --yes").code(0);
    assert_eq!(title(place, "alice"), "budget of alice");
    assert_eq!(title(place, "bob"), "Bob");
}

fn one_is_deployed(place: &Place) {
    let line = "deploy applications/budget/application.yaml --image ghcr.io/example/budget:1.1";
    place
        .run(line)
        .code(2)
        .err("`budget` has instances, and `--instance` names none")
        .err("name one of: alice, bob");
    place
        .run(&format!("{line} --instance bobb"))
        .code(2)
        .err("did you mean `bob`?");
    place
        .run(&format!("{line} --instance bob"))
        .code(0)
        .out("instances/budget-bob: release 2 is complete");
}

fn what_is_taken_out_is_planned_like_an_application_that_is_gone(place: &Place) {
    declare(
        place,
        "ghcr.io/example/budget:1.1",
        "  bob: { env: { TITLE: Bob } }\n",
    );
    let plan = place
        .run("plan --detailed-exitcode --accept-deletes 20")
        .code(3);
    plan.out("instances/budget-alice").out("delete");
    place.run("apply --yes --accept-deletes 20").code(0);
    let path = format!(
        "/apis/apps/v1/namespaces/{}/deployments/budget-alice",
        place.namespace("budget-alice")
    );
    assert!(super::ground::ground().get(&path).is_none());
    assert_eq!(title(place, "bob"), "Bob");
}
