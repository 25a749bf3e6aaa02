//! The page of the codes of findings.

use std::collections::BTreeMap;

use steading_model::Code;

use super::GENERATED;
use super::text::prose;
use crate::estate;

/// Returns the page.
pub(super) fn page() -> String {
    let lines = codes()
        .into_iter()
        .map(|(code, docs)| format!("## {code}\n\n{}\n\n", prose(docs)));
    let text = lines.collect::<String>();
    format!(
        "{GENERATED}# Findings\n\nThe codes of findings that are not rules; rules have [pages of their own](rules/README.md).\n\n{text}"
    )
}

fn codes() -> BTreeMap<&'static str, &'static str> {
    let all: [&[(Code, &'static str)]; 9] = [
        steading_model::yaml::CODES,
        steading_model::read::CODES,
        steading_model::load::CODES,
        steading_model::resolve::CODES,
        steading_model::referrer::CODES,
        steading_model::application::validate::CODES,
        steading_compile::CODES,
        steading_rules::schema::CODES,
        steading_rules::policy::CODES,
    ];
    let codes = all.into_iter().chain([estate::CODES]).flatten();
    codes.map(|(code, docs)| (code.0, *docs)).collect()
}
