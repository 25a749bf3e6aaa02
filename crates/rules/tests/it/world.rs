//! Estates for tests: declarations and objects as text in, findings as text out.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::civil::{Date, date};
use steading_model::application::Application;
use steading_model::load::{Declarations, InputFile, load};
use steading_model::name::{AppName, EnvironmentName, NamespaceName};
use steading_model::resolve::{Overrides, resolve};
use steading_model::{Desired, Diagnostic, Object, Report, Sources, yaml};
use steading_rules::policy::Policies;
use steading_rules::schema::Catalog;
use steading_rules::{Outcome, check};

pub(crate) const ESTATE: &str = include_str!("../fixtures/estate.yaml");
pub(crate) const TODAY: Date = date(2026, 6, 30);

/// Loaded declarations with what was said about them so far.
pub(crate) struct World {
    pub(crate) declarations: Declarations,
    pub(crate) applications: Vec<Application>,
    pub(crate) desired: Vec<Desired>,
    pub(crate) policies: Policies,
    pub(crate) loading: Report,
    /// The applications that are asked about; none for all.
    pub(crate) only: BTreeSet<String>,
}

impl World {
    /// Loads an estate and the applications of a text, in all environments of each.
    pub(crate) fn new(estate: &str, applications: &str) -> Self {
        Self::of_files(vec![
            InputFile::new("estate.yaml", estate),
            InputFile::declaration("application.yaml", applications),
        ])
    }

    /// Loads files, the rules of the estate among them.
    pub(crate) fn of_files(files: Vec<InputFile>) -> Self {
        let (declarations, mut loading) = load(files);
        let (policies, found) = Policies::compile(
            &declarations.rules,
            declarations.estate.as_ref(),
            &declarations.sources,
            Catalog::shipped(),
        );
        loading.extend(found);
        let mut resolved = Vec::new();
        for file in &declarations.applications {
            for environment in file.environments() {
                let (application, report) =
                    resolve(&declarations, file, environment, &Overrides::default());
                loading.extend(report);
                resolved.extend(application);
            }
        }
        Self {
            declarations,
            applications: resolved,
            desired: Vec::new(),
            policies,
            loading,
            only: BTreeSet::new(),
        }
    }

    /// Adds the objects of a text as what the first application compiles to.
    pub(crate) fn with_objects(mut self, text: &str) -> Self {
        let objects = objects(text, self.applications[0].tree.span);
        self.desired.push(desired(&self.applications[0], objects));
        self
    }

    /// Adds the objects that an application declares verbatim as what it compiles to.
    pub(crate) fn with_raw(mut self) -> Self {
        let application = &self.applications[0];
        let raw = application.fields.raw.iter();
        let objects = raw
            .map(|raw| Object::from_json(raw.json.clone(), Some(raw.span)).unwrap())
            .collect();
        self.desired.push(desired(application, objects));
        self
    }

    pub(crate) fn check(&self, today: Option<Date>) -> Outcome {
        let estate = self
            .declarations
            .estate
            .as_ref()
            .expect("the estate must load");
        check(
            estate,
            &self.applications,
            &self.desired,
            &self.policies,
            Catalog::shipped(),
            today,
            &self.only,
        )
    }

    /// Returns the findings as text, ordered.
    pub(crate) fn findings(&self) -> String {
        let mut report = self.loading.clone();
        report.extend(self.check(Some(TODAY)).report);
        render(report, &self.declarations.sources)
    }
}

pub(crate) fn desired(application: &Application, objects: Vec<Object>) -> Desired {
    Desired {
        estate: "fixture".to_owned(),
        application: AppName::parse(application.name.as_str()).unwrap(),
        environment: EnvironmentName::parse(application.environment.as_str()).unwrap(),
        namespace: NamespaceName::parse(application.namespace.as_str()).unwrap(),
        previous_names: Vec::new(),
        after: Vec::new(),
        image: None,
        timeout_seconds: 180,
        objects,
    }
}

fn objects(text: &str, span: steading_model::Span) -> Vec<Object> {
    let mut sources = Sources::default();
    let file = sources.add("objects.yaml", text);
    let (documents, report) = yaml::parse(&sources, file);
    assert_eq!(report, Report::default());
    documents
        .iter()
        .map(|node| Object::from_json(node.to_json(), Some(span)).unwrap())
        .collect()
}

pub(crate) fn render(mut report: Report, sources: &Sources) -> String {
    report.sort(sources);
    let mut text = String::new();
    for Diagnostic {
        code,
        severity,
        message,
        span,
        labels,
        help,
        ..
    } in report.diagnostics()
    {
        let place = span.map_or_else(String::new, |span| sources.place(span));
        writeln!(text, "{place}: {} {severity:?}: {message}", code.0).unwrap();
        for label in labels {
            writeln!(text, "  see {}: {}", sources.place(label.span), label.text).unwrap();
        }
        if let Some(help) = help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text
}
