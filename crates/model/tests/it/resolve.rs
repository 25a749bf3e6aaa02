//! One resolver: layers, environments, files.

use steading_model::application::FileContent;
use steading_model::load::{InputFile, load};
use steading_model::resolve::resolve;

use crate::support::{ESTATE, application, findings, good, loaded, resolved, shown, web};

#[test]
fn layers_merge_in_their_order() {
    let text = application(
        "  image: me/web:1\n  port: 3000\n  health: { path: / }\n  tier: tiny\n  resources: { cpu: 20m }\n  env: { A: \"1\", B: \"2\", C: \"3\" }\n  command: [a, b]\n",
        "  prod:\n    env: { B: null, C: \"4\", D: \"5\" }\n    command: [c]\n  staging:\n    tier: aux\n    image: me/web:2\n",
    );
    let component = good(&text, "prod").components.remove(0).fields;
    let env: Vec<String> = component
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(env, ["A=1", "C=4", "D=5", "TZ=Europe/Berlin"]);
    assert_eq!(component.command.len(), 1);
    assert_eq!(component.grace_period_seconds, Some(20));
    assert_eq!(component.service_port.unwrap().get(), 80);
    let resources = component.resources.unwrap();
    assert_eq!(resources.cpu.unwrap().to_string(), "20m");
    assert_eq!(resources.memory.unwrap().to_string(), "32Mi");
    assert_eq!(resources.memory_limit.unwrap().to_string(), "48Mi");
    let staging = good(&text, "staging");
    assert_eq!(staging.tier.as_str(), "aux");
    assert_eq!(staging.namespace.as_str(), "staging-web");
    assert_eq!(
        staging.components[0]
            .fields
            .image
            .as_ref()
            .unwrap()
            .as_str(),
        "me/web:2"
    );
}

#[test]
fn the_tiers_limit_goes_with_its_request() {
    let resources = good(
        &web("  tier: tiny\n  resources: { memory: 512Mi }\n"),
        "prod",
    )
    .components
    .remove(0)
    .fields
    .resources
    .unwrap();
    assert_eq!(resources.memory_limit, None);
    assert_eq!(resources.cpu.unwrap().to_string(), "10m");
}

#[test]
fn the_image_of_the_command_line_always_wins() {
    let text = application(
        "  image: me/web:1\n  port: 1\n  health: { tcp: true }\n",
        "  prod: { image: \"other/x:1\" }\n",
    );
    let (mut declarations, _) = loaded(&text);
    for (flag, expected) in [(None, "other/x:1"), (Some("me/web:9"), "me/web:9")] {
        let overrides = declarations.overrides(flag);
        let (application, report) = resolve(
            &declarations,
            &declarations.applications[0],
            "prod",
            &overrides,
        );
        assert!(report.is_empty());
        assert_eq!(
            application.unwrap().components[0]
                .fields
                .image
                .as_ref()
                .unwrap()
                .as_str(),
            expected
        );
    }
    let overrides = declarations.overrides(Some("NOT an image"));
    let (application, report) = resolve(
        &declarations,
        &declarations.applications[0],
        "prod",
        &overrides,
    );
    assert!(application.is_none());
    assert_eq!(
        shown(&report, &declarations.sources),
        [
            "1:9 ST1003 `spec.image` must be an image reference such as `ghcr.io/me/app:1.2.3`, not `NOT an image`"
        ]
    );
}

#[test]
fn an_undeclared_environment_is_an_error_with_those_there_are() {
    let text = application("  image: a/b:1\n", "  prod: {}\n  staging:\n");
    for (environment, expected) in [
        (
            "prd",
            "7:3 ST1111 the estate has no environment `prd` (did you mean `prod`? declared: prod, staging)",
        ),
        (
            "qa",
            "7:3 ST1111 the estate has no environment `qa` (declared: prod, staging)",
        ),
        (
            "",
            "7:3 ST1111 the estate has no environment `` (declared: prod, staging)",
        ),
    ] {
        let (application, report, declarations) = resolved(&text, environment);
        assert!(application.is_none());
        assert_eq!(
            shown(&report, &declarations.sources),
            [expected.replace("7:3", "8:3")]
        );
    }
    let (_, report, declarations) =
        resolved(&application("  image: a/b:1\n", "  prod: {}\n"), "staging");
    assert_eq!(
        shown(&report, &declarations.sources),
        ["8:3 ST1111 `web` has no environment `staging` (declared: prod)"]
    );
}

#[test]
fn an_environment_without_changes_may_be_empty() {
    let text = web("").replace("prod: {}", "prod:");
    assert_eq!(good(&text, "prod").name.as_str(), "web");
}

#[test]
fn lists_replace_and_an_empty_list_is_a_list() {
    let text = application(
        "  image: a/b:1\n  port: 1\n  health: { tcp: true }\n  ingress: [{ host: a }]\n  secrets: { path: /x, env: [A, B] }\n",
        "  prod: { ingress: [], secrets: { env: [C] } }\n",
    );
    let application = good(&text, "prod");
    assert!(application.fields.ingress.is_empty());
    let secrets = application.components[0].fields.secrets.clone().unwrap();
    assert_eq!(secrets.path.unwrap().as_str(), "/x");
    assert_eq!(
        secrets
            .env
            .0
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect::<Vec<_>>(),
        ["C"]
    );
}

#[test]
fn unknown_keys_have_the_nearest() {
    assert_eq!(
        findings(&web(
            "  memroy: 1Gi\n  ingres: []\n  resources: { memoryLimt: 1Gi }\n  sidecars: {}\n"
        )),
        [
            "9:3 ST1002 unknown key `spec.memroy` (did you mean `resources.memory`?)",
            "10:3 ST1002 unknown key `spec.ingres` (did you mean `ingress`?)",
            "11:16 ST1002 unknown key `spec.resources.memoryLimt` (did you mean `memoryLimit`?)",
        ]
    );
}

