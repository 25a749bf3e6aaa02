//! Files that do not fit: made here, because they are large.

use steading_compile::{FILE_TOO_LARGE, compile};
use steading_model::load::InputFile;

use crate::estates::{self, Loaded};

const ESTATE: &str = "apiVersion: steading.dev/v1
kind: Estate
metadata: { name: hill }
spec: { domains: { public: example.org }, environments: { prod: {} } }
";

const APPLICATION: &str = "apiVersion: steading.dev/v1
kind: Application
metadata: { name: big }
spec:
  description: For a test
  image: ghcr.io/example/big:1
  health: { none: a worker }
  files: { /data: { fromFile: data } }
environments: { prod: {} }
";

fn loaded(sizes: &[usize]) -> Loaded {
    let mut files = vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("applications/big/application.yaml", APPLICATION),
    ];
    let data = sizes.iter().enumerate().map(|(index, size)| {
        let path = format!("applications/big/data/{index}.bin");
        InputFile::new(path, vec![0xff; *size])
    });
    files.extend(data);
    estates::resolved(files, "large files")
}

#[test]
fn files_that_do_not_fit_one_object_fill_several() {
    let loaded = loaded(&[700_000, 300_000, 700_000]);
    let (desired, report) = compile(loaded.estate(), &loaded.applications);
    assert!(report.is_empty(), "{report:?}");
    let maps = desired[0]
        .objects
        .iter()
        .filter(|object| object.id.kind.kind == "ConfigMap");
    assert_eq!(maps.count(), 2);
}

#[test]
fn a_file_that_fits_no_object_is_a_finding() {
    let loaded = loaded(&[10, 1024 * 1024 + 1]);
    let (_, report) = compile(loaded.estate(), &loaded.applications);
    let codes: Vec<_> = report
        .diagnostics()
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert_eq!(codes, [FILE_TOO_LARGE]);
}
