//! Which cluster a command talks to, and what it says when that does not work.

use std::net::TcpListener;
use std::time::Duration;

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";

/// All commands that ask a cluster.
const COMMANDS: [&str; 9] = [
    "plan",
    "apply --yes",
    "deploy applications/shop/application.yaml --image ghcr.io/example/shop:1.1",
    "status",
    "history shop",
    "why shop",
    "rollback shop --yes",
    "resume shop",
    "revert shop",
];

/// A kubeconfig with one context of this name.
fn kubeconfig(context: &str, server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {context}\ncontexts: [{{ name: {context}, context: {{ cluster: one, user: one }} }}]\n\
         clusters: [{{ name: one, cluster: {{ server: \"{server}\", insecure-skip-tls-verify: true }} }}]\nusers: [{{ name: one, user: {user} }}]\n"
    )
}

#[test]
fn nothing_is_asked_of_a_cluster_that_nobody_named() {
    let place = Place::new("nowhere");
    place.app("shop", IMAGE, "");
    for context in ["{ context: home }", "{}"] {
        place.estate(context);
        for command in COMMANDS {
            let line = format!("{command} --env nowhere");
            let words: Vec<&str> = line.split_whitespace().collect();
            let mut bare = place.home.steading(&words);
            bare.env("HOME", place.home.path());
            for output in [bare.output().unwrap(), place.home.run(&words)] {
                let said = String::from_utf8(output.stderr).unwrap();
                let is_clear = [
                    "no kubeconfig",
                    "cannot read the kubeconfig",
                    "nobody says on which cluster",
                ]
                .iter()
                .any(|text| said.contains(text));
                assert!(is_clear && said.contains("hint: "), "{command}: {said}");
                assert!(!said.contains("cluster `"), "{command}: {said}");
                let code = if said.contains("nobody says") { 1 } else { 4 };
                assert_eq!(output.status.code(), Some(code), "{command}: {said}");
            }
        }
    }
}

#[test]
fn another_context_than_the_estate_s_is_refused() {
    let place = Place::new("other");
    place.app("shop", IMAGE, "");
    let context = ground().context();
    for command in COMMANDS {
        let refused = place.run(&format!("{command} --context elsewhere")).code(1);
        refused
            .err(&format!(
                "the environment `other` is on the context `{context}`, not on `elsewhere`"
            ))
            .err("environments.other.context");
    }
    place.run(&format!("plan --context {context}")).code(0);
    place.estate("{ context: elsewhere }");
    let unknown = place.run("plan").code(4);
    unknown
        .err("no context `elsewhere`")
        .err(&format!("it has: {context}"));
}

#[test]
fn without_a_context_in_the_estate_the_current_one_is_only_looked_at() {
    let place = Place::new("unnamed");
    place.app("shop", IMAGE, "");
    place.estate("{}");
    place
        .run("plan")
        .code(0)
        .err(&format!("cluster `{}`", ground().context()));
    place.run("status").code(0);
    let refused = place.run("apply --yes").code(1);
    refused
        .err("nobody says on which cluster the environment `unnamed` is")
        .err("environments.unnamed.context")
        .err("--context");
    place
        .run(&format!("apply --yes --context {}", ground().context()))
        .code(0);
}

#[test]
fn a_server_that_is_not_there_is_said_soon() {
    let mut place = Place::new("gone");
    place.app("shop", IMAGE, "");
    place.estate("{ context: gone }");
    place.kubeconfig(&kubeconfig(
        "gone",
        "https://127.0.0.1:1",
        "{ token: none }",
    ));
    for command in COMMANDS {
        let gone = place.run(command).code(4);
        gone.err("Connection refused")
            .err("127.0.0.1:1")
            .err("is the cluster up");
        assert!(gone.took < Duration::from_secs(10), "{}", gone.text());
    }
}

#[test]
fn a_server_that_does_not_answer_is_said_soon() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut place = Place::new("silent");
    place.app("shop", IMAGE, "");
    place.estate("{ context: silent }");
    place.kubeconfig(&kubeconfig(
        "silent",
        &format!("https://{}", silent.local_addr().unwrap()),
        "{ token: none }",
    ));
    let waited = place.run("plan").code(4);
    waited.err("is the cluster up");
    assert!(waited.took < Duration::from_secs(20), "{}", waited.text());
}

#[test]
fn a_credential_that_is_not_known_is_named() {
    let mut place = Place::new("stranger");
    place.app("shop", IMAGE, "");
    place.estate("{ context: lab }");
    place.kubeconfig(&kubeconfig(
        "lab",
        &ground().lab().server(),
        "{ token: expired }",
    ));
    for command in COMMANDS {
        let refused = place.run(command).code(4);
        refused.err("the credential is unknown or has expired: renew it in the kubeconfig");
    }
    place.kubeconfig(&kubeconfig("lab", &ground().lab().server(), "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: no-such-program, interactiveMode: Never } }"));
    place
        .run("plan")
        .code(4)
        .err("unable to run auth exec: No such file")
        .err("the program that `exec` names");
    place.kubeconfig("no: kubeconfig: at all");
    place.run("plan").code(4).err("cannot read the kubeconfig");
}

#[test]
fn a_missing_right_is_named() {
    let mut place = Place::new("weak");
    place.app("shop", IMAGE, "");
    let kubeconfig = ground()
        .lab()
        .kubeconfig_for("weak-user", &["nobody"])
        .unwrap();
    place.kubeconfig(&kubeconfig);
    let context = ground().context();
    let name = kubeconfig
        .lines()
        .find_map(|line| line.strip_prefix("current-context: "))
        .unwrap_or(&context)
        .trim_matches('"')
        .to_owned();
    place.estate(&format!("{{ context: {name} }}"));
    let planned = place.run("plan").code(4);
    planned
        .out("User \"weak-user\" cannot list resource \"deployments\"")
        .out("the cluster's operator")
        .out("steading rbac shop --env weak");
    let applied = place.run("apply --yes").code(4);
    applied
        .out("User \"weak-user\" cannot list resource \"deployments\"")
        .out("nothing is done: 2 applications are held back");
    assert!(
        ground().get("/api/v1/namespaces/weak-shop").is_none(),
        "nothing was touched"
    );
}
