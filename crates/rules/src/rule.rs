//! What a rule is, and what it sees.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use steading_model::application::{Application, Route, Visibility};
use steading_model::estate::{Environment, Estate};
use steading_model::name::{AppName, EnvironmentName, HostName};
use steading_model::{Code, Desired, FieldPath, Label, Object, Severity, Span};

/// One rule.
pub struct Rule {
    /// The stable code.
    pub code: Code,
    /// The name that waivers and the estate's `rules` use.
    pub name: &'static str,
    /// How bad its findings are where the estate does not say otherwise.
    pub severity: Severity,
    /// The doc comment of its file, each line with a space before it.
    pub(crate) docs: &'static str,
    pub(crate) check: Check,
}

/// Where a rule looks.
pub(crate) enum Check {
    /// At one application in one environment.
    Application(fn(&Subject<'_>) -> Vec<Finding>),
    /// At all applications at once.
    Together(fn(&Run<'_>) -> Vec<Finding>),
    /// At the estate itself.
    Estate(fn(&Estate) -> Vec<Finding>),
    /// At waivers: the check itself finds these, because they depend on what the other rules found.
    Waivers,
}

/// An application's name and its environment's.
type Named<'a> = (&'a str, &'a str);

/// Everything that is looked at.
pub(crate) struct Run<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) applications: &'a [Application],
    /// The applications that are looked at one by one; none for all.
    only: &'a BTreeSet<String>,
    desired: BTreeMap<Named<'a>, &'a Desired>,
    named: BTreeMap<Named<'a>, &'a Application>,
}

/// One application in one environment.
pub(crate) struct Subject<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) estate: &'a Estate,
    pub(crate) application: &'a Application,
    /// What it compiles to; nothing where that failed.
    pub(crate) desired: Option<&'a Desired>,
}

/// What a rule found.
pub(crate) struct Finding {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) labels: Vec<Label>,
    pub(crate) help: Option<Cow<'static, str>>,
    /// How bad it is, where that is not what the rule says.
    pub(crate) severity: Option<Severity>,
    /// The application (by its place in the run) whose waivers count, for rules that look at everything at once.
    pub(crate) application: Option<usize>,
}

/// Defines the rule of a file: `rule! { /// docs ST4001 "name" Error => Check::Application(check) }`.
macro_rules! rule {
    ($(#[doc = $docs:expr])* $code:literal $name:literal $severity:ident => $check:expr) => {
        /// The rule.
        pub(crate) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            code: steading_model::Code($code),
            name: $name,
            severity: steading_model::Severity::$severity,
            docs: concat!($($docs, "\n",)* ""),
            check: $check,
        };
    };
}
pub(crate) use rule;

impl Finding {
    /// Makes one.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            severity: None,
            application: None,
        }
    }

    /// Sets what to do.
    pub(crate) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place.
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Sets how bad it is.
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Sets whose waivers count.
    pub(crate) fn of(mut self, application: usize) -> Self {
        self.application = Some(application);
        self
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        estate: &'a Estate,
        applications: &'a [Application],
        desired: &'a [Desired],
        only: &'a BTreeSet<String>,
    ) -> Self {
        let desired = desired.iter().map(|desired| {
            let named = (desired.application.as_str(), desired.environment.as_str());
            (named, desired)
        });
        let named = applications
            .iter()
            .map(|application| (named(application), application));
        Self {
            estate,
            applications,
            only,
            desired: desired.collect(),
            named: named.collect(),
        }
    }

    /// Returns the applications that are looked at one by one, with the place of each.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (usize, &'a Application)> {
        let all = self.applications.iter().enumerate();
        all.filter(|(_, application)| self.is_subject(application.name.as_str()))
    }

    /// Says whether some applications are not looked at by themselves.
    pub(crate) fn is_partial(&self) -> bool {
        !self.only.is_empty()
    }

    /// Says whether an application is looked at by itself.
    pub(crate) fn is_subject(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.contains(name)
    }

    /// Returns an application as a rule sees it.
    pub(crate) fn subject(&'a self, application: &'a Application) -> Subject<'a> {
        Subject {
            run: self,
            estate: self.estate,
            application,
            desired: self.desired.get(&named(application)).copied(),
        }
    }

    /// Returns what an application compiles to.
    pub(crate) fn objects(&self, application: &Application) -> &'a [Object] {
        let desired = self.desired.get(&named(application));
        desired.map_or(&[], |desired| &desired.objects)
    }

    /// Returns another application of the same environment.
    pub(crate) fn application(
        &self,
        name: &AppName,
        environment: &EnvironmentName,
    ) -> Option<&'a Application> {
        self.named
            .get(&(name.as_str(), environment.as_str()))
            .copied()
    }
}

impl Subject<'_> {
    /// Returns the place of a field's value.
    pub(crate) fn span(&self, path: &FieldPath) -> Span {
        self.application.span(path)
    }

    /// Returns the place of a field's key.
    pub(crate) fn key_span(&self, path: &FieldPath) -> Span {
        self.application.tree.key_span_at(path)
    }

    /// Returns the routes with the path of each.
    pub(crate) fn routes(&self) -> impl Iterator<Item = (FieldPath, &Route)> {
        let path = self.application.field("ingress");
        self.application
            .fields
            .ingress
            .iter()
            .enumerate()
            .map(move |(at, route)| (path.index(at), route))
    }

    /// Returns the full host of a route; nothing where it cannot be made.
    pub(crate) fn host(&self, route: &Route) -> Option<HostName> {
        let domains = &self.estate.fields.domains;
        let zone = match &domains.private {
            Some(private) if !is_public(route) => private,
            _ => &domains.public,
        };
        self.estate
            .host(&route.host, zone, &self.application.environment)
            .ok()
    }

    /// Says whether a mistake in this environment hurts.
    pub(crate) fn is_critical(&self) -> bool {
        self.estate
            .environment(&self.application.environment)
            .is_some_and(Environment::is_critical)
    }

    /// Returns the place to point at for the size of the whole application: what of it was written, the most telling first.
    pub(crate) fn size_span(&self) -> Span {
        let keys = [
            "quota",
            "availability",
            "replicas",
            "resources",
            "tier",
            "image",
        ];
        let written = keys
            .into_iter()
            .map(|key| self.application.field(key))
            .find(|path| self.application.tree.find(path).is_some());
        self.key_span(&written.unwrap_or_else(|| self.application.field("components")))
    }
}

fn named(application: &Application) -> Named<'_> {
    (application.name.as_str(), application.environment.as_str())
}

/// Says whether everyone can reach a route.
pub(crate) fn is_public(route: &Route) -> bool {
    route.visibility == Some(Visibility::Public)
}

impl Rule {
    /// Returns the first sentence of its documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default().trim()
    }

    /// Returns what it does, why, and an example, in Markdown; the first line is one sentence.
    pub fn text(&self) -> String {
        let lines = self
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    /// Says whether an application can waive it.
    pub fn is_waivable(&self) -> bool {
        match self.check {
            Check::Application(_) | Check::Together(_) => true,
            Check::Estate(_) | Check::Waivers => false,
        }
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.code.0, self.name)
    }
}
