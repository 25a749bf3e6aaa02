//! What must hold between the people of an estate, and between them and its applications.

use std::collections::BTreeMap;

use super::ApplicationFile;
use super::codes::{ESTATE, PERSON, PERSON_NAMESPACE};
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::{Estate, Owner, Person};
use crate::name::{AppName, EnvironmentName, LabelName, NamespaceName};
use crate::node::FieldPath;
use crate::read::nearest;
use crate::source::Span;

/// Namespaces that belong to Kubernetes or to Steading.
const RESERVED: [&str; 2] = ["default", "steading-system"];

/// Checks the people.
pub(super) fn check(estate: &Estate, applications: &[ApplicationFile], report: &mut Report) {
    let mut users = BTreeMap::new();
    let mut namespaces = namespaces(estate, applications);
    for (name, person) in &estate.fields.people {
        let mut one = One {
            estate,
            path: path(name),
            report,
        };
        one.tier(person);
        one.applications(person);
        one.user(Owner { name, person }, &mut users);
        for (at, namespace) in person.namespaces.iter().enumerate() {
            one.namespace(at, namespace, &mut namespaces);
        }
    }
}

/// Returns the namespaces of applications, each with its place and what has it.
fn namespaces(
    estate: &Estate,
    applications: &[ApplicationFile],
) -> BTreeMap<NamespaceName, (Span, String)> {
    let mut taken = BTreeMap::new();
    if estate.fields.people.is_empty() {
        return taken;
    }
    for file in applications {
        let environments = file.environments().into_iter();
        for environment in environments.filter_map(|name| EnvironmentName::parse(name).ok()) {
            if let Ok(namespace) = estate.namespace(&file.name, &environment) {
                let what = format!("the namespace of `{}` in `{environment}`", file.name);
                taken.insert(namespace, (file.name_span(), what));
            }
        }
    }
    taken
}

fn path(name: &LabelName) -> FieldPath {
    FieldPath::default()
        .key("spec")
        .key("people")
        .key(name.as_str())
}

/// One person under check.
struct One<'a> {
    estate: &'a Estate,
    path: FieldPath,
    report: &'a mut Report,
}

impl One<'_> {
    fn tier(&mut self, person: &Person) {
        let tiers = &self.estate.fields.tiers;
        if let Some(tier) = person
            .tier
            .as_ref()
            .filter(|tier| !tiers.contains_key(*tier))
        {
            let path = self.path.key("tier");
            let known: Vec<&str> = tiers.keys().map(LabelName::as_str).collect();
            let message = format!("`{path}`: there is no tier `{tier}`");
            let finding = Diagnostic::error(ESTATE, message).at(self.estate.tree.span_at(&path));
            self.report.push(finding.help(near(tier.as_str(), &known)));
        }
    }

    fn applications(&mut self, person: &Person) {
        let known = || self.estate.applications.keys().map(AppName::as_str);
        for (at, application) in person.applications.iter().enumerate() {
            if self.estate.applications.contains_key(application) {
                continue;
            }
            let path = self.path.key("applications").index(at);
            let known: Vec<&str> = known().collect();
            let message = format!("there is no application `{application}`");
            let finding = Diagnostic::error(PERSON, message).at(self.estate.tree.span_at(&path));
            let help = near(application.as_str(), &known);
            self.report.push(finding.help(help));
        }
    }

    /// Two people who are one for the API server would have each other's rights.
    fn user(&mut self, owner: Owner<'_>, users: &mut BTreeMap<String, Span>) {
        let path = self.path.key("user");
        let span = match owner.person.user {
            Some(_) => self.estate.tree.span_at(&path),
            None => self.estate.tree.key_span_at(&self.path),
        };
        let Some(first) = users.insert(owner.user().to_owned(), span) else {
            return;
        };
        let message = format!("two people are the user `{}`", owner.user());
        let finding = Diagnostic::error(PERSON, message).at(span);
        self.report.push(
            finding
                .label(first, "first here")
                .help("give each person a `user` of their own"),
        );
    }

    fn namespace(
        &mut self,
        at: usize,
        namespace: &NamespaceName,
        taken: &mut BTreeMap<NamespaceName, (Span, String)>,
    ) {
        let span = self
            .estate
            .tree
            .span_at(&self.path.key("namespaces").index(at));
        let say = |message: String| {
            let finding = Diagnostic::error(PERSON_NAMESPACE, message).at(span);
            finding.help("give the person's namespace another name")
        };
        let name = namespace.as_str();
        if RESERVED.contains(&name) || name.starts_with("kube-") {
            let message = format!("the namespace `{name}` is Kubernetes' or Steading's own");
            self.report.push(say(message));
        } else if let Some((first, what)) = taken.get(namespace) {
            let message = format!("the namespace `{name}` is taken");
            self.report.push(say(message).label(*first, what.as_str()));
        } else {
            taken.insert(namespace.clone(), (span, "first here".to_owned()));
        }
    }
}

fn near(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    }
}
