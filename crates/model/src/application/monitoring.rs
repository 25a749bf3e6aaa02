//! What is watched: metrics, alerts, dashboards, and how routes are seen from outside.

use std::collections::BTreeMap;

use super::FileSpec;
use crate::name::{ComponentName, DurationText, HttpPath, PortNumber, Reason};
use crate::node::{Node, ScalarKind};
use crate::read::{Key, Read, Reader, nearest};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// Scraping, alerts, dashboards and probes.
    pub struct Monitoring {
        /// Where metrics are scraped: one place, or a list with one for each component that has metrics. Default: nowhere. Example: `{
        /// port: 9090, path: /metrics }`. Derives: a `PodMonitor` for each component, or annotations that a Prometheus reads on the pods;
        /// and ingress from the namespaces of the monitoring.
        "scrape" scrape: Scrapes,
        /// What the built-in alerts do here, by the name of each, and rules of its own by names of its own, as text or from a file. `{
        /// none: why }` turns all built-in alerts off. A file of own rules is a rule file of Prometheus (`groups:` with `rules:`), or,
        /// where it begins with `apiVersion: 1`, alerts that Grafana provisions. Own rules are made in critical environments only: what
        /// they say is written for one of them. Default: all built-in alerts that fit what is declared. Example: `{ VolumeAlmostFull: {
        /// percent: 95 }, own: { fromFile: alerts.yaml } }`. Derives: `PrometheusRule` objects, or the rule files of
        /// `steading render --monitoring`; a `ConfigMap` with the label `grafana_alert` for alerts that Grafana provisions.
        "alerts" alerts: Alerts,
        /// Dashboards of Grafana by name, as JSON text or from a file; made in critical environments only, as the `uid` in each is unique
        /// in a Grafana. Default: none. Example: `{ overview: { fromFile: overview.json } }`. Derives: a `ConfigMap` for each with the label
        /// `grafana_dashboard`, in critical environments.
        "dashboards" dashboards: BTreeMap<ComponentName, FileSpec>,
        /// Whether public routes are probed from outside: `true`, or `{ none: why }`. Default: `true`. Example: `{ none: "a device that
        /// sleeps at night" }`. Derives: a `Probe` for each route where the estate has a prober; with `none` the reason in the annotation
        /// `steading.dev/check` of each route.
        "probe" probe: Option<Probe>,
    }
}

record! {
    /// Where metrics are scraped.
    pub struct Scrape {
        /// The component whose pods are scraped. Default: the application's main one. Example: `web`.
        "component" component: Option<ComponentName>,
        /// The port of the container; it need not be one of `ports`. Default: the component's first. Example: `9090`.
        "port" port: Option<PortNumber>,
        /// The path. Default: `/metrics`. Example: `/internal/metrics`.
        "path" path: Option<HttpPath>,
        /// How often. Default: as the estate's `monitoring.interval`, or what its Prometheus does by itself. Example: `1m`.
        "interval" interval: Option<DurationText>,
    }
}

/// The places where metrics are scraped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrapes(pub Vec<Scrape>);

impl Read for Scrapes {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_list().is_some() {
            Vec::read(node, reader).map(Self)
        } else {
            Scrape::read(node, reader).map(|scrape| Self(vec![scrape]))
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> Shape {
        Shape::Either(vec![Scrape::shape(), Vec::<Scrape>::shape()])
    }
}

choice! {
    /// An alert that is derived from the declaration.
    pub enum BuiltInAlert {
        /// A container crashes again and again.
        CrashLooping = "CrashLooping",
        /// A container was stopped because it used more memory than its limit.
        OutOfMemoryKilled = "OutOfMemoryKilled",
        /// Fewer pods work than should, and no new version is being rolled out.
        ReplicasMissing = "ReplicasMissing",
        /// The last run of a job failed.
        JobFailed = "JobFailed",
        /// A job has not succeeded for longer than its schedule allows.
        JobLate = "JobLate",
        /// A job has not succeeded once since it exists.
        JobNeverSucceeded = "JobNeverSucceeded",
        /// A volume will be full in a few days if it goes on like this.
        VolumeFilling = "VolumeFilling",
        /// A volume is almost full.
        VolumeAlmostFull = "VolumeAlmostFull",
        /// A certificate runs out and was not renewed when it should have been.
        CertificateExpiring = "CertificateExpiring",
        /// A route does not give the expected answer.
        RouteDown = "RouteDown",
        /// Metrics or probes that should be there are not.
        ScrapeMissing = "ScrapeMissing",
    }
}

impl Key for BuiltInAlert {
    fn parse_key(text: &str) -> Result<Self, String> {
        Self::from_word(text).ok_or_else(|| format!("must be one of {}", words().join(", ")))
    }

