//! Instances: one declaration, several applications.

use steading_model::application::Application;
use steading_model::explain::explain;
use steading_model::load::{Declarations, InputFile, load};
use steading_model::name::AppName;
use steading_model::resolve::{Overrides, resolve};
use steading_model::{FieldPath, Report};

use crate::support::{ESTATE, shown, web};

const ROUTES: &str = "  ingress: [{ host: budget }, { host: money.example.net }]\n  listen: { sync: { port: 9000, host: sync } }\n";

fn loaded(spec: &str, instances: &str, more: &[(&str, String)]) -> (Declarations, Report) {
    let budget = web(spec).replace("name: web", "name: budget");
    let mut files = vec![
        InputFile::new(
            "estate.yaml",
            format!("{ESTATE}  loadBalancer: {{ implementation: metallb }}\n"),
        ),
        InputFile::new(
            "applications/budget/application.yaml",
            format!("{budget}instances:\n{instances}"),
        ),
    ];
    files.extend(more.iter().map(|(name, text)| {
        InputFile::new(
            format!("applications/{name}/application.yaml"),
            text.as_str(),
        )
    }));
    load(files)
}

fn one(declarations: &Declarations, name: &str) -> Application {
    let file = declarations.application(name).expect("it is there");
    let (application, report) = resolve(declarations, file, "prod", &Overrides::default());
    application.unwrap_or_else(|| panic!("{:?}", shown(&report, &declarations.sources)))
}

fn found(spec: &str, instances: &str, more: &[(&str, String)]) -> Vec<String> {
    let (declarations, report) = loaded(spec, instances, more);
    shown(&report, &declarations.sources)
}

fn hosts(application: &Application) -> Vec<&str> {
    let routes = application.fields.ingress.iter();
    routes.map(|route| route.host.as_str()).collect()
}

#[test]
fn each_instance_is_an_application_of_its_own() {
    let (declarations, report) = loaded(ROUTES, "  alice: {}\n  bob:\n", &[]);
    assert!(
        report.is_empty(),
        "{:?}",
        shown(&report, &declarations.sources)
    );
    let names: Vec<&str> = declarations
        .applications
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(names, ["budget-alice", "budget-bob"]);
    let estate = declarations.estate.as_ref().unwrap();
    let known: Vec<&str> = estate.applications.keys().map(AppName::as_str).collect();
    assert_eq!(known, names, "nobody can name what is only a declaration");
    let alice = one(&declarations, "budget-alice");
    assert_eq!(alice.namespace.as_str(), "prod-budget-alice");
    assert_eq!(alice.components[0].name.as_str(), "budget-alice");
    let instance = alice.instance.as_ref().unwrap();
    assert_eq!(
        (instance.application.as_str(), instance.name.as_str()),
        ("budget", "alice")
    );
}

#[test]
fn short_hosts_get_the_name_of_the_instance_unless_it_says_its_own() {
    let own = "  alice: {}\n  bob: { ingress: [{ host: bobs }], listen: { sync: { host: bobs-sync } } }\n";
    let (declarations, _) = loaded(ROUTES, own, &[]);
    let (alice, bob) = (
        one(&declarations, "budget-alice"),
        one(&declarations, "budget-bob"),
    );
    assert_eq!(hosts(&alice), ["budget-alice", "money.example.net"]);
    assert_eq!(hosts(&bob), ["bobs"]);
    let host = |application: &Application| {
        let listener = application.fields.listen.values().next().unwrap();
        listener.host.as_ref().unwrap().to_string()
    };
    assert_eq!(
        (host(&alice), host(&bob)),
        ("sync-alice".to_owned(), "bobs-sync".to_owned())
    );
}

#[test]
fn an_instance_stands_over_the_environment_and_explain_says_so() {
    let spec = "  replicas: 1\n  gracePeriodSeconds: 30\n";
    let text = "  alice: { replicas: 3, env: { TZ: null, NAME: Alice } }\n";
    let (mut declarations, _) = loaded(spec, text, &[]);
    let file = declarations.applications[0].clone();
    let application = one(&declarations, "budget-alice");
    let explained = |declarations: &Declarations, field: &str| {
        let field = FieldPath::parse(field).unwrap();
        let all = explain(declarations, &file, &application, Some(&field));
        all.iter()
            .map(|one| format!("{} {} {}", one.path, one.value, one.origin))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        explained(&declarations, "replicas"),
        ["spec.replicas 3 instance alice"]
    );
    assert_eq!(
        explained(&declarations, "env"),
        ["spec.env.NAME Alice instance alice"],
        "the instance took away what the estate gives"
    );
    assert_eq!(
        explained(&declarations, "gracePeriodSeconds"),
        ["spec.gracePeriodSeconds 30 declaration"]
    );
    let overrides = declarations.overrides(Some("me/budget:2"));
    let (application, _) = resolve(&declarations, &file, "prod", &overrides);
    let image = application.unwrap().components[0].fields.image.clone();
    assert_eq!(image.unwrap().to_string(), "me/budget:2");
}

#[test]
fn a_name_that_is_taken_or_too_long_is_found_with_both_places() {
    let other = web("").replace("name: web", "name: budget-alice");
    assert_eq!(
        found("", "  alice: {}\n", &[("budget-alice", other)]),
        [
            "12:3 ST1241 the instance `alice` of `budget` is called as another application: `budget-alice` (give one of them another name) [3:19 first here]"
        ]
    );
    let long = "a-name-that-is-as-long-as-one-can-be";
    assert_eq!(
        found("", &format!("  {long}: {{}}\n"), &[]),
        [format!(
            "12:3 ST1241 the name of the instance `{long}` of `budget` must be at most 40 characters, not 43: `budget-{long}` (shorten one of the two names) [3:19 the name begins as the application's]"
        )]
    );
}

#[test]
fn what_is_no_instance_is_found() {
    assert_eq!(
        found("", "  Alice: {}\n  bob: [1]\n", &[]),
        [
            "12:3 ST1003 `instances.Alice` must be lower-case letters, digits and `-`, beginning and ending with a letter or digit: `Alice`",
            "13:8 ST1001 `instances.bob` must be a mapping, not a list",
        ]
    );
    let empty = found("", "  {}\n", &[]);
    assert_eq!(
        empty,
        [
            "12:3 ST1240 an application with `instances` has none (name one, or leave `instances` out for a single application)"
        ]
    );
}

#[test]
fn a_mistake_in_what_all_instances_share_is_found_once_and_one_in_an_instance_at_its_place() {
    let (declarations, report) = loaded(
        "  replicas: many\n",
        "  alice: {}\n  bob: { kindd: stateful }\n",
        &[],
    );
    let mut report = report;
    for file in &declarations.applications {
        report.extend(resolve(&declarations, file, "prod", &Overrides::default()).1);
    }
    report.sort(&declarations.sources);
    assert_eq!(
        shown(&report, &declarations.sources),
        [
            "9:13 ST1001 `spec.replicas` must be a whole number, not the text \"many\"",
            "14:10 ST1002 unknown key `spec.kindd` (did you mean `kind`?)",
        ]
    );
}
