//! Monitoring: settings that fit their alert, files that are what they should be, and something to scrape.

use super::Check;
use super::codes::{ALERT, DASHBOARD, OWN_RULES, SCRAPE};
use super::reference::unknown;
use crate::application::{
    AlertSettings, BuiltInAlert, Component, FileContent, FileSpec, Monitoring, Scrape, read_rules,
};
use crate::diagnostic::Code;
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    let Some(monitoring) = &application.fields.monitoring else {
        return;
    };
    let path = application.field("monitoring");
    scrapes(check, &path.key("scrape"), monitoring);
    alerts(check, &path.key("alerts"), monitoring);
    for (name, file) in &monitoring.dashboards {
        dashboard(check, &path.key("dashboards").key(name.as_str()), file);
    }
}

fn alerts(check: &mut Check<'_>, path: &FieldPath, monitoring: &Monitoring) {
    let alerts = &monitoring.alerts;
    for (alert, settings) in &alerts.built_in {
        let path = path.key(alert.as_str());
        if alerts.none.is_some() {
            let message = format!("`{path}` has no meaning where all built-in alerts are off");
            check.error_at_key(ALERT, &path, message, "remove it, or remove `none`");
        }
        for (key, problem) in misfits(*alert, settings) {
            let help = if problem.starts_with("must") {
                "write a number between the two".to_owned()
            } else {
                format!("remove `{key}`, or see what `{alert}` can be told in the reference")
            };
            let message = format!("`{path}.{key}` {problem}");
            check.error_at_key(ALERT, &path.key(key), message, help);
        }
    }
    for (name, file) in &alerts.own {
        own_rules(check, &path.key(name.as_str()), file);
    }
}

/// Returns the keys that do not fit an alert, each with the problem.
fn misfits(alert: BuiltInAlert, settings: &AlertSettings) -> Vec<(&'static str, &'static str)> {
    use BuiltInAlert::{CertificateExpiring, VolumeAlmostFull, VolumeFilling};
    let AlertSettings {
        none,
        severity,
        lasting,
        percent,
        days,
    } = settings;
    let written = [
        ("severity", severity.is_some()),
        ("for", lasting.is_some()),
        ("percent", percent.is_some()),
        ("days", days.is_some()),
    ];
    let written = written.into_iter().filter(|(_, there)| *there);
    let mut problems: Vec<_> = written
        .filter_map(|(key, _)| {
            let fits = match key {
                "percent" => matches!(alert, VolumeAlmostFull | VolumeFilling),
                "days" => matches!(alert, CertificateExpiring | VolumeFilling),
                _ => true,
            };
            if none.is_some() {
                Some((key, "has no meaning where the alert is off"))
            } else {
                (!fits).then_some((key, "has no meaning for this alert"))
            }
        })
        .collect();
    if percent.is_some_and(|percent| !(1..100).contains(&percent)) {
        problems.push(("percent", "must be between 1 and 99"));
    }
    if days.is_some_and(|days| !(1..=365).contains(&days)) {
        problems.push(("days", "must be between 1 and 365"));
    }
    problems
}

fn own_rules(check: &mut Check<'_>, path: &FieldPath, file: &FileSpec) {
    let Some(text) = text(check, OWN_RULES, path, file) else {
        return;
    };
    for problem in read_rules(&text).err().unwrap_or_default() {
        let at = place(file, problem.line);
        let help = problem.help.unwrap_or_else(|| {
            "write `groups:` with `rules:`, as Prometheus reads them".to_owned()
        });
        check.error(OWN_RULES, path, format!("{at}: {}", problem.message), help);
    }
}

fn dashboard(check: &mut Check<'_>, path: &FieldPath, file: &FileSpec) {
    let Some(text) = text(check, DASHBOARD, path, file) else {
        return;
    };
    let problem = match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(serde_json::Value::Object(_)) => return,
        Ok(_) => (1, "a dashboard is a JSON object".to_owned()),
        Err(error) => (
            u32::try_from(error.line()).unwrap_or(1),
            format!("this is not JSON: {error}"),
        ),
    };
    let message = format!("{}: {}", place(file, problem.0), problem.1);
    let help = "export the dashboard from Grafana as JSON (Share, Export, Save to file)";
    check.error(DASHBOARD, path, message, help);
}

/// Returns the text of a file; none where there is none to look at here.
fn text(check: &mut Check<'_>, code: Code, path: &FieldPath, file: &FileSpec) -> Option<String> {
    match &file.content {
        FileContent::Inline(text) => Some(text.clone()),
        FileContent::FromFile { path: from, loaded } => {
            let [(below, content)] = loaded.as_slice() else {
                if !loaded.is_empty() {
                    let message = format!("`{from}` is a folder");
                    check.error(code, path, message, "name one file");
                }
                return None;
            };
            let text = String::from_utf8(content.clone())
                .ok()
                .filter(|_| below.is_empty());
            if text.is_none() {
                let message = format!("`{from}` is not one text file");
                check.error(code, path, message, "name one file in UTF-8");
            }
            text
        }
        FileContent::Secret(_) | FileContent::ExistingSecret(_) | FileContent::Certificate(_) => {
            None
        }
    }
}

fn place(file: &FileSpec, line: u32) -> String {
    match &file.content {
        FileContent::FromFile { path, .. } => format!("`{path}`, line {line}"),
        _ => format!("line {line} of the text"),
    }
}

fn scrapes(check: &mut Check<'_>, path: &FieldPath, monitoring: &Monitoring) {
    let mut seen: Vec<(String, Option<u16>, &str)> = Vec::new();
    for (index, scrape) in monitoring.scrape.0.iter().enumerate() {
        // A single place is written without a list.
        let path = if check.has(&path.index(index)) {
            path.index(index)
        } else {
            path.clone()
        };
        let Some(component) = component(check, &path, scrape) else {
            continue;
        };
        let port = scrape
            .port
            .map(crate::name::PortNumber::get)
            .or_else(|| component.ports().first().map(|port| port.spec.port.get()));
        if port.is_none() {
            let message = format!("`{}` has no port that could be scraped", component.name);
            check.error(
                SCRAPE,
                &path,
                message,
                "add `port` with the port of the metrics",
            );
        }
        let metrics = scrape
            .path
            .as_ref()
            .map_or("/metrics", |path| path.as_str());
        let place = (component.name.to_string(), port, metrics);
        if seen.contains(&place) {
            let message = format!("`{}` is scraped there twice", component.name);
            check.error(SCRAPE, &path, message, "remove one of the two");
        }
        seen.push(place);
    }
}

fn component<'a>(
    check: &mut Check<'a>,
    path: &FieldPath,
    scrape: &Scrape,
) -> Option<&'a Component> {
    let application = check.application;
    let Some(name) = &scrape.component else {
        let main = application.main_component();
        if main.is_none() {
            let message = format!("`{}` runs nothing that could be scraped", application.name);
            check.error(SCRAPE, path, message, "remove `scrape`");
        }
        return main;
    };
    let components = &application.components;
    let found = components.iter().find(|component| component.name == *name);
    if found.is_none() {
        let known: Vec<&str> = components.iter().map(|one| one.name.as_str()).collect();
        unknown(
            check,
            &path.key("component"),
            "component",
            name.as_str(),
            &known,
        );
    }
    found
}
