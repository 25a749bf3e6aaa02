//! Declarations through load, resolve, compile and the offline validation.

use anyhow::{Context, Result};
use steading_model::load::{InputFile, load};
use steading_model::resolve::resolve;
use steading_model::{Desired, Object, Report, Sources};
use steading_rules::schema::Catalog;

/// The estate that cases are compiled in; `{environments}` and `{catalogue}` are filled in from the case.
const ESTATE: &str = "\
apiVersion: steading.dev/v1
kind: Estate
metadata: { name: cases }
spec:
  domains: { public: example.org }
  environments: { {environments} }
  ingress: { private: [100.64.0.0/10], sso: { url: https://login.example.org/auth } }
  certificates: { issuer: letsencrypt }
  defaults: { description: optional }
  secrets:
    infisical: { project: cases, credentials: { name: credentials, namespace: platform } }
  images: { registry: registry.example.org, pullSecretPath: /registry }
  storage: { classes: { plain: { class: manual, hostPath: true } } }
  catalogue: { {catalogue} }
";

/// The image, as the pipeline of an application names it.
const IMAGE: &str = "registry.example.org/case:1.0.0";

/// What came of a declaration in one environment.
pub(super) struct Outcome {
    /// All findings: severity, message and help of each.
    pub(super) findings: Vec<String>,
    /// Whether any is an error.
    pub(super) failed: bool,
    /// The objects.
    pub(super) objects: Vec<Object>,
}

/// A declaration, and what its estate must have for it.
pub(super) struct Case {
    /// The text of the declaration.
    pub(super) text: Vec<u8>,
    /// The environments of the estate.
    pub(super) environments: Vec<String>,
    /// The names that the declaration uses from the catalogue.
    pub(super) catalogue: Vec<String>,
}

impl Case {
    /// Compiles the declaration in one environment.
    pub(super) fn compile(&self, environment: &str) -> Result<Outcome> {
        let files = vec![
            InputFile::new("estate.yaml", self.estate().into_bytes()),
            InputFile::new("applications/case/application.yaml", self.text.clone()),
        ];
        let (mut declarations, mut report) = load(files);
        let overrides = declarations.overrides(Some(IMAGE));
        let mut applications = Vec::new();
        let estate = declarations
            .estate
            .as_ref()
            .context("the estate of the cases must load")?;
        for file in &declarations.applications {
            let (application, findings) = resolve(&declarations, file, environment, &overrides);
            report.extend(findings);
            applications.extend(application);
        }
        let (desired, findings) = steading_compile::compile(estate, &applications);
        report.extend(findings);
        report.extend(steading_rules::schema::check(
            Catalog::shipped(),
            &applications,
            &desired.iter().collect::<Vec<_>>(),
        ));
        Ok(Outcome::new(&report, &declarations.sources, desired))
    }

    fn estate(&self) -> String {
        let environments: Vec<String> = self
            .environments
            .iter()
            .map(|name| format!("{name}: {{}}"))
            .collect();
        let entry = |name: &String| {
            format!(
                "{name}: {{ at: {{ namespace: platform }}, ports: [4318], env: {{ CASE_URL: http://x }} }}"
            )
        };
        let catalogue: Vec<String> = self.catalogue.iter().map(entry).collect();
        ESTATE
            .replace("{environments}", &environments.join(", "))
            .replace("{catalogue}", &catalogue.join(", "))
    }
}

impl Outcome {
    fn new(report: &Report, sources: &Sources, desired: Vec<Desired>) -> Self {
        let line = |finding: &steading_model::Diagnostic| {
            let place = finding
                .span
                .map(|span| sources.place(span))
                .unwrap_or_default();
            let help = finding.help.as_deref().unwrap_or_default();
            format!(
                "{:?} {} {place}: {} ({help})",
                finding.severity, finding.code.0, finding.message
            )
        };
        Self {
            findings: report.diagnostics().iter().map(line).collect(),
            failed: report.has_errors(),
            objects: desired
                .into_iter()
                .flat_map(|desired| desired.objects)
                .collect(),
        }
    }

    /// Says whether all errors are of several writers on a single-writer volume, which the hostile inputs want refused: one of the real
    /// declarations has that very mistake.
    pub(super) fn is_rightly_refused(&self) -> bool {
        let mut errors = self
            .findings
            .iter()
            .filter(|line| line.starts_with("Error"));
        errors.all(|line| line.contains("ST1203"))
    }

    /// Returns the errors as one text.
    pub(super) fn errors(&self) -> String {
        let errors: Vec<&str> = self
            .findings
            .iter()
            .filter(|line| line.starts_with("Error"))
            .map(String::as_str)
            .collect();
        errors.join("; ")
    }
}
