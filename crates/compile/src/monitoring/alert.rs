//! One derived alert, and how it is written.

use serde_json::Value;
use steading_model::application::{AlertSettings, AlertSeverity, BuiltInAlert};

use super::{is_critical, is_parked, stack};
use crate::json::Fields;
use crate::scope::Scope;

/// An alert that is derived.
pub(super) struct Alert {
    /// What it is called.
    pub(super) name: BuiltInAlert,
    /// How bad it is, where nothing else is said.
    pub(super) severity: AlertSeverity,
    /// How long it must hold, in seconds.
    pub(super) lasting: u64,
    /// The component that it is about, or the job as in its pods' label; none where the series say it.
    pub(super) component: Option<String>,
    /// The expression.
    pub(super) expression: String,
    /// What is wrong, in a line.
    pub(super) summary: String,
    /// What that means.
    pub(super) description: String,
}

/// What alerts are derived for.
pub(super) struct Watch<'a> {
    /// The application.
    pub(super) scope: &'a Scope<'a>,
    /// What was derived.
    pub(super) alerts: Vec<Alert>,
}

impl<'a> Watch<'a> {
    /// Starts with nothing.
    pub(super) fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            alerts: Vec::new(),
        }
    }

    /// Returns what is said about an alert.
    pub(super) fn settings(&self, alert: BuiltInAlert) -> Option<&'a AlertSettings> {
        let monitoring = self.scope.application.fields.monitoring.as_ref()?;
        monitoring.alerts.settings(alert)
    }

    /// Says whether an alert is made.
    pub(super) fn is_on(&self, alert: BuiltInAlert) -> bool {
        let monitoring = self.scope.application.fields.monitoring.as_ref();
        let is_on = monitoring.is_none_or(|monitoring| monitoring.alerts.is_on(alert));
        is_on && !is_parked(self.scope)
    }

    /// Adds an alert, unless it is off.
    pub(super) fn add(&mut self, alert: Alert) {
        if self.is_on(alert.name) {
            self.alerts.push(alert);
        }
    }

    /// Returns the rules, as a rule file has them.
    pub(super) fn rules(&self) -> Vec<Value> {
        self.alerts.iter().map(|alert| self.rule(alert)).collect()
    }

    fn rule(&self, alert: &Alert) -> Value {
        let settings = self.settings(alert.name);
        let lasting = settings
            .and_then(|settings| settings.lasting.as_ref())
            .map_or(alert.lasting, steading_model::name::DurationText::seconds);
        let severity = settings.and_then(|settings| settings.severity);
        let labels = Fields::new()
            .with("application", self.scope.name())
            .with("environment", self.scope.environment())
            .with("severity", self.severity(alert, severity).as_str())
            .with("component", alert.component.as_deref());
        let runbook = stack(self.scope).and_then(|stack| stack.runbooks.as_ref());
        let annotations = Fields::new()
            .with("summary", alert.summary.as_str())
            .with("description", alert.description.as_str())
            .with(
                "runbook_url",
                runbook.map(|runbook| runbook.of(alert.name.as_str())),
            );
        Fields::new()
            .with("alert", alert.name.as_str())
            .with("expr", alert.expression.as_str())
            .with("for", (lasting > 0).then(|| duration(lasting)))
            .with("labels", labels)
            .with("annotations", annotations)
            .into()
    }

    /// Nobody is woken for an environment where mistakes do not hurt, unless it is asked for.
    fn severity(&self, alert: &Alert, declared: Option<AlertSeverity>) -> AlertSeverity {
        let usual = match alert.severity {
            AlertSeverity::Critical if !is_critical(self.scope) => AlertSeverity::Warning,
            severity => severity,
        };
        declared.unwrap_or(usual)
    }
}

/// Returns a number of seconds as Prometheus writes it, as people read it.
pub(super) fn duration(seconds: u64) -> String {
    let units = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let parts = units.map(|(unit, size)| {
        let count = rest / size;
        rest %= size;
        if count == 0 {
            String::new()
        } else {
            format!("{count}{unit}")
        }
    });
    let text = parts.concat();
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_read_them() {
        for (seconds, expected) in [
            (0, "0s"),
            (60, "1m"),
            (90, "1m30s"),
            (3600, "1h"),
            (90_000, "1d1h"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }
}
