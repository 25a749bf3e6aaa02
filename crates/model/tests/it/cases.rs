//! Odd and hostile inputs in the older format, which a chart rendered into something that nobody meant.

use steading_model::application::{Application, AuthMode, Visibility};

use crate::support::{findings, good};

fn older(spec: &str, prod: &str) -> String {
    format!(
        "apiVersion: example.org/v1\nkind: Application\nmetadata: {{ name: web }}\nspec:\n  image: me/web:1\n  port: 3000\n  health: {{ path: / }}\n{spec}environments:\n  prod: {{ {prod} }}\n"
    )
}

/// The findings without the warning about the format.
fn wrong(spec: &str) -> Vec<String> {
    findings(&older(spec, ""))
        .into_iter()
        .filter(|line| !line.contains("ST1100"))
        .collect()
}

fn right(spec: &str) -> Application {
    good(&older(spec, ""), "prod")
}

fn env(application: &Application) -> Vec<String> {
    let env = &application.components[0].fields.env;
    env.iter()
        .filter(|(name, _)| name.as_str() != "TZ")
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

#[test]
fn a_quoted_boolean_opens_nothing() {
    assert_eq!(
        wrong("  ingress: [{ host: o.com, public: \"false\" }]\n"),
        ["8:36 ST1001 `spec.ingress[0].public` must be `true` or `false`, not the text \"false\""]
    );
}

#[test]
fn misspelt_keys_are_errors_with_the_nearest_of_the_older_format() {
    assert_eq!(
        wrong("  memroy: 1Gi\n  ingres: [{ host: x }]\n"),
        [
            "8:3 ST1002 unknown key `spec.memroy` (did you mean `resources.memory`?)",
            "9:3 ST1002 unknown key `spec.ingres` (did you mean `ingress`?)"
        ]
    );
    assert_eq!(
        wrong("  storage: { size: 1Gi, mountpath: /d }\n"),
        [
            "8:12 ST1004 `spec.storage.mountPath` is required",
            "8:25 ST1002 unknown key `spec.storage.mountpath` (did you mean `mountPath`?)",
        ]
    );
    assert_eq!(
        wrong("  ingress: [{ host: a.org, publik: true, public: true }]\n"),
        ["8:28 ST1002 unknown key `spec.ingress[0].publik` (did you mean `public`?)"]
    );
}

#[test]
fn no_replicas_is_no_replicas() {
    assert_eq!(
        right("  replicas: 0\n").components[0].fields.replicas,
        Some(0)
    );
}

#[test]
fn memory_is_a_quantity() {
    for (memory, twice) in [
        ("0.5Gi", "1Gi"),
        ("1.5Gi", "3Gi"),
        ("500M", "1G"),
        ("1G", "2G"),
        ("1024Ki", "2Mi"),
    ] {
        let resources = right(&format!("  resources: {{ memory: {memory} }}\n")).components[0]
            .fields
            .resources
            .clone()
            .unwrap();
        assert_eq!(
            resources.memory_limit, None,
            "the limit follows from the request"
        );
        assert_eq!(resources.memory.unwrap().times(2).to_string(), twice);
    }
}

#[test]
fn the_users_port_variable_is_the_only_one() {
    assert_eq!(env(&right("  env: { PORT: \"8080\" }\n")), ["PORT=8080"]);
}

#[test]
fn a_variable_is_a_literal_or_a_secret() {
    assert_eq!(
        wrong("  env: { A: \"1\" }\n  secrets: { path: /x, env: [A] }\n"),
        [
            "8:10 ST1202 `A` is both a literal and a secret (remove one of the two) [9:30 the secret]"
        ]
    );
}

#[test]
fn secrets_need_a_path() {
    assert_eq!(
        wrong("  secrets: { env: [A] }\n"),
        [
            "8:19 ST1004 `spec.secrets.env` needs `spec.secrets.path` (add `path`, the place of the secrets in the backend)"
        ]
    );
}

#[test]
fn large_numbers_stay_as_written_and_null_is_no_variable() {
    assert_eq!(env(&right("  env: { D: 10000000 }\n")), ["D=10000000"]);
    assert_eq!(env(&right("  env: { E: null, F: \"1\" }\n")), ["F=1"]);
}

#[test]
fn hosts_are_lower_case_and_distinct() {
    let application = right("  ingress: [{ host: Foo.Example.COM, public: true }]\n");
    assert_eq!(
        application.fields.ingress[0].host.as_str(),
        "foo.example.com"
    );
    let two =
        right("  ingress: [{ host: a.b.com, public: true }, { host: a-b.com, public: true }]\n");
    assert_eq!(two.fields.ingress.len(), 2);
    assert_eq!(
        wrong("  ingress: [{ host: A.org, public: true }, { host: a.org, public: true }]\n"),
        ["8:52 ST1211 two routes for `a.org/` (remove one of the two) [8:21 first here]"]
    );
}

#[test]
fn a_path_begins_with_a_slash() {
    assert_eq!(
        wrong("  ingress: [{ host: o.com, path: api, public: true }]\n"),
        ["8:34 ST1003 `spec.ingress[0].path` must start with `/`: write `/api`"]
    );
}

#[test]
fn redirects_have_no_slash_too_many() {
    let application =
        right("  ingress: [{ host: o.com, public: true, redirectTo: \"https://n.com/\" }]\n");
    assert_eq!(
        application.fields.ingress[0]
            .redirect_to
            .as_ref()
            .unwrap()
            .as_str(),
        "https://n.com"
    );
    let private =
        right("  ingress: [{ host: o.com, public: false, redirectTo: \"https://n.com\" }]\n");
    assert_eq!(
        private.fields.ingress[0].visibility,
        Some(Visibility::Private)
    );
    assert_eq!(
        wrong(
            "  ingress: [{ host: o.com, public: true, path: /a, redirectTo: \"http://n.com\" }]\n"
        ),
        [
            "8:64 ST1003 `spec.ingress[0].redirectTo` must begin with `https://`",
            "8:64 ST1003 `spec.ingress[0]` has both `path` and `redirectTo` (a redirect answers for the whole host: remove `path`)",
        ]
    );
}

#[test]
fn a_volume_has_one_writer() {
    assert_eq!(
        wrong("  replicas: 2\n  storage: { size: 1Gi, mountPath: /data }\n"),
        [
            "8:3 ST1203 `web` has 2 replicas and a volume with a single writer (use one replica, `kind: stateful`, or `data: shared`) [9:3 the volume]"
        ]
    );
}

#[test]
fn storage_is_complete() {
    assert_eq!(
        wrong("  storage: { mountPath: /d }\n"),
        [
            "8:3 ST1205 `spec.storage.size` is required when `spec.storage` is set (add `size`, such as `size: 2Gi`)"
        ]
    );
    assert_eq!(
        wrong("  storage: { size: 1Gi }\n"),
        ["8:12 ST1004 `spec.storage.mountPath` is required"]
    );
}

#[test]
fn lists_of_an_environment_replace() {
    let text = older(
        "  ingress: [{ host: a.com, public: true }]\n  secrets: { path: /x, env: [A, B] }\n",
        "ingress: [], secrets: { env: [C] }",
    );
    let application = good(&text, "prod");
    assert!(application.fields.ingress.is_empty());
    let secrets = application.components[0].fields.secrets.clone().unwrap();
    assert_eq!(secrets.path.unwrap().as_str(), "/x");
    assert_eq!(secrets.env.0.len(), 1);
}

#[test]
fn the_image_of_an_environment_wins_without_image_on_the_command_line() {
    let application = good(&older("", "image: \"other/x:1\""), "prod");
    assert_eq!(
        application.components[0]
            .fields
            .image
            .as_ref()
            .unwrap()
            .as_str(),
        "other/x:1"
    );
}

#[test]
fn an_undeclared_environment_is_an_error() {
    let (application, report, declarations) = crate::support::resolved(&older("", ""), "prd");
    assert!(application.is_none());
    let found = crate::support::shown(&report, &declarations.sources);
    assert!(
        found.contains(
            &"9:3 ST1111 the estate has no environment `prd` (did you mean `prod`?)".to_owned()
        ),
        "{found:?}"
    );
}

#[test]
fn running_as_root_has_a_reason() {
    let security = right("  runAsRoot: true\n").components[0]
        .fields
        .security
        .clone()
        .unwrap();
    assert!(security.root.is_some());
    assert_eq!(security.user, None);
}

#[test]
fn routes_say_who_may_reach_them() {
    assert_eq!(
        wrong("  ingress: [{ host: a.org }]\n"),
        [
            "8:13 ST1004 `spec.ingress[0].public` is required (write `public: false`, unless everyone may reach it)"
        ]
    );
    assert_eq!(
        wrong("  ingress: [{ host: a.org, access: pubic }]\n"),
        ["8:36 ST1003 `spec.ingress[0].access` cannot be `pubic` (did you mean `public`?)"]
    );
    let route = right("  ingress: [{ host: a.org, access: public }]\n")
        .fields
        .ingress
        .remove(0);
    assert_eq!(
        (route.visibility, route.auth.unwrap().mode),
        (Some(Visibility::Public), AuthMode::Public)
    );
}

#[test]
fn unknown_platform_services_are_errors() {
    assert_eq!(
        wrong("  platformServices: [otel-colector]\n"),
        [
            "8:22 ST1209 there is no catalogue entry `otel-colector` (did you mean `otel-collector`?)"
        ]
    );
}
