//! Every way in which files or clusters read as "delete it all" is refused, and nothing is touched.

use std::fs;

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
const NEWER: &str = "ghcr.io/example/shop:1.1";

/// An environment with four applications.
fn village(environment: &str) -> Place {
    let place = Place::new(environment);
    for name in ["bakery", "church", "inn", "mill"] {
        place.app(name, IMAGE, "");
    }
    place.run("apply --yes").code(0);
    place
}

fn image(place: &Place, application: &str) -> String {
    let namespace = place.namespace(application);
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{application}");
    let live = ground().get(&path).unwrap_or_default();
    let image = &live["spec"]["template"]["spec"]["containers"][0]["image"];
    image.as_str().unwrap_or("nothing").to_owned()
}

/// Removes something of the estate's files.
fn remove(place: &Place, path: &str) {
    let path = place.home.path().join(path);
    if path.is_dir() {
        fs::remove_dir_all(path).expect("the folder is there");
    } else {
        fs::remove_file(path).expect("the file is there");
    }
}

/// Returns the number in the flag that the program names.
fn flag(text: &str) -> String {
    let (_, after) = text.split_once("--accept-deletes ").expect("it is named");
    after.chars().take_while(char::is_ascii_digit).collect()
}

#[test]
fn half_of_the_files_refuse_the_run_as_a_whole() {
    let place = village("half");
    remove(&place, "applications/inn");
    remove(&place, "applications/mill");
    place.app("bakery", NEWER, "");
    let refused = place.run("apply --yes").code(1);
    refused
        .out("this run would delete 14 objects, and may delete 5: the larger of 5 and ")
        .out("which is 10 % of the ")
        .out("that are managed in half and shared")
        .out("half/inn: 7 objects")
        .out("half/mill: 7 objects")
        .out("nothing is done: this run would delete too much")
        .lacks("is complete");
    // What is no delete is not done either: a folder that is wrong is wrong as a whole.
    assert_eq!(image(&place, "bakery"), IMAGE);
    assert_eq!(image(&place, "mill"), IMAGE);
    let number = flag(&refused.out);
    assert_eq!(number, "14");
    place
        .run("apply --yes --accept-deletes 13")
        .code(1)
        .out("13 were accepted");
    let applied = place
        .run(&format!("apply --yes --accept-deletes {number}"))
        .code(0);
    applied.out("half/mill: release 2 is complete");
    assert_eq!(image(&place, "bakery"), NEWER);
    assert_eq!(image(&place, "mill"), "nothing");
}

#[test]
fn an_empty_folder_deletes_nothing() {
    let place = village("empty");
    remove(&place, "applications");
    let refused = place.run("apply --yes").code(1);
    refused
        .out("this run would delete 28 objects")
        .out("are files missing, or is this the folder of another estate?");
    assert_eq!(image(&place, "inn"), IMAGE);
    remove(&place, "estate.yaml");
    place.run("apply --yes").code(1).err("estate.yaml");
    assert_eq!(image(&place, "inn"), IMAGE);
}

#[test]
fn a_run_by_name_counts_what_all_others_have() {
    let place = village("counted");
    let map = |name: &str| {
        format!(
            "  - {{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: {name} }}, data: {{ a: b }} }}\n"
        )
    };
    let raw = format!("raw:\n{}{}", map("one"), map("two"));
    place.app("bakery", IMAGE, &raw);
    place.run("apply bakery --yes").code(0);
    place.app("bakery", IMAGE, "");
    let estate = place.file("estate.yaml");
    let allowing = |percent: u8| {
        let deletions = format!("  deletions: {{ objects: 0, percent: {percent} }}\n");
        place
            .home
            .write("estate.yaml", format!("{estate}{deletions}"));
    };
    // A tenth of the bakery alone would be less than two.
    allowing(10);
    place
        .run("plan bakery")
        .code(0)
        .out("- ConfigMap counted-bakery/two");
    allowing(1);
    let refused = place.run("plan bakery").code(1);
    refused.out("this run would delete 2 objects, and may delete 0");
}

#[test]
fn an_estate_says_how_much_may_go() {
    let place = village("frugal");
    let estate = place.file("estate.yaml");
    let allowing = |deletions: &str| {
        place
            .home
            .write("estate.yaml", format!("{estate}  deletions: {deletions}\n"));
    };
    remove(&place, "applications/mill");
    allowing("{ objects: 0, percent: 1 }");
    let refused = place.run("plan").code(1);
    refused.out("may delete 0: the larger of 0 and 0, which is 1 % of the ");
    allowing("{ objects: 7 }");
    place
        .run("plan")
        .code(0)
        .out("- Deployment frugal-mill/mill");
    allowing("{ percent: 100 }");
    place.run("plan").code(0);
}

