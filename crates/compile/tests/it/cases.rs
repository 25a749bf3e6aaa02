//! Golden cases: `tests/cases/NAME/repo` is an estate, `objects.yaml` and `report.txt` are what comes of it, and
//! `shared.yaml` the objects of an estate that has people. `BLESS=1` writes them anew;
//! with `CASE=NAME` one case is looked at alone.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use steading_compile::{compile, compile_shared};
use steading_model::estate::Estate;
use steading_model::{Desired, emit};

use crate::estates;

#[test]
fn cases_compile_as_written_down() {
    let mut problems = String::new();
    let only = std::env::var_os("CASE");
    let is_meant = |case: &PathBuf| only.is_none() || case.file_name() == only.as_deref();
    for case in estates::cases().into_iter().filter(is_meant) {
        assert!(
            case.join("README.md").exists(),
            "{} needs a README.md",
            case.display()
        );
        let loaded = estates::read(&case.join("repo"));
        let (desired, report) = compile(loaded.estate(), &loaded.applications);
        let report = estates::text(&loaded.declarations.sources, &report);
        compare(
            &case.join("objects.yaml"),
            &objects(&desired),
            &mut problems,
        );
        compare(&case.join("report.txt"), &report, &mut problems);
        compare(
            &case.join("shared.yaml"),
            &shared(loaded.estate()),
            &mut problems,
        );
    }
    assert!(
        problems.is_empty(),
        "these differ; `BLESS=1` accepts them\n{problems}"
    );
}

/// Returns the estate's own objects where it has people; where it has none, they are the same in all cases.
fn shared(estate: &Estate) -> String {
    if estate.fields.people.is_empty() {
        return String::new();
    }
    objects(&[compile_shared(estate)])
}

fn objects(desired: &[Desired]) -> String {
    let mut text = String::new();
    for one in desired {
        let after: Vec<String> = one.after.iter().map(ToString::to_string).collect();
        write!(
            text,
            "# {} in {}, {} s",
            one.title(),
            one.namespace,
            one.timeout_seconds
        )
        .unwrap();
        writeln!(
            text,
            "{}{}",
            if after.is_empty() { "" } else { ", after " },
            after.join(", ")
        )
        .unwrap();
        for object in &one.objects {
            writeln!(text, "---\n{}", emit::kubernetes(&object.json).trim_end()).unwrap();
        }
    }
    text
}

fn compare(path: &Path, actual: &str, problems: &mut String) {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        if actual.is_empty() {
            std::fs::remove_file(path).unwrap();
        } else {
            std::fs::write(path, actual).unwrap();
        }
        return;
    }
    let differs = expected
        .lines()
        .zip(actual.lines())
        .position(|(one, other)| one != other);
    let line = differs.unwrap_or_else(|| expected.lines().count().min(actual.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    writeln!(
        problems,
        "{}:{}\n  expected {}\n  actual   {}",
        path.display(),
        line + 1,
        at(&expected),
        at(actual)
    )
    .unwrap();
}
