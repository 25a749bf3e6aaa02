//! What applications use: entries of the catalogue and each other, and what is said when it does not fit.

use steading_model::application::Application;
use steading_model::graph::{Graph, Need};
use steading_model::load::{Declarations, InputFile, load};
use steading_model::name::AppName;
use steading_model::resolve::{Overrides, resolve};

use crate::support::{shown, web};

/// An estate with a catalogue; entries are indented by four.
fn estate(catalogue: &str) -> String {
    format!(
        "apiVersion: steading.dev/v1\nkind: Estate\nmetadata: {{ name: home }}\nspec:\n  domains: {{ public: example.org }}\n  \
         environments: {{ prod: {{}}, staging: {{}} }}\n  catalogue:\n{catalogue}"
    )
}

/// An application that others may use.
fn other(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {{ name: {name} }}\nspec:\n  description: A test\n  image: me/{name}:1\n{spec}environments: {{ prod: {{}} }}\n"
    )
}

fn loaded(
    catalogue: &str,
    application: &str,
    others: &[(&str, &str)],
) -> (Declarations, Vec<String>) {
    let mut files = vec![
        InputFile::new("estate.yaml", estate(catalogue)),
        InputFile::new("applications/web/application.yaml", web(application)),
    ];
    for (name, spec) in others {
        let path = format!("applications/{name}/application.yaml");
        files.push(InputFile::new(path, other(name, spec)));
    }
    let (declarations, mut report) = load(files);
    if let Some(file) = declarations
        .application("web")
        .filter(|_| declarations.estate.is_some())
    {
        report.extend(resolve(&declarations, file, "prod", &Overrides::default()).1);
    }
    report.sort(&declarations.sources);
    let found = shown(&report, &declarations.sources);
    (declarations, found)
}

fn found(catalogue: &str, application: &str) -> Vec<String> {
    loaded(catalogue, application, &[]).1
}

#[test]
fn entries_that_do_not_hold_are_said_with_what_to_do() {
    let cnpg = "cloudNativePG: { image: \"x/postgresql:17\", storage: { size: 1Gi } }";
    let cases = [
        ("a: { redis: { host: 10.0.0.1 }, mysql: { host: 10.0.0.1 } }".to_owned(), "ST1285", "two things at once"),
        ("a: { postgres: {} }".to_owned(), "ST1285", "must have one of `cloudNativePG` and `server`"),
        (format!("a: {{ postgres: {{ {cnpg} }}, ports: [5432] }}"), "ST1285", "`spec.catalogue.a.ports` has no meaning"),
        ("a: { postgres: { cloudNativePG: { image: \"x/postgresql\", storage: { size: 1Gi } } } }".to_owned(), "ST1285", "which version"),
        ("a: { postgres: { cloudNativePG: { image: \"x/p:17\", instances: 0, storage: { size: 1Gi } } } }".to_owned(), "ST1285", "at least 1"),
        ("a: { postgres: { cloudNativePG: { image: \"x/p:17\", storage: { size: 1Gi, data: shared } } } }".to_owned(), "ST1003", "cannot be `shared`"),
        ("a: { redis: { host: \"redis:6379\" }, at: { internet: true } }".to_owned(), "ST1285", "`spec.catalogue.a.redis.host`"),
        ("a: { oidc: { issuer: login.example.org }, at: { internet: true } }".to_owned(), "ST1285", "must be a URL"),
        ("a: { redis: { host: 10.0.0.1 }, secret: { keys: { pasword: X } } }".to_owned(), "ST1285", "no fact `pasword`"),
        ("a: { redis: { host: 10.0.0.1 }, facts: { user: x }, secret: { keys: { user: X } } }".to_owned(), "ST1285", "in the open, and taken from a secret"),
        ("a: { env: { A: b }, secret: {}, at: { internet: true } }".to_owned(), "ST1285", "which keys there are"),
        ("a: { redis: { host: 10.0.0.1 }, environments: [prdo] }".to_owned(), "ST1285", "no environment `prdo`"),
        ("a: { redis: { host: redis.example.org } }".to_owned(), "ST1286", "does not say where it runs"),
        ("a: { env: { A: b } }".to_owned(), "ST1286", "does not say where it runs"),
        ("a: { env: { A: b }, at: { namespace: x, cidr: 10.0.0.0/8 } }".to_owned(), "ST1286", "exactly one of"),
        ("a: { env: { A: b }, at: { cidr: 10.0.0.0/8, pods: { a: b } } }".to_owned(), "ST1286", "pods of a namespace"),
        ("a: { env: { A: b }, at: { namespace: x, environment: prod } }".to_owned(), "ST1286", "of an application"),
        ("a: { facts: { Host: b }, at: { namespace: x } }".to_owned(), "ST1003", "begin with a lower-case letter"),
    ];
    for (entry, code, phrase) in cases {
        let found = found(&format!("    {entry}\n"), "");
        assert_eq!(found.len(), 1, "{entry}: {found:?}");
        let place = found[0].split(' ').next().unwrap();
        assert!(place.starts_with("8:"), "{entry}: {found:?}");
        assert!(
            found[0].contains(code) && found[0].contains(phrase),
            "{entry}: {found:?}"
        );
        assert!(
            code == "ST1003" || found[0].contains('('),
            "what to do: {found:?}"
        );
    }
}