#[test]
fn the_folder_of_another_estate_touches_nothing_of_this_one() {
    let place = village("theirs");
    let farm = Place::new("theirs");
    let estate = farm.file("estate.yaml").replace("name: home", "name: farm");
    farm.home.write("estate.yaml", estate);
    farm.app("inn", NEWER, "");
    let planned = farm.run("plan").code(1);
    planned
        .err("this cluster has releases of the estate `home`, and none of `farm`")
        .out("Deployment theirs-inn/inn: exists already and is not ours: made by `estate home`")
        .lacks("- Deployment")
        .lacks("theirs/mill");
    farm.run("apply --yes").code(1);
    assert_eq!(image(&place, "inn"), IMAGE);
    assert_eq!(image(&place, "mill"), IMAGE);
}

#[test]
fn a_context_where_another_estate_is_loses_nothing() {
    let place = village("context");
    let farm = Place::new("context");
    let estate = farm
        .file("estate.yaml")
        .replace("name: home", "name: ranch");
    let context = format!("context: {}", ground().context());
    farm.home.write("estate.yaml", estate.replace(&context, ""));
    let line = format!("plan --context {}", ground().context());
    let planned = farm.run(&line);
    planned
        .err("none of `ranch`: is it the right one?")
        .lacks("context/mill");
    assert_eq!(image(&place, "mill"), IMAGE);
}

#[test]
fn an_environment_that_the_estate_has_no_more_is_said_and_left() {
    let place = village("closed");
    let context = ground().context();
    let rest = format!("{{ context: {context} }}, green: {{ context: {context} }}");
    place.estate(&rest);
    let file = place.file("estate.yaml");
    let file = file.replace(&format!("closed: {{ context: {context} }}, "), "");
    place.home.write("estate.yaml", file);
    remove(&place, "applications");
    let planned = place.run_plain("plan --env green").code(0);
    planned
        .out("closed/mill: its environment is not in the estate, and it has 8 objects in the cluster: left as it is")
        .out("steading retire mill --env closed --context CONTEXT")
        .lacks("- Deployment closed-mill");
    place
        .run_plain("plan --env closed")
        .code(2)
        .err("there is no environment `closed`");
    let line = format!("retire mill --env closed --yes --context {context}");
    let retired = place.run_plain(&line).code(0);
    retired.out("closed/mill: release 2 is complete");
    assert_eq!(image(&place, "mill"), "nothing");
    assert_eq!(image(&place, "inn"), IMAGE);
    place
        .run_plain("plan --env green")
        .code(0)
        .out("closed/inn")
        .lacks("closed/mill");
}

#[test]
fn a_file_that_cannot_be_read_deletes_nothing() {
    let place = village("unread");
    let mill = place.home.path().join("applications/mill/application.yaml");
    for spoiled in ["kind: [", "", "\u{0}", "kind: Application\n"] {
        fs::write(&mill, spoiled).unwrap();
        let stopped = place.run("apply --yes").code(1);
        stopped
            .err("applications/mill/application.yaml")
            .err("the declarations have errors: nothing is planned");
    }
    fs::remove_file(&mill).unwrap();
    std::os::unix::fs::symlink("nowhere.yaml", &mill).unwrap();
    place.run("apply --yes").code(1).err("is a link to nothing");
    assert_eq!(image(&place, "mill"), IMAGE);
}

#[test]
fn releases_that_may_not_be_read_are_not_none() {
    let mut place = village("blind");
    let own = ground().context();
    let weak = ground()
        .lab()
        .kubeconfig_for("weak-eyes", &["nobody"])
        .unwrap();
    let everything = serde_json::json!([
        { "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": { "name": "all-but-releases" },
          "rules": [{ "apiGroups": ["", "apps", "networking.k8s.io", "scheduling.k8s.io", "rbac.authorization.k8s.io", "batch", "policy"],
                      "resources": ["*"], "verbs": ["*"] }] },
        { "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": { "name": "weak-eyes" },
          "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "all-but-releases" },
          "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "weak-eyes" }] },
    ]);
    ground().apply(everything.as_array().unwrap());
    place.kubeconfig(&weak);
    remove(&place, "applications/mill");
    place.app("inn", NEWER, "");
    let context = weak
        .lines()
        .find_map(|line| line.strip_prefix("current-context: "));
    let context = context.map_or(own.as_str(), |name| name.trim_matches('"'));
    place.estate(&format!("{{ context: {context} }}"));
    for command in ["plan", "apply --yes --accept-deletes 100"] {
        let ran = place.run(command).code(4);
        ran.out("blind/inn: cannot be read: ")
            .out("cannot list resource \"releases\"")
            .lacks("- Deployment")
            .lacks("is complete");
    }
    assert_eq!(image(&place, "mill"), IMAGE);
    assert_eq!(image(&place, "inn"), IMAGE);
    let retired = place.run("retire mill --yes").code(4);
    retired.err("cannot read the releases");
}
