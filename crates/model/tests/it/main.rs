//! The crate from outside.

mod cases;
mod containers;
mod convert;
mod defaults;
mod edge;
mod emit;
mod explain;
mod instances;
mod listen;
mod load;
mod monitoring;
mod people;
mod referrers;
mod resolve;
mod robust;
mod scaling;
mod support;
mod uses;
mod validate;
mod workloads;
mod yaml;

#[test]
fn no_test_file_is_forgotten() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(here.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(here).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "{name} is not in main.rs"
        );
    }
}
