//! Waivers and the estate's severities.

use steading_model::Severity;

use crate::world::{ESTATE, TODAY, World};

fn application(spec: &str) -> String {
    format!(
        "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {{ name: web }}\nspec:\n  description: Answers requests\n  image: ghcr.io/example/web\n{spec}environments: {{ prod: {{}} }}\n"
    )
}

fn estate(rules: &str) -> String {
    ESTATE.replace("  lab:", &format!("  rules: {{ {rules} }}\n  lab:"))
}

#[test]
fn a_waived_finding_is_kept_apart_with_its_reason() {
    let world = World::new(
        ESTATE,
        &application("  waivers: [{ rule: st4001, why: no tags upstream, until: 2026-06-30 }]\n"),
    );
    let outcome = world.check(Some(TODAY));
    assert!(outcome.report.is_empty(), "{:?}", outcome.report);
    let [waived] = outcome.waived.as_slice() else {
        panic!("{:?}", outcome.waived)
    };
    assert_eq!(
        (
            waived.rule.as_str(),
            waived.why.as_str(),
            waived.environment.as_str()
        ),
        ("image-not-pinned", "no tags upstream", "prod")
    );
    assert_eq!(waived.finding.severity, Severity::Error);
}

#[test]
fn an_expired_waiver_lets_nothing_pass() {
    let world = World::new(
        ESTATE,
        &application(
            "  waivers: [{ rule: image-not-pinned, why: no tags upstream, until: 2026-06-29 }]\n",
        ),
    );
    let codes = |today| -> Vec<&str> {
        world
            .check(today)
            .report
            .diagnostics()
            .iter()
            .map(|finding| finding.code.0)
            .collect()
    };
    assert_eq!(codes(Some(TODAY)), ["ST4001", "ST4090"]);
    assert_eq!(codes(None), Vec::<&str>::new());
}

#[test]
fn the_estate_sets_severities() {
    for (level, expected) in [
        ("warning", Some(Severity::Warning)),
        ("error", Some(Severity::Error)),
        ("\"off\"", None),
    ] {
        let rules = format!("image-not-pinned: {{ severity: {level}, why: upstream has no tags }}");
        let outcome = World::new(&estate(&rules), &application("")).check(None);
        let found = outcome
            .report
            .diagnostics()
            .first()
            .map(|finding| finding.severity);
        assert_eq!(found, expected, "{level}");
    }
}

#[test]
fn a_waiver_of_another_rule_does_not_help() {
    let world = World::new(
        ESTATE,
        &application("  waivers: [{ rule: floating-tag, why: no tags upstream }]\n"),
    );
    let outcome = world.check(None);
    let codes: Vec<&str> = outcome
        .report
        .diagnostics()
        .iter()
        .map(|finding| finding.code.0)
        .collect();
    assert_eq!(codes, ["ST4001", "ST4091"]);
}

#[test]
fn who_asks_about_one_application_hears_of_that_one() {
    let named = |name: &str, image: &str| {
        application("")
            .replace("name: web", &format!("name: {name}"))
            .replace("Answers requests", &format!("Answers for {name}"))
            .replace("ghcr.io/example/web", image)
    };
    let (floating, pinned) = ("ghcr.io/example/web", "ghcr.io/example/web:1.0");
    let asked = |estate: &str, web: &str, wiki: &str, only: &[&str]| {
        let files = format!("{}---\n{}", named("web", web), named("wiki", wiki));
        let mut world = World::new(estate, &files);
        world.only = only.iter().map(|name| (*name).to_owned()).collect();
        world.findings()
    };
    let lines = |text: &str| text.matches("ST4001").count();
    assert_eq!(lines(&asked(ESTATE, floating, floating, &[])), 2);
    let one = asked(ESTATE, floating, floating, &["wiki"]);
    assert_eq!(lines(&one), 1, "{one}");
    assert_eq!(asked(ESTATE, floating, pinned, &["wiki"]), "");

    // A waiver that both have is not useless because the other needs it.
    let waiver =
        "  defaults: { spec: { waivers: [{ rule: image-not-pinned, why: no tags upstream }] } }\n";
    let shared = ESTATE.replace("  lab:", &format!("{waiver}  lab:"));
    assert_eq!(asked(&shared, floating, pinned, &["wiki"]), "");
    let nobody = asked(&shared, pinned, pinned, &[]);
    assert!(nobody.contains("nothing here is against"), "{nobody}");
}
