//! An estate for tests, and short ways to resolve an application in it.

use steading_model::application::Application;
use steading_model::load::{Declarations, InputFile, load};
use steading_model::resolve::resolve;
use steading_model::{Diagnostic, Report, Severity, Sources};

/// A small estate that has everything that applications can refer to.
pub(crate) const ESTATE: &str = "\
apiVersion: steading.dev/v1
kind: Estate
metadata: { name: home }
spec:
  domains: { public: example.org, private: internal.example.org }
  environments:
    prod: {}
    staging: {}
  tiers:
    tiny:
      priority: 100
      resources: { cpu: 10m, memory: 32Mi, memoryLimit: 48Mi, memoryMax: 1Gi }
      quota: { cpu: 1, memory: 1Gi, memoryLimit: 2Gi, pods: 5 }
  defaults:
    spec:
      gracePeriodSeconds: 20
      env: { TZ: Europe/Berlin }
  ingress:
    sso: { url: \"https://login.example.org/verify\" }
    middlewares: { chat: { name: chat-headers } }
    rates: { api: { requests: 10, burst: 20 } }
  certificates: { issuer: letsencrypt }
  catalogue:
    otel-collector:
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: \"http://otel.telemetry:4318\" }
      at: { namespace: telemetry }
      ports: [4317, 4318]
    broker: { at: { application: mq }, ports: [5672] }
    gateway-intelligence: { at: { namespace: gateway }, ports: [8317] }
";

/// An application that is complete; its fields follow `spec:` indented by two.
pub(crate) fn application(spec: &str, environments: &str) -> String {
    let head = "apiVersion: steading.dev/v1\nkind: Application\nmetadata: { name: web }\nspec:\n  description: A test\n";
    format!("{head}{spec}environments:\n{environments}")
}

/// An application with image, port and health besides.
pub(crate) fn web(spec: &str) -> String {
    application(
        &format!("  image: me/web:1\n  port: 3000\n  health: {{ path: / }}\n{spec}"),
        "  prod: {}\n",
    )
}

/// Loads an application with the estate.
pub(crate) fn loaded(text: &str) -> (Declarations, Report) {
    loaded_in(ESTATE, text)
}

/// Loads an application with another estate.
fn loaded_in(estate: &str, text: &str) -> (Declarations, Report) {
    load(vec![
        InputFile::new("estate.yaml", estate),
        InputFile::new("applications/web/application.yaml", text),
    ])
}

/// Loads and resolves the only application.
pub(crate) fn resolved(
    text: &str,
    environment: &str,
) -> (Option<Application>, Report, Declarations) {
    resolved_of(loaded(text), environment)
}

fn resolved_of(
    (mut declarations, mut report): (Declarations, Report),
    environment: &str,
) -> (Option<Application>, Report, Declarations) {
    let overrides = declarations.overrides(None);
    let Some(file) = declarations.applications.first() else {
        return (None, report, declarations);
    };
    let (application, findings) = resolve(&declarations, file, environment, &overrides);
    report.extend(findings);
    report.sort(&declarations.sources);
    (application, report, declarations)
}

/// Resolves an application that has no errors.
pub(crate) fn good(text: &str, environment: &str) -> Application {
    let (application, report, declarations) = resolved(text, environment);
    application.unwrap_or_else(|| {
        panic!(
            "{}\n{text}",
            shown(&report, &declarations.sources).join("\n")
        )
    })
}

/// Returns the findings of an application in `prod`.
pub(crate) fn findings(text: &str) -> Vec<String> {
    let (_, report, declarations) = resolved(text, "prod");
    shown(&report, &declarations.sources)
}

/// Returns the findings of an application in `prod` of another estate.
pub(crate) fn findings_in(estate: &str, text: &str) -> Vec<String> {
    let (_, report, declarations) = resolved_of(loaded_in(estate, text), "prod");
    shown(&report, &declarations.sources)
}

/// Returns findings as `line:column CODE message (help) [line:column label]`; warnings begin with `~`, notes with `-`.
pub(crate) fn shown(report: &Report, sources: &Sources) -> Vec<String> {
    report
        .diagnostics()
        .iter()
        .map(|finding| show(finding, sources))
        .collect()
}

fn show(finding: &Diagnostic, sources: &Sources) -> String {
    let place = |span| {
        let at = sources.position(span);
        format!("{}:{}", at.line, at.column)
    };
    let mark = match finding.severity {
        Severity::Error => "",
        Severity::Warning => "~",
        Severity::Note => "-",
    };
    let at = finding.span.map_or_else(|| "-".to_owned(), place);
    let help = finding
        .help
        .as_ref()
        .map(|help| format!(" ({help})"))
        .unwrap_or_default();
    let labels: Vec<String> = finding
        .labels
        .iter()
        .map(|label| format!(" [{} {}]", place(label.span), label.text))
        .collect();
    format!(
        "{mark}{at} {} {}{help}{}",
        finding.code.0,
        finding.message,
        labels.concat()
    )
}
