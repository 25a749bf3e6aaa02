//! The guarantees of releasing, against a real API server.
#![expect(
    clippy::unwrap_used,
    reason = "these are tests, also where a helper is shared by several"
)]

mod given_up;
mod ground;
mod groups;
mod guarantee_1;
mod guarantee_2;
mod guarantee_3;
mod guarantee_4;
mod guarantee_5;
mod guarantee_6;
mod guarantee_7;
mod guarantee_8;
mod killed;
mod moved;
mod no_change;
mod records;
mod refusals;
mod release;
mod retire;
mod rights;
mod state;
mod storm;
mod takeover;

#[test]
fn no_test_file_is_forgotten() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(here.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(here).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "{name}"
        );
    }
}

#[test]
fn every_test_that_the_guarantees_name_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/concepts/guarantees.md")).unwrap();
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let files = named.iter().filter(|name| name.starts_with("crates/"));
    let sources: Vec<String> = files
        .map(|file| std::fs::read_to_string(root.join(file)).expect(file))
        .collect();
    let is_test = |name: &&&str| name.matches('_').count() >= 2 && !name.contains('/');
    let tests: Vec<&&str> = named.iter().filter(is_test).collect();
    for test in &tests {
        assert!(sources.iter().any(|text| text.contains(**test)), "{test}");
    }
    assert!(tests.len() >= 12, "{tests:?}");
}
