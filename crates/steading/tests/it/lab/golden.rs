//! The compiler's golden cases on a real API server: every object that they say is taken by it, and gets ready.
//!
//! An application is left out where `steading check` has an error for it, a case where its estate has one: those are about findings.

use std::path::{Path, PathBuf};

use super::copy::{applied, environments, without_errors};
use super::ground::Ground;

/// With so few, the test would look in the wrong place.
const LEAST: usize = 40;

#[test]
fn golden_cases() {
    let ground = Ground::begin();
    let (mut count, mut problems) = (0, Vec::new());
    for (number, case) in cases().into_iter().enumerate() {
        let Some(home) = without_errors(&case.join("repo")) else {
            continue;
        };
        for environment in environments(home.path()) {
            let place = format!("case{number}-{environment}");
            match applied(&ground, home.path(), &environment, &place) {
                Ok(applications) => count += applications.len(),
                Err(problem) => problems.push(format!("{}: {problem}", case.display())),
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let is_all = std::env::var_os("CASE").is_none();
    assert!(
        count >= LEAST || !is_all,
        "{count} applications were applied"
    );
}

/// Returns the folders of the cases; with `CASE=NAME` one case is looked at alone.
fn cases() -> Vec<PathBuf> {
    let only = std::env::var_os("CASE");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compile/tests/cases");
    let entries = std::fs::read_dir(folder).expect("there are cases");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|case| only.is_none() || case.file_name() == only.as_deref())
        .collect();
    cases.sort();
    cases
}
