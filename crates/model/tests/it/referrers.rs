//! Who names an application that is about to be retired.

use steading_model::load::{InputFile, load};
use steading_model::name::{AppName, EnvironmentName};
use steading_model::referrer::{Leaving, referrers};
use steading_model::resolve::{Overrides, resolve};

const ESTATE: &str = "\
apiVersion: steading.dev/v1
kind: Estate
metadata: { name: home }
spec:
  domains: { public: example.org }
  environments: { prod: {}, staging: {} }
  people: { alice: { role: edit, applications: [wiki] } }
  catalogue:
    notes: { at: { application: wiki }, ports: [8080] }
    drafts: { at: { application: wiki, environment: staging }, ports: [8080] }
  certificates: { issuer: letsencrypt }
";

fn application(name: &str, more: &str, environments: &str) -> InputFile {
    let text = format!(
        "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {{ name: {name} }}\nspec:\n  description: like wiki.example.org\n  \
         image: me/{name}:1\n  port: 8080\n  health: {{ path: / }}\n{more}environments: {environments}\n"
    );
    InputFile::new(format!("applications/{name}/application.yaml"), text)
}

/// Returns what names `wiki` in `prod`, with the line of each.
fn found(estate: &str, others: &[InputFile]) -> Vec<String> {
    let mut files = vec![InputFile::new("estate.yaml", estate)];
    files.push(application(
        "wiki",
        "  dependsOn: [shop]\n",
        "{ prod: {}, staging: {} }",
    ));
    files.extend(others.iter().cloned());
    let (declarations, report) = load(files);
    assert!(!report.has_errors(), "{report:?}");
    let estate = declarations.estate.as_ref().expect("there is one");
    let resolved: Vec<_> = declarations
        .applications
        .iter()
        .flat_map(|file| file.environments().into_iter().map(move |one| (file, one)))
        .filter_map(|(file, environment)| {
            let (resolved, report) =
                resolve(&declarations, file, environment, &Overrides::default());
            assert!(resolved.is_some(), "{report:?}");
            resolved
        })
        .collect();
    let leaving = Leaving {
        application: &AppName::parse("wiki").expect("it is a name"),
        environment: &EnvironmentName::parse("prod").expect("it is a name"),
        namespace: "prod-wiki",
        hosts: &["wiki.example.org".to_owned()],
    };
    let report = referrers(&leaving, estate, &resolved);
    let line = |span: steading_model::Span| {
        let file = declarations.sources.file(span.file);
        let path = declarations.sources.path(span.file).to_owned();
        format!("{path}:{}", file.position(span.start).line)
    };
    let findings = report.diagnostics().iter();
    findings
        .map(|finding| {
            format!(
                "{} {}",
                line(finding.span.expect("it has a place")),
                finding.message
            )
        })
        .collect()
}

#[test]
fn every_way_to_name_an_application_is_found() {
    let more = "  uses: { wiki: {}, notes: {}, drafts: {} }
  dependsOn: [wiki]
  network: { from: [{ application: wiki }], to: [{ namespace: prod-wiki }] }
  previousNames: [wiki]
  secrets: { path: wiki, env: [TOKEN] }
  env: { API: \"http://wiki.prod-wiki.svc:80\", OTHER: wiki.example.organic }
  ingress:
    - { host: shop, redirectTo: \"https://wiki.example.org/x\", auth: { public: a test } }
";
    let found = found(ESTATE, &[application("shop", more, "{ prod: {} }")]);
    let file = "applications/shop/application.yaml";
    let expected = [
        format!("{file}:9 prod/shop uses it: `spec.uses.wiki`"),
        format!("{file}:9 prod/shop uses `notes`, which it runs: `spec.uses.notes`"),
        format!("{file}:10 prod/shop is released after it: `spec.dependsOn[0]`"),
        format!("{file}:11 prod/shop names it: `spec.network.from[0].application`"),
        format!("{file}:11 prod/shop names its namespace: `spec.network.to[0].namespace`"),
        format!("{file}:12 prod/shop was called so before: `spec.previousNames[0]`"),
        format!("{file}:13 prod/shop reads its secrets: `spec.secrets.path`"),
        format!("{file}:14 prod/shop holds an address in its namespace: `spec.env.API`"),
        format!(
            "{file}:16 prod/shop names its host `wiki.example.org`: `spec.ingress[0].redirectTo`"
        ),
    ];
    for line in &expected {
        assert!(
            found.contains(line),
            "{line}\nis not in\n{}",
            found.join("\n")
        );
    }
    assert_eq!(found.len(), expected.len(), "{}", found.join("\n"));
}

#[test]
fn the_estate_names_it_where_no_other_environment_has_it() {
    let estate = ESTATE.replace(
        "{ application: wiki }",
        "{ application: wiki, environment: prod }",
    );
    assert_eq!(
        found(&estate, &[]),
        ["estate.yaml:9 the estate names it: `spec.catalogue.notes.at.application`"]
    );
}

#[test]
fn another_environment_names_its_own() {
    let more =
        "  uses: { wiki: {} }\n  dependsOn: [wiki]\n  env: { API: \"http://wiki.prod-wiki:80\" }\n";
    let found = found(ESTATE, &[application("shop", more, "{ staging: {} }")]);
    let file = "applications/shop/application.yaml";
    assert_eq!(
        found,
        [format!(
            "{file}:11 staging/shop holds an address in its namespace: `spec.env.API`"
        )]
    );
}
