//! Rules in a few words, for lists.

use steading_model::Span;
use steading_model::estate::{Estate, SeverityLevel};
use steading_model::policy::{ApplicationMatch, KindRef, ObjectMatch};

use super::compile::{Policies, Policy, severity};

/// A rule in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// How bad its findings are in this estate.
    pub severity: SeverityLevel,
    /// What it is about.
    pub about: String,
    /// What goes wrong without it.
    pub why: String,
    /// Whether `steading apply` keeps it in the cluster.
    pub installed: bool,
    /// Where it is declared.
    pub span: Span,
}

impl Policies {
    /// Returns all rules, in order.
    pub fn describe(&self, estate: &Estate) -> Vec<Described> {
        self.all
            .iter()
            .map(|policy| policy.describe(estate))
            .collect()
    }
}

impl Policy {
    fn describe(&self, estate: &Estate) -> Described {
        let fields = &self.rule.fields;
        let about = match (&fields.matching.objects, &fields.matching.application) {
            (Some(objects), _) => objects_in_words(objects),
            (None, Some(applications)) => applications_in_words(applications),
            (None, None) => String::new(),
        };
        Described {
            name: self.rule.name.to_string(),
            severity: severity(&self.rule, estate),
            about,
            why: fields.why.to_string(),
            installed: fields.install == Some(true),
            span: self.rule.name_span(),
        }
    }
}

fn objects_in_words(objects: &ObjectMatch) -> String {
    let ObjectMatch {
        kinds,
        namespaces,
        labels,
        environments,
    } = objects;
    let kinds: Vec<&str> = kinds.iter().map(KindRef::kind).collect();
    let labels: Vec<String> = labels
        .iter()
        .map(|(key, value)| format!("{key}={}", value.as_str()))
        .collect();
    let mut words = kinds.join(", ");
    words.push_str(&listed(" with ", &labels));
    words.push_str(&listed(" in ", namespaces));
    words.push_str(&listed(" of ", environments));
    words
}

fn applications_in_words(chosen: &ApplicationMatch) -> String {
    let ApplicationMatch {
        names,
        tiers,
        environments,
    } = chosen;
    let mut words = match names.as_slice() {
        [] => "declarations".to_owned(),
        names => listed("declaration of ", names),
    };
    words.push_str(&listed(" of tier ", tiers));
    words.push_str(&listed(" in ", environments));
    words
}

fn listed(before: &str, items: &[impl ToString]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("{before}{}", items.join(", "))
}