#[test]
fn values_are_taken_literally_in_env() {
    let application = good(
        &web("  env: { D: 10000000, E: 1.10, F: true, G: \"0755\", H: 1.0 }\n"),
        "prod",
    );
    let values: Vec<&str> = application.components[0]
        .fields
        .env
        .values()
        .map(steading_model::name::Literal::as_str)
        .collect();
    assert_eq!(
        values,
        ["10000000", "1.10", "true", "0755", "1.0", "Europe/Berlin"]
    );
    assert_eq!(
        findings(&web("  env: { E: , F: [] }\n")),
        [
            "~9:10 ST1116 `spec.env.E` has no value and is left out (write `E: \"\"` for an empty text)",
            "9:18 ST1001 `spec.env.F` must be text, not a list",
        ]
    );
}

#[test]
fn unknown_tiers_and_missing_estates_are_errors() {
    assert_eq!(
        findings(&web("  tier: tinny\n")),
        ["9:9 ST1112 there is no tier `tinny` (did you mean `tiny`?)"]
    );
    let (declarations, _) = load(vec![InputFile::declaration("a.yaml", web(""))]);
    let (application, report) = resolve(
        &declarations,
        &declarations.applications[0],
        "prod",
        &steading_model::resolve::Overrides::default(),
    );
    assert!(application.is_none());
    assert_eq!(
        shown(&report, &declarations.sources),
        ["- ST1110 there is no estate (add `estate.yaml`, or name the estate's folder)"]
    );
}

fn with_files(
    spec: &str,
) -> (
    Option<steading_model::application::Application>,
    Vec<String>,
) {
    let (declarations, _) = load(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("applications/web/application.yaml", web(spec)),
        InputFile::new("applications/web/config/a.conf", "a"),
        InputFile::new("applications/web/config/sub/b.conf", &b"\xff"[..]),
        InputFile::new("applications/web/run.sh", "#!/bin/sh"),
        InputFile::new("applications/webx/run.sh", "other"),
        InputFile::new("secret.txt", "outside"),
    ]);
    let (application, report) = resolve(
        &declarations,
        &declarations.applications[0],
        "prod",
        &steading_model::resolve::Overrides::default(),
    );
    (application, shown(&report, &declarations.sources))
}

#[test]
fn files_beside_the_declaration_are_loaded() {
    let spec = "  files:\n    /etc/web: { fromFile: config }\n    /etc/a: { fromFile: ./config/a.conf }\n  jobs: { run: { schedule: \"0 3 * * *\", script: { fromFile: run.sh } } }\n";
    let (application, found) = with_files(spec);
    assert!(found.is_empty(), "{found:?}");
    let application = application.unwrap();
    let loaded: Vec<Vec<(String, Vec<u8>)>> = application.components[0]
        .fields
        .files
        .values()
        .map(|file| match &file.content {
            FileContent::FromFile { loaded, .. } => loaded.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(loaded[0], [(String::new(), b"a".to_vec())]);
    assert_eq!(
        loaded[1],
        [
            ("a.conf".to_owned(), b"a".to_vec()),
            ("sub/b.conf".to_owned(), vec![0xff])
        ]
    );
    assert_eq!(
        application
            .fields
            .jobs
            .values()
            .next()
            .unwrap()
            .own
            .script
            .as_ref()
            .unwrap()
            .loaded,
        b"#!/bin/sh"
    );
}

#[test]
fn files_cannot_be_outside_of_the_folder() {
    for path in [
        "../../secret.txt",
        "/secret.txt",
        "config/../../webx/run.sh",
        "..",
    ] {
        let (application, found) = with_files(&format!(
            "  files: {{ /etc/x: {{ fromFile: \"{path}\" }} }}\n"
        ));
        assert!(application.is_none());
        let expected = format!(
            "9:32 ST1003 `spec.files./etc/x.fromFile` must be a path below the declaration's folder: `{path}`"
        );
        assert_eq!(found, [expected]);
    }
    let (_, found) =
        with_files("  files: { /etc/x: { fromFile: confg }, /etc/y: { fromFile: rum.sh } }\n");
    assert_eq!(
        found,
        [
            "9:32 ST1114 there is no file or folder `confg` beside the declaration (paths are relative to the folder of the declaration)",
            "9:61 ST1114 there is no file or folder `rum.sh` beside the declaration (did you mean `run.sh`?)",
        ]
    );
}

#[test]
fn resolving_twice_gives_the_same() {
    let text = web("  tier: tiny\n  env: { B: \"1\", A: \"2\" }\n");
    assert_eq!(good(&text, "prod").tree, good(&text, "prod").tree);
}

#[test]
fn many_applications_are_resolved_quickly() {
    let one = |at: usize| {
        InputFile::new(
            format!("applications/app-{at}/application.yaml"),
            web("").replace("name: web", &format!("name: app-{at}")),
        )
    };
    let files = std::iter::once(InputFile::new("estate.yaml", ESTATE))
        .chain((0..1_000).map(one))
        .collect();
    let start = std::time::Instant::now();
    let (declarations, report) = load(files);
    assert!(report.is_empty());
    for file in &declarations.applications {
        let (application, _) = resolve(
            &declarations,
            file,
            "prod",
            &steading_model::resolve::Overrides::default(),
        );
        assert!(application.is_some());
    }
    let limit = if cfg!(debug_assertions) { 10.0 } else { 0.25 };
    println!("{:?}", start.elapsed());
    assert!(
        start.elapsed().as_secs_f64() < limit,
        "{:?}",
        start.elapsed()
    );
}