#[test]
fn uses_that_do_not_hold_are_said_with_both_places() {
    let catalogue = concat!(
        "    db: { postgres: { cloudNativePG: { image: \"x/postgresql:17\", storage: { size: 1Gi } } } }\n",
        "    redis: { redis: { host: 10.0.0.1 }, environments: [staging] }\n",
        "    mine: { env: { DATABASE_URL: x }, at: { namespace: x }, waitFor: true }\n",
        "    login: { oidc: { issuer: \"https://login.example.org\" }, at: { internet: true } }\n",
    );
    for (uses, code, phrase) in [
        ("dd: {}", "ST1209", "did you mean `db`?"),
        ("web: {}", "ST1220", "names the application itself"),
        ("redis: {}", "ST1287", "[9:55 these are its environments]"),
        ("db: { env: { urll: X } }", "ST1209", "did you mean `url`?"),
        ("db: { env: { url: \"1X\" } }", "ST1003", "1X"),
        ("db: { only: [wbe] }", "ST1209", "did you mean `web`?"),
        ("db: { callback: /x }", "ST1290", "`db` is no login"),
        ("login: { size: 1Gi }", "ST1290", "`login` is no database"),
        (
            "login: { extensions: [a] }",
            "ST1290",
            "`login` is no database",
        ),
        ("login: { callback: /x }", "ST1290", "there is none"),
        ("mine: {}", "ST1290", "[10:70 asked for here]"),
        ("mine: { waitFor: false }, db: {}", "ST1289", "first here"),
    ] {
        let found = found(catalogue, &format!("  uses: {{ {uses} }}\n"));
        assert_eq!(found.len(), 1, "{uses}: {found:?}");
        assert!(
            found[0].contains(code) && found[0].contains(phrase),
            "{uses}: {found:?}"
        );
        assert!(found[0].starts_with("9:"), "{uses}: {found:?}");
    }
    let apart = "  uses: { mine: { waitFor: false, only: [night] }, db: { only: [web] } }\n  jobs: { night: { schedule: \"@daily\", command: [x] } }\n";
    assert_eq!(found(catalogue, apart), [""; 0], "no container gets both");
}

#[test]
fn an_application_is_used_by_its_name() {
    let served = [("push", "  port: 8080\n  health: { path: / }\n")];
    let (declarations, found) = loaded(
        "    x: { at: { namespace: x }, ports: [1] }\n",
        "  uses: { push: {} }\n",
        &served,
    );
    assert_eq!(found, [""; 0]);
    let estate = declarations.estate.as_ref().unwrap();
    let is_used = |name: &str| estate.is_used_by_name(&AppName::parse(name).unwrap());
    assert!(is_used("push") && !is_used("web"));
    let silent = [("push", "  health: { none: \"no port\" }\n")];
    let (_, found) = loaded(
        "    x: { at: { namespace: x }, ports: [1] }\n",
        "  uses: { push: {} }\n",
        &silent,
    );
    assert_eq!(
        found,
        [
            "9:11 ST1288 `push` has no port in `prod` that could be used (declare a `port` in `push`, or write `dependsOn: [push]` where only the order matters)"
        ]
    );
}

#[test]
fn what_needs_what_is_a_graph() {
    let spec = "  port: 8080\n  health: { path: / }\n";
    let reaching = format!(
        "{spec}  network: {{ to: [{{ cidr: 10.1.0.0/16, ports: [80] }}], from: [{{ application: web }}] }}\n"
    );
    let others = [("push", spec), ("relay", reaching.as_str())];
    let (declarations, _) = loaded(
        "    mail: { at: { application: relay } }\n    redis: { redis: { host: 10.0.0.1 } }\n",
        "  uses: { push: {}, mail: {}, redis: {} }\n  dependsOn: [relay]\n",
        &others,
    );
    let applications: Vec<Application> = declarations
        .applications
        .iter()
        .filter_map(|file| resolve(&declarations, file, "prod", &Overrides::default()).0)
        .collect();
    let graph = Graph::of(declarations.estate.as_ref().unwrap(), &applications);
    let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["push", "relay", "web", "redis", "10.1.0.0/16"]);
    let edges: Vec<(usize, usize, Vec<String>)> = graph
        .edges
        .iter()
        .map(|((from, to), why)| (*from, *to, why.iter().map(Need::to_string).collect()))
        .collect();
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        edges,
        [
            (1, 4, words(&["reaches"])),
            (2, 0, words(&["uses push"])),
            (2, 1, words(&["uses mail", "depends on", "reaches"])),
            (2, 3, words(&["uses redis"])),
        ]
    );
    let around = graph.around(|node| node.name == "relay");
    let names: Vec<&str> = around.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["relay", "web", "10.1.0.0/16"]);
    assert_eq!(around.edges.len(), 2);
}
