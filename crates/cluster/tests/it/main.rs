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
mod killed;
mod no_change;
mod records;
mod refusals;
mod release;
mod retire;
mod rights;
mod server_faults;
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