    fn key_shape() -> Shape {
        Shape::Choice(Self::WORDS)
    }
}

choice! {
    /// How bad it is that an alert fires.
    pub enum AlertSeverity {
        /// Somebody should act now.
        Critical = "critical",
        /// Somebody should act in the next days.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
}

record! {
    /// What a built-in alert does here.
    pub struct AlertSettings {
        /// It is off, with the reason. Default: it is on. Example: `"ends on purpose after each batch"`.
        "none" none: Option<Reason>,
        /// How bad it is. Default: as the alert says; `warning` at most outside of critical environments. Example: `info`.
        "severity" severity: Option<AlertSeverity>,
        /// How long it must hold before it fires. Default: as the alert says. Example: `30m`.
        "for" lasting: Option<DurationText>,
        /// From how much on, in percent of the volume: how full it must be for `VolumeAlmostFull`, and at least for `VolumeFilling`.
        /// Unit: percent. Default: 85 for `VolumeAlmostFull`, 50 for `VolumeFilling`. Example: `95`.
        "percent" percent: Option<u16>,
        /// How far ahead it looks: until the certificate runs out for `CertificateExpiring`, until the volume is full for `VolumeFilling`.
        /// Unit: days. Default: 14 for `CertificateExpiring`, 4 for `VolumeFilling`. Example: `7`.
        "days" days: Option<u16>,
    }
}

/// The alerts of an application.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alerts {
    /// Why there are no built-in alerts.
    pub none: Option<Reason>,
    /// The settings of built-in alerts.
    pub built_in: BTreeMap<BuiltInAlert, AlertSettings>,
    /// Files with own rules by name.
    pub own: BTreeMap<ComponentName, FileSpec>,
}

/// The key that turns all built-in alerts off.
const NONE: &str = "none";

impl Alerts {
    /// Returns the settings of an alert; none where nothing is said about it.
    pub fn settings(&self, alert: BuiltInAlert) -> Option<&AlertSettings> {
        self.built_in.get(&alert)
    }

    /// Says whether an alert is made.
    pub fn is_on(&self, alert: BuiltInAlert) -> bool {
        let is_off = self
            .settings(alert)
            .is_some_and(|settings| settings.none.is_some());
        self.none.is_none() && !is_off
    }
}

impl Read for Alerts {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.wrong_type(node, "a mapping");
            return None;
        };
        let mut alerts = Self::default();
        let mut complete = true;
        for entry in mapping.entries() {
            let key = Node::text(&entry.key, entry.key_span);
            let read = reader.within(&entry.key, |reader| {
                alerts.entry(&key, &entry.value, reader)
            });
            complete &= read.is_some();
        }
        complete.then_some(alerts)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> Shape {
        Shape::Map {
            key: Box::new(Shape::Either(vec![
                Shape::Choice(BuiltInAlert::WORDS),
                ComponentName::shape(),
            ])),
            value: Box::new(Shape::Either(vec![
                AlertSettings::shape(),
                FileSpec::shape(),
            ])),
        }
    }
}

impl Alerts {
    /// Reads one entry: names of built-in alerts begin with a capital, own names never do.
    fn entry(&mut self, key: &Node, value: &Node, reader: &mut Reader<'_>) -> Option<()> {
        let name = key.as_text().unwrap_or_default();
        if value.is_null() {
            return Some(());
        }
        if name == NONE {
            self.none = Some(Reason::read(value, reader)?);
        } else if name.starts_with(|first: char| first.is_ascii_uppercase()) {
            let Some(alert) = BuiltInAlert::from_word(name) else {
                reader.unknown_word(key, name, &words());
                return None;
            };
            self.built_in
                .insert(alert, AlertSettings::read(value, reader)?);
        } else {
            let own = reader.text(key, |text| ComponentName::parse(text).map_err(hinted(text)))?;
            self.own.insert(own, FileSpec::read(value, reader)?);
        }
        Some(())
    }
}

/// Says which built-in alert may be meant by a name that is none of anybody's.
fn hinted(text: &str) -> impl FnOnce(String) -> String {
    move |problem| match nearest(text, &words()) {
        Some(near) => format!("{problem} (the built-in alert is called `{near}`)"),
        None => problem,
    }
}

fn words() -> Vec<&'static str> {
    BuiltInAlert::WORDS.iter().map(|(word, _)| *word).collect()
}

/// Whether public routes are probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// They are.
    On,
    /// They are not, with the reason.
    Never(Reason),
}

record! {
    /// Why public routes are not probed.
    pub struct ProbeFields {
        /// The reason. Example: `"a device that sleeps at night"`.
        "none" none: Reason,
    }
}

impl Read for Probe {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Boolean(true)) => Some(Self::On),
            Some(ScalarKind::Boolean(false)) => {
                reader.invalid(node, "needs the reason: write `{ none: \"why\" }`");
                None
            }
            _ => ProbeFields::read(node, reader).map(|fields| Self::Never(fields.none)),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Boolean, ProbeFields::shape()])
    }
}
