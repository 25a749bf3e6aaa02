//! From files to declarations.

use steading_model::load::{Form, InputFile, load};
use steading_model::name::{AppName, EnvironmentName};

use crate::support::{ESTATE, application, shown, web};

fn findings(files: Vec<InputFile>) -> Vec<String> {
    let (declarations, report) = load(files);
    let places = |line: String| line;
    shown(&report, &declarations.sources)
        .into_iter()
        .map(places)
        .collect()
}

#[test]
fn an_estate_and_its_applications_are_read_in_one_go() {
    let files = vec![
        InputFile::new(
            "applications/b/application.yaml",
            web("").replace("name: web", "name: b"),
        ),
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new(
            "applications/a/application.yaml",
            web("").replace("name: web", "name: a"),
        ),
        InputFile::new("applications/a/config/app.toml", "x = 1"),
        InputFile::new("README.md", "# hello"),
    ];
    let (declarations, report) = load(files);
    assert!(report.is_empty(), "{report:?}");
    let names: Vec<&str> = declarations
        .applications
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let file = declarations.application("a").unwrap();
    assert_eq!(file.form, Form::Current);
    assert_eq!(file.environments(), ["prod"]);
    assert_eq!(declarations.paths_beside(file), ["config/app.toml"]);
    assert!(declarations.application("c").is_none());
    assert_eq!(
        declarations
            .estate
            .unwrap()
            .fields
            .naming
            .namespace
            .fill(&[("environment", "e"), ("application", "a")]),
        "e-a"
    );
}

#[test]
fn all_findings_of_all_files_come_at_once() {
    let found = findings(vec![
        InputFile::new(
            "estate.yaml",
            ESTATE
                .replace("kind: Estate", "kind: Estat")
                .replace("home", "HOME"),
        ),
        InputFile::new(
            "applications/a/application.yaml",
            "apiVersion: v1\nkind: ConfigMap\n---\n- 1\n---\nspec: {}\n",
        ),
        InputFile::new("applications/b/application.yaml", "# nothing\n"),
        InputFile::new("applications/c/application.yaml", &b"a: \xff\n"[..]),
        InputFile::new(
            "applications/d/application.yaml",
            "apiVersion: steading.dev/v2\nkind: Application\nmetadata: {name: d}\n",
        ),
        InputFile::new(
            "applications/e/application.yaml",
            "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {name: e}\nspce: {}\n",
        ),
        InputFile::new(
            "applications/f/application.yaml",
            "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {nam: f}\nspec: []\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "1:13 ST1101 `ConfigMap` of `v1` is not a declaration (put Kubernetes objects into `raw` of an application)",
            "4:1 ST1101 a declaration must be a mapping, not a list",
            "6:1 ST1101 a declaration must have `apiVersion` (begin it with `apiVersion: steading.dev/v1` and `kind: Application`, `kind: Estate` or `kind: Rule`)",
            "1:1 ST1102 `applications/b/application.yaml` holds no declaration",
            "1:4 ST0001 `applications/c/application.yaml` is not UTF-8: byte 0xff at offset 3 (line 1) (save the file as UTF-8)",
            "1:13 ST1101 `Application` of `steading.dev/v2` is not a declaration (write `apiVersion: steading.dev/v1`)",
            "4:1 ST1002 unknown key `spce` (did you mean `spec`?)",
            "3:11 ST1004 `metadata.name` is required",
            "3:12 ST1002 unknown key `metadata.nam` (did you mean `name`?)",
            "4:7 ST1001 `spec` must be a mapping, not a list",
            "2:7 ST1101 `Estat` of `steading.dev/v1` is not a declaration (did you mean `Estate`?)",
        ]
    );
}

#[test]
fn names_are_unique_and_folders_are_called_after_them() {
    let found = findings(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("applications/web/application.yaml", web("")),
        InputFile::new("applications/wbe/application.yaml", web("")),
    ]);
    assert_eq!(
        found,
        [
            "~3:19 ST1105 the application `web` is in the folder `wbe` (rename the folder to `applications/web`)",
            "3:19 ST1103 there are two applications `web` (give one of them another name) [3:19 first here]",
        ]
    );
}

