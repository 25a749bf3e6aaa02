//! What a rule is about: checks that it exists, and finds the resource of each kind.

use steading_model::FieldPath;
use steading_model::name::{EnvironmentName, LabelName};
use steading_model::policy::KindRef;
use steading_model::read::nearest;

use super::codes::BAD_RULE;
use super::compile::Compiler;

impl Compiler<'_> {
    pub(super) fn matching(&mut self) {
        let matching = &self.rule.fields.matching;
        let path = self.rule.field("match");
        let span = self.rule.tree.key_span_at(&path);
        match (&matching.application, &matching.objects) {
            (Some(_), Some(_)) => self.say(
                BAD_RULE,
                "`spec.match` has both `application` and `objects`".to_owned(),
                span,
                "make two rules: one sees declarations, the other objects",
            ),
            (None, None) => self.say(
                BAD_RULE,
                "`spec.match` says nothing".to_owned(),
                span,
                "write `application: {}` for all declarations, or `objects: { kinds: [apps/v1/Deployment] }`",
            ),
            (Some(application), None) => {
                let path = path.key("application");
                for (at, tier) in application.tiers.iter().enumerate() {
                    let tiers = self.estate.map(|estate| &estate.fields.tiers);
                    let known: Option<Vec<&str>> =
                        tiers.map(|tiers| tiers.keys().map(LabelName::as_str).collect());
                    let path = path.key("tiers").index(at);
                    self.known("tier", tier.as_str(), known, &path);
                }
                self.environments(&application.environments, &path);
                self.not_installed();
            }
            (None, Some(objects)) => {
                let path = path.key("objects");
                if objects.kinds.is_empty() {
                    let span = self.rule.tree.key_span_at(&path);
                    self.say(
                        BAD_RULE,
                        "`spec.match.objects.kinds` says nothing".to_owned(),
                        span,
                        "name the kinds, such as `[apps/v1/Deployment]`",
                    );
                }
                self.environments(&objects.environments, &path);
            }
        }
    }

    fn not_installed(&mut self) {
        if self.rule.fields.install == Some(true) {
            let span = self.rule.tree.span_at(&self.rule.field("install"));
            self.say(
                BAD_RULE,
                "a rule over declarations cannot be installed in a cluster".to_owned(),
                span,
                "remove `install`: the API server never sees a declaration",
            );
        }
    }

    fn environments(&mut self, environments: &[EnvironmentName], path: &FieldPath) {
        let known = self.estate.map(|estate| {
            let names = estate.fields.environments.keys();
            names.map(EnvironmentName::as_str).collect::<Vec<_>>()
        });
        for (at, name) in environments.iter().enumerate() {
            let path = path.key("environments").index(at);
            self.known("environment", name.as_str(), known.clone(), &path);
        }
    }

    fn known(&mut self, what: &str, name: &str, known: Option<Vec<&str>>, path: &FieldPath) {
        let Some(known) = known.filter(|known| !known.contains(&name)) else {
            return;
        };
        let help = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the estate has: {}", known.join(", ")),
        };
        let span = self.rule.tree.span_at(path);
        self.say(
            BAD_RULE,
            format!("the estate has no {what} `{name}`"),
            span,
            &help,
        );
    }

    /// Returns the resource of each kind.
    pub(super) fn resources(&mut self) -> Vec<String> {
        let objects = self.objects().cloned();
        let path = self.rule.field("match").key("objects");
        let mut resources = Vec::new();
        for (at, kind) in objects
            .iter()
            .flat_map(|objects| &objects.kinds)
            .enumerate()
        {
            let span = self.rule.tree.span_at(&path.key("kinds").index(at));
            let Some(known) = self.catalog.find(&kind.api_version(), kind.kind()) else {
                let help = self.near(kind);
                self.say(BAD_RULE, format!("there is no kind `{kind}`"), span, &help);
                continue;
            };
            let served = known.served.clone();
            let has_namespaces = objects
                .as_ref()
                .is_some_and(|objects| !objects.namespaces.is_empty());
            if has_namespaces && !served.is_namespaced() {
                let message = format!("`{kind}` is in no namespace, and the rule names some");
                self.say(
                    BAD_RULE,
                    message,
                    span,
                    "make a rule of its own for it, without `namespaces`",
                );
            }
            resources.push(served.plural);
        }
        resources
    }

    fn near(&self, kind: &KindRef) -> String {
        let all: Vec<String> = self
            .catalog
            .kinds()
            .map(|served| format!("{}/{}", served.api_version(), served.kind))
            .collect();
        let same = all
            .iter()
            .find(|known| known.ends_with(&format!("/{}", kind.kind())));
        let known: Vec<&str> = all.iter().map(String::as_str).collect();
        match same
            .map(String::as_str)
            .or(nearest(&kind.to_string(), &known))
        {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`steading schemas pull` keeps the kinds of your cluster in the estate".to_owned()
            }
        }
    }
}
