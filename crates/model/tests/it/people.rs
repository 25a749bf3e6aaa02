//! People: what must hold between them, their applications, namespaces and hosts.

use steading_model::load::{Declarations, InputFile, load};
use steading_model::resolve::{Overrides, resolve};

use crate::support::{ESTATE, shown, web};

/// Loads the estate with people, and resolves the application `web` in `prod`.
fn findings(people: &str, application: &str) -> Vec<String> {
    let (declarations, report) = loaded(people, application);
    let mut report = report;
    let file = declarations.application("web");
    if let Some(file) = file.filter(|_| declarations.estate.is_some()) {
        report.extend(resolve(&declarations, file, "prod", &Overrides::default()).1);
    }
    report.sort(&declarations.sources);
    shown(&report, &declarations.sources)
}

fn loaded(people: &str, application: &str) -> (Declarations, steading_model::Report) {
    load(vec![
        InputFile::new("estate.yaml", format!("{ESTATE}  people:\n{people}")),
        InputFile::new("applications/web/application.yaml", web(application)),
    ])
}

/// The line of the estate's file on which the first person stands.
fn first() -> usize {
    ESTATE.lines().count() + 2
}

#[test]
fn hosts_are_those_of_the_owner() {
    let people = "    alice: { role: edit, applications: [web], hosts: [links, \"*.alice.example.org\", a.example.net] }\n";
    for host in [
        "links",
        "links.internal.example.org",
        "links.example.org",
        "x.y.alice.example.org",
        "a.example.net",
    ] {
        let route = format!("  ingress: [{{ host: {host} }}]\n");
        assert_eq!(findings(people, &route), [""; 0], "{host}");
    }
    let line = first();
    let hosts = people.lines().next().unwrap().find("[links").unwrap() + 1;
    for host in ["shop", "alice.example.org", "b.example.net"] {
        let route = format!("  ingress: [{{ host: {host} }}]\n");
        assert_eq!(
            findings(people, &route),
            [format!(
                "9:21 ST1233 `alice` may not use this host: `{host}` (add `{host}` to `people.alice.hosts` in estate.yaml, or choose another host) [{line}:{hosts} the hosts of the owner]"
            )],
        );
    }
}

#[test]
fn an_owner_without_hosts_has_none_and_two_owners_have_those_of_both() {
    let line = first();
    let route = "  owner: alice\n  ingress: [{ host: links }]\n";
    assert_eq!(
        findings("    alice: { role: view }\n", route),
        [format!(
            "10:21 ST1233 `alice` may not use this host: `links` (add `links` to `people.alice.hosts` in estate.yaml, or choose another host) [{line}:5 the owner has no `hosts`]"
        )]
    );
    let both =
        "    alice: { role: view }\n    bob: { role: view, applications: [web], hosts: [links] }\n";
    assert_eq!(findings(both, route), [""; 0]);
}

#[test]
fn an_application_without_an_owner_may_use_any_host() {
    let people = "    alice: { role: edit, hosts: [links] }\n";
    assert_eq!(findings(people, "  ingress: [{ host: other }]\n"), [""; 0]);
}

#[test]
fn an_owner_is_one_of_the_people() {
    assert_eq!(
        findings("    alice: { role: edit }\n", "  owner: alise\n"),
        ["9:10 ST1232 the estate has no person `alise` (did you mean `alice`?)"]
    );
}

#[test]
fn what_people_have_exists_and_is_theirs_alone() {
    let line = first();
    let people = concat!(
        "    alice: { role: edit, applications: [wep], namespaces: [alice-lab, kube-alice, prod-web], tier: auxx }\n",
        "    bob: { role: view, user: alice, namespaces: [alice-lab, steading-system] }\n",
    );
    let found = findings(people, "");
    let at = |row: usize, text: &str| {
        let line_text = people.lines().nth(row).unwrap();
        format!("{}:{}", line + row, line_text.find(text).unwrap() + 1)
    };
    assert_eq!(
        found,
        [
            format!("{} ST1230 there is no application `wep` (did you mean `web`?)", at(0, "wep")),
            format!("{} ST1231 the namespace `kube-alice` is Kubernetes' or Steading's own (give the person's namespace another name)", at(0, "kube-alice")),
            format!("{} ST1231 the namespace `prod-web` is taken (give the person's namespace another name) [3:19 the namespace of `web` in `prod`]", at(0, "prod-web")),
            format!("{} ST1106 `spec.people.alice.tier`: there is no tier `auxx` (did you mean `aux`?)", at(0, "auxx")),
            format!("{} ST1230 two people are the user `alice` (give each person a `user` of their own) [{line}:5 first here]", at(1, "alice,")),
            format!("{} ST1231 the namespace `alice-lab` is taken (give the person's namespace another name) [{} first here]", at(1, "alice-lab"), at(0, "alice-lab")),
            format!("{} ST1231 the namespace `steading-system` is Kubernetes' or Steading's own (give the person's namespace another name)", at(1, "steading-system")),
        ]
        .into_iter()
        .collect::<Vec<_>>()
    );
}

#[test]
fn nobody_is_a_user_of_kubernetes_itself() {
    let people =
        "    carol: { role: admin, user: \"system:admin\", groups: [\"system:masters\"] }\n";
    let found = findings(people, "");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("ST1003 `spec.people.carol.user` must not begin with `system:`"));
    assert!(
        found[1].contains("ST1003 `spec.people.carol.groups[0]` must not begin with `system:`")
    );
}