#[test]
fn the_estate_knows_its_applications_even_where_one_cannot_be_read() {
    let named = |name: &str| web("").replace("name: web", &format!("name: {name}"));
    let (declarations, report) = load(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("applications/a/application.yaml", named("a")),
        InputFile::new("./applications/b/application.yaml", "spec: [\n"),
        InputFile::new("applications/c/application.yaml", named("other")),
        InputFile::new("applications/d/config.yaml", "spec: {}\n"),
        InputFile::declaration("elsewhere.yaml", named("e")),
    ]);
    assert!(report.has_errors());
    let estate = declarations.estate.unwrap();
    let applications: Vec<(&str, Vec<&str>)> = estate
        .applications
        .iter()
        .map(|(name, environments)| {
            let environments = environments.iter().map(EnvironmentName::as_str);
            (name.as_str(), environments.collect())
        })
        .collect();
    assert_eq!(
        applications,
        [
            ("a", vec!["prod"]),
            ("b", vec!["prod", "staging"]),
            ("e", vec!["prod"]),
            ("other", vec!["prod"]),
        ]
    );
    let declares = |name, environment| {
        estate.declares(
            &AppName::parse(name).unwrap(),
            &EnvironmentName::parse(environment).unwrap(),
        )
    };
    assert!(declares("a", "prod") && declares("b", "staging"));
    assert!(!declares("a", "staging") && !declares("c", "prod"));
}

#[test]
fn environments_must_be_the_estates() {
    let text = application(
        "  image: a/b:1\n",
        "  prod: {}\n  stagin: {}\n  Bad_Name: {}\n  qa: 3\n",
    );
    let found = findings(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("applications/web/application.yaml", text),
    ]);
    assert_eq!(
        found,
        [
            "9:3 ST1104 the estate has no environment `stagin` (did you mean `staging`?)",
            "10:3 ST1003 `environments.Bad_Name` must be lower-case letters, digits and `-`, beginning and ending with a letter or digit: `Bad_Name`",
            "11:7 ST1001 `environments.qa` must be a mapping, not the number 3",
        ]
    );
}

#[test]
fn the_parts_of_an_estate_must_fit() {
    let estate = ESTATE
        .replace("  defaults:\n", "  secrets:\n    existing: {}\n    infisical: { project: p, credentials: { name: a, namespace: b } }\n  defaults:\n    tier: nope\n")
        .replace("staging: {}", "staging: { after: qa }")
        .replace("gracePeriodSeconds: 20", "gracePeriod: 20");
    assert_eq!(
        findings(vec![InputFile::new("estate.yaml", estate)]),
        [
            "8:23 ST1106 `staging` comes after `qa`, which does not exist",
            "15:5 ST1106 `spec.secrets` must have only one of `existing` and `infisical`",
            "18:11 ST1106 `spec.defaults.tier`: there is no tier `nope`",
            "20:7 ST1002 unknown key `spec.defaults.spec.gracePeriod` (did you mean `gracePeriodSeconds`?)",
        ]
    );
}

#[test]
fn a_declaration_can_be_named_whatever_its_path() {
    let (declarations, report) = load(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::declaration("some/app.yml", web("")),
    ]);
    assert!(report.is_empty());
    assert_eq!(declarations.applications.len(), 1);
    let (declarations, _) = load(vec![InputFile::new("some/app.yml", web(""))]);
    assert!(declarations.applications.is_empty());
}

#[test]
fn loading_does_not_depend_on_the_order_of_files() {
    let files = vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("applications/web/application.yaml", web("  pots: 1\n")),
        InputFile::new(
            "applications/x/application.yaml",
            web("").replace("name: web", "name: x y"),
        ),
    ];
    let mut reversed = files.clone();
    reversed.reverse();
    let (first, second) = (load(files), load(reversed));
    assert_eq!(
        shown(&first.1, &first.0.sources),
        shown(&second.1, &second.0.sources)
    );
}

#[test]
fn what_was_misread_is_never_resolved() {
    use steading_model::resolve::{Overrides, resolve};
    let older = "metadata: { name: a }\nspec: { image: \"x:1\", health: { path: / } }\nenvironments: { prod: {} }\n";
    for (base, text) in [
        (
            None,
            older.replace(
                "image",
                "ingress: [{ host: a.org, public: \"false\" }], image",
            ),
        ),
        (
            None,
            web("").replace("environments", "environment: {}\nenvironments"),
        ),
        (None, web("  port: 4000\n")),
        (None, format!("{}---\nbad: [\n", web(""))),
        (Some("spec: { env: { A: [ } }\n"), older.to_owned()),
        (
            Some("spec: { memroy: 1Gi }\nenvironments: {}\n"),
            older.to_owned(),
        ),
        (None, older.to_owned()),
    ] {
        let mut files = vec![
            InputFile::new("estate.yaml", ESTATE),
            InputFile::declaration("a.yaml", text.as_str()),
        ];
        files.extend(base.map(|base| InputFile::base("base.yaml", base)));
        let (declarations, report) = load(files);
        let clean = text == older && base.is_none();
        assert_eq!(report.has_errors(), !clean, "{text}");
        let file = &declarations.applications[0];
        assert_eq!(file.has_errors(), !clean, "{text}");
        let (application, _) = resolve(&declarations, file, "prod", &Overrides::default());
        assert_eq!(application.is_some(), clean, "{text}");
    }
}
