//! The older format in the current form: golden files. `STEADING_BLESS=1 cargo test -p steading-model` rewrites them.

use std::fmt::Write;
use std::path::Path;

use steading_model::load::{Form, InputFile, load};
use steading_model::resolve::{Overrides, resolve};
use steading_model::{Node, Sources, emit, legacy, yaml};

use crate::support::{ESTATE, shown};

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/legacy")
        .join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

fn node(sources: &mut Sources, name: &str) -> Node {
    let file = sources.add(name, read(name));
    let (mut documents, report) = yaml::parse(sources, file);
    assert!(report.is_empty(), "{report:?}");
    documents.remove(0)
}

/// The current form, and below it each decision with its place.
fn converted(name: &str, base: Option<&str>) -> String {
    let mut sources = Sources::default();
    let mut old = node(&mut sources, name);
    if let Some(base) = base {
        old = legacy::merge(node(&mut sources, base), &old);
    }
    assert!(legacy::is_legacy(&old));
    let conversion = legacy::convert(&old);
    assert!(
        conversion.report.is_empty(),
        "{:?}",
        shown(&conversion.report, &sources)
    );
    let mut text = emit::node(&conversion.node.expect("it was converted"));
    for decision in conversion.decisions {
        writeln!(
            text,
            "# {}: {}",
            sources.place(decision.span),
            decision.text
        )
        .expect("a String takes everything");
    }
    text
}

fn check(name: &str, base: Option<&str>) {
    let expected = format!("{}.current.yaml", name.trim_end_matches(".yaml"));
    let text = converted(name, base);
    if std::env::var_os("STEADING_BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/legacy")
            .join(&expected);
        std::fs::write(path, &text).expect("the fixture can be written");
    }
    assert_eq!(text, read(&expected));
}

#[test]
fn the_first_generation() {
    check("first.yaml", None);
}

#[test]
fn the_later_generations() {
    check("full.yaml", None);
}

#[test]
fn values_files_in_order() {
    check("values.yaml", Some("values.base.yaml"));
}

#[test]
fn a_platform_service() {
    check("service.yaml", None);
}

#[test]
fn what_was_converted_is_of_the_current_form_and_resolves() {
    let estate = ESTATE.replace("prod: {}", "prod: {}\n    next: {}");
    for name in ["first", "full", "values", "service"] {
        let current = read(&format!("{name}.current.yaml"));
        let files = vec![
            InputFile::new("estate.yaml", estate.as_str()),
            InputFile::declaration("app.yaml", current),
        ];
        let (mut declarations, report) = load(files);
        assert!(
            report.is_empty(),
            "{name}: {:?}",
            shown(&report, &declarations.sources)
        );
        assert_eq!(declarations.applications[0].form, Form::Current);
        let flag = declarations.overrides(Some("me/x:1"));
        let file = &declarations.applications[0];
        for environment in file.environments() {
            let overrides = if name == "first" {
                flag.clone()
            } else {
                Overrides::default()
            };
            let (application, report) = resolve(&declarations, file, environment, &overrides);
            assert!(
                application.is_some(),
                "{name} {environment}: {:?}",
                shown(&report, &declarations.sources)
            );
        }
    }
}

#[test]
fn applied_directly_it_means_the_same_and_warns() {
    let load_one = |text: String| {
        load(vec![
            InputFile::new("estate.yaml", ESTATE),
            InputFile::declaration("app.yaml", text),
        ])
    };
    let (older, report) = load_one(read("full.yaml"));
    let expected = "~1:1 ST1100 this declaration is in the older format (`steading import manifest app.yaml` prints it in the current form)";
    assert_eq!(shown(&report, &older.sources), [expected]);
    let (current, _) = load_one(read("full.current.yaml"));
    for environment in ["prod", "staging"] {
        let one = resolve(
            &older,
            &older.applications[0],
            environment,
            &Overrides::default(),
        )
        .0
        .expect("it resolves");
        let other = resolve(
            &current,
            &current.applications[0],
            environment,
            &Overrides::default(),
        )
        .0
        .expect("it resolves");
        assert_eq!(
            format!("{:?}", one.components[0].fields),
            format!("{:?}", other.components[0].fields)
        );
        assert_eq!(format!("{:?}", one.fields), format!("{:?}", other.fields));
    }
}

#[test]
fn foreign_kinds_are_not_the_older_format() {
    let mut sources = Sources::default();
    for (text, expected) in [
        (
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {}\n",
            false,
        ),
        (
            "apiVersion: steading.dev/v1\nkind: Application\nspec: {}\n",
            false,
        ),
        ("apiVersion: v1\nkind: ConfigMap\ndata: {}\n", false),
        (
            "apiVersion: example.org/v1\nkind: Application\nspec: {}\n",
            true,
        ),
        ("metadata: { name: a }\nspec: {}\n", true),
        (
            "metadata: { name: a }\nspec: { description: forgotten head }\n",
            false,
        ),
        (
            "apiVersion: stedding.dev/v1\nkind: Application\nspec: { tier: aux }\n",
            false,
        ),
        ("name: a\nstorage: {}\n", true),
        ("name: a\n", false),
        ("[1]\n", false),
    ] {
        let file = sources.add("a.yaml", text);
        let node = yaml::parse(&sources, file).0.remove(0);
        assert_eq!(legacy::is_legacy(&node), expected, "{text}");
    }
}

#[test]
fn nothing_secret_of_an_older_file_is_shown() {
    assert!(!converted("full.yaml", None).contains("not-shown"));
}
