//! Each rule: a page, a fixture that fails with exactly the expected findings, and one that passes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use steading_rules::{RULES, find, pages};

use crate::world::{ESTATE, World};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn world(folder: &Path) -> World {
    let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let application = text("application.yaml")
        .unwrap_or_else(|| panic!("{} has no application.yaml", folder.display()));
    let world = World::new(
        text("estate.yaml").as_deref().unwrap_or(ESTATE),
        &application,
    );
    match text("objects.yaml") {
        Some(objects) => world.with_objects(&objects),
        None => world,
    }
}

#[test]
fn each_rule_finds_what_is_bad_and_nothing_else() {
    for rule in RULES {
        let folder = root().join(rule.name).join("fail");
        let found = world(&folder).findings();
        let expected = folder.join("expected.txt");
        if std::env::var_os("STEADING_BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, wanted, "{}", rule.name);
        assert!(
            found.contains(&format!(": {} ", rule.code.0)),
            "the failing fixture of {} does not fail",
            rule.name
        );
    }
}

#[test]
fn each_rule_passes_what_is_good() {
    for rule in RULES {
        let found = world(&root().join(rule.name).join("pass")).findings();
        assert_eq!(found, "", "{}", rule.name);
    }
}

#[test]
fn each_fixture_has_a_rule() {
    for entry in fs::read_dir(root()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(
            name == "estate.yaml" || find(&name).is_some(),
            "no rule `{name}`"
        );
    }
}

#[test]
fn rules_are_ordered_named_and_coded_once() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code.0).collect();
    assert!(codes.is_sorted_by(|one, other| one < other), "{codes:?}");
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES {
        assert_eq!(find(rule.name).unwrap().code, rule.code);
        assert_eq!(find(&rule.code.0.to_lowercase()).unwrap().name, rule.name);
    }
}

#[test]
fn each_rule_file_is_in_the_registry() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .replace('_', "-")
        })
        .collect();
    let names: BTreeSet<String> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, names);
}

#[test]
fn each_rule_has_a_page_with_reason_and_example() {
    let pages = pages();
    for rule in RULES {
        let name = rule.name;
        let page = &pages
            .iter()
            .find(|(file, _)| *file == format!("{name}.md"))
            .unwrap()
            .1;
        for part in [
            "## Why",
            "## Example",
            "```yaml",
            "# found",
            "## Getting past it",
        ] {
            assert!(page.contains(part), "{name}: no {part}");
        }
        assert!(
            rule.summary().ends_with('.'),
            "{name}: the first line is no sentence"
        );
    }
    assert_eq!(pages.len(), RULES.len() + 1);
}
