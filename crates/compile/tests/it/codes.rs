//! Each finding is shown by a case, or by a test that says so here.

use std::collections::BTreeSet;
use std::path::Path;

use steading_compile::{CODES, FILE_TOO_LARGE, UNKNOWN_TIER, compile};
use steading_model::name::LabelName;

use crate::estates;

/// Findings that need what a folder cannot hold.
const ELSEWHERE: [&str; 2] = [FILE_TOO_LARGE.0, UNKNOWN_TIER.0];

#[test]
fn every_finding_has_a_case() {
    let mut shown = BTreeSet::new();
    for folder in estates::folders() {
        let loaded = estates::read(&folder);
        let (_, report) = compile(loaded.estate(), &loaded.applications);
        shown.extend(report.diagnostics().iter().map(|finding| finding.code.0));
    }
    for (code, _) in CODES {
        assert!(
            shown.contains(code.0) != ELSEWHERE.contains(&code.0),
            "{}",
            code.0
        );
    }
}

#[test]
fn codes_are_in_order_and_explained() {
    assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    for (code, docs) in CODES {
        assert!(
            code.0.starts_with("ST20") && docs.ends_with('.'),
            "{}",
            code.0
        );
    }
}

#[test]
fn an_application_in_an_unknown_tier_is_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/homestead");
    let loaded = estates::read(&folder);
    let mut application = loaded.applications[0].clone();
    application.tier = LabelName::parse("nowhere").unwrap();
    let (desired, report) = compile(loaded.estate(), &[application]);
    assert!(desired.is_empty());
    assert_eq!(report.diagnostics()[0].code, UNKNOWN_TIER);
}
