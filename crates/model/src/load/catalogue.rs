//! What must hold of the entries of the catalogue beyond the types of their fields.

use super::codes::{ENTRY, ENTRY_PLACE};
use crate::application::UpstreamHost;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::estate::{
    CatalogueEntry, CatalogueTarget, Entry, EntryKind, Estate, Template, url_host,
};
use crate::name::{EnvironmentName, HostName};
use crate::node::FieldPath;
use crate::read::nearest;

/// Checks the catalogue.
pub(super) fn check(estate: &Estate, report: &mut Report) {
    for name in estate.fields.catalogue.keys() {
        let Some((entry, fields)) = estate
            .entry(name)
            .and_then(|entry| Some((entry, entry.fields?)))
        else {
            continue;
        };
        let mut one = One {
            estate,
            entry,
            path: entry.path(),
            report,
        };
        one.kind(fields);
        one.postgres(fields);
        one.target(fields);
        one.place();
        one.hosts();
        one.secret(fields);
        one.environments(fields);
    }
}

/// One entry.
struct One<'a> {
    estate: &'a Estate,
    entry: Entry<'a>,
    path: FieldPath,
    report: &'a mut Report,
}

impl One<'_> {
    fn say(&mut self, code: Code, path: &FieldPath, message: String, help: impl Into<String>) {
        let span = self.estate.tree.key_span_at(path);
        let finding = Diagnostic::error(code, message).at(span);
        self.report.push(finding.help(help.into()));
    }

    /// An entry is one thing.
    fn kind(&mut self, fields: &CatalogueEntry) {
        let kinds = [
            ("postgres", fields.postgres.is_some()),
            ("mysql", fields.mysql.is_some()),
            ("redis", fields.redis.is_some()),
            ("smtp", fields.smtp.is_some()),
            ("oidc", fields.oidc.is_some()),
            ("otelCollector", fields.otel_collector.is_some()),
        ];
        let named: Vec<&str> = kinds
            .iter()
            .filter(|(_, is)| *is)
            .map(|(key, _)| *key)
            .collect();
        if let [first, second, ..] = named.as_slice() {
            let message = format!(
                "catalogue entry `{}` is two things at once: `{first}` and `{second}`",
                self.entry.name
            );
            let path = self.path.key(*second);
            self.say(ENTRY, &path, message, "make two entries of it");
        }
    }

    fn postgres(&mut self, fields: &CatalogueEntry) {
        let Some(postgres) = &fields.postgres else {
            return;
        };
        let path = self.path.key("postgres");
        if postgres.cloud_native_pg.is_some() == postgres.server.is_some() {
            let message = format!("`{path}` must have one of `cloudNativePG` and `server`");
            let help = "`cloudNativePG` makes databases with the operator, `server` names one that is there already";
            self.say(ENTRY, &path, message, help);
        }
        let Some(cluster) = &postgres.cloud_native_pg else {
            return;
        };
        let unused = [
            ("at", fields.at.is_some()),
            ("ports", !fields.ports.is_empty()),
            ("secret", fields.secret.is_some()),
        ];
        for (key, _) in unused.into_iter().filter(|(_, is)| *is) {
            let path = self.path.key(key);
            let message = format!("`{path}` has no meaning beside `cloudNativePG`");
            let help = "remove it: the database is in the user's namespace, on port 5432, and the operator makes its Secret";
            self.say(ENTRY, &path, message, help);
        }
        let path = path.key("cloudNativePG");
        let image = &cluster.image;
        if image.digest().is_none() && image.tag().is_none_or(|tag| tag == "latest") {
            let message = format!(
                "`{path}.image` does not say which version of `PostgreSQL` it is: `{image}`"
            );
            let help = "add the version: the operator refuses images without one";
            self.say(ENTRY, &path.key("image"), message, help);
        }
        if cluster.instances() == 0 {
            let message = format!("`{path}.instances` must be at least 1");
            let help = "write 1, or leave it out";
            self.say(ENTRY, &path.key("instances"), message, help);
        }
    }

    fn target(&mut self, fields: &CatalogueEntry) {
        let Some(target) = &fields.at else { return };
        let CatalogueTarget {
            application,
            environment,
            namespace,
            pods,
            cidr,
            internet,
        } = target;
        let path = self.path.key("at");
        let named = [
            application.is_some(),
            namespace.is_some(),
            cidr.is_some(),
            *internet == Some(true),
        ];
        if named.into_iter().filter(|is| *is).count() != 1 {
            let message = format!(
                "`{path}` must have exactly one of `application`, `namespace`, `cidr` and `internet`"
            );
            self.say(
                ENTRY_PLACE,
                &path,
                message,
                "name the one place where it runs",
            );
        }
        if environment.is_some() && application.is_none() {
            let message = format!("`{path}.environment` is of an application, and none is named");
            let help = "remove it, or name the `application`";
            self.say(ENTRY_PLACE, &path.key("environment"), message, help);
        }
        if !pods.is_empty() && namespace.is_none() {
            let message = format!("`{path}.pods` are pods of a namespace, and none is named");
            let help = "remove it, or name the `namespace`";
            self.say(ENTRY_PLACE, &path.key("pods"), message, help);
        }
    }

    /// Nothing is opened that nobody named.
    fn place(&mut self) {
        let zone = self.estate.fields.domains.cluster.as_str();
        // Which of two kinds it is, is not said: that is enough to say about it.
        let undecided = self
            .entry
            .fields
            .is_some_and(|fields| fields.postgres.is_some())
            && matches!(self.entry.kind(), EntryKind::Own);
        if undecided || self.entry.has_place(zone) {
            return;
        }
        let message = format!(
            "catalogue entry `{}` does not say where it runs",
            self.entry.name
        );
        let help = "add `at: { application: … }`, `{ namespace: … }`, `{ cidr: … }` or `{ internet: true }`, or name its host by address or as `NAME.NAMESPACE.svc`";
        let path = self.path.clone();
        self.say(ENTRY_PLACE, &path, message, help);
    }

    fn hosts(&mut self) {
        let (key, host) = match self.entry.kind() {
            EntryKind::Postgres(server) => ("postgres.server.host", &server.host),
            EntryKind::MySql(server) => ("mysql.host", &server.host),
            EntryKind::Redis(server) => ("redis.host", &server.host),
            EntryKind::Smtp(server) => ("smtp.host", &server.host),
            EntryKind::Oidc(issuer) => return self.url("oidc.issuer", &issuer.issuer),
            EntryKind::Otel(collector) => {
                return self.url("otelCollector.endpoint", &collector.endpoint);
            }
            EntryKind::CloudNativePg(_) | EntryKind::Application(_) | EntryKind::Own => return,
        };
        let host = sample(host);
        if host.parse::<std::net::IpAddr>().is_ok() {
            return;
        }
        if let Err(problem) = HostName::parse(&host) {
            let path = below(&self.path, key);
            let message = format!("`{path}` {problem}");
            self.say(
                ENTRY,
                &path,
                message,
                "name a host or an address, without port and scheme",
            );
        }
    }

    fn url(&mut self, key: &str, url: &Template) {
        let url = sample(url);
        let scheme = url.starts_with("http://") || url.starts_with("https://");
        let host = url_host(&url).map(UpstreamHost::parse);
        if scheme && host.is_some_and(|host| host.is_ok()) {
            return;
        }
        let path = below(&self.path, key);
        let message =
            format!("`{path}` must be a URL that begins with `http://` or `https://`, not `{url}`");
        self.say(ENTRY, &path, message, "write the whole URL");
    }

    fn secret(&mut self, fields: &CatalogueEntry) {
        let Some(secret) = &fields.secret else { return };
        let kind = self.entry.kind_facts();
        if kind.is_empty() || matches!(self.entry.kind(), EntryKind::CloudNativePg(_)) {
            return self.own_secret(fields);
        }
        for fact in secret
            .keys
            .keys()
            .filter(|fact| !kind.contains(&fact.as_str()))
        {
            let path = self.path.key("secret").key("keys").key(fact.as_str());
            let message = format!("there is no fact `{fact}` of `{}`", self.entry.name);
            let help = match nearest(fact.as_str(), kind) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", kind.join(", ")),
            };
            self.say(ENTRY, &path, message, help);
        }
        self.own_secret(fields);
    }

    /// A fact is in the open or secret, not both; and a Secret of an entry without a kind has no keys unless they are named.
    fn own_secret(&mut self, fields: &CatalogueEntry) {
        let Some(secret) = &fields.secret else { return };
        for fact in secret
            .keys
            .keys()
            .filter(|fact| fields.facts.contains_key(*fact))
        {
            let path = self.path.key("facts").key(fact.as_str());
            let message = format!(
                "the fact `{fact}` of `{}` is written in the open, and taken from a secret",
                self.entry.name
            );
            self.say(ENTRY, &path, message, "remove one of the two");
        }
        if secret.keys.is_empty() && self.entry.secret_keys().is_empty() {
            let path = self.path.key("secret");
            let message = format!("`{path}` does not say which keys there are");
            self.say(ENTRY, &path, message, "add `keys: { password: … }`");
        }
    }

    fn environments(&mut self, fields: &CatalogueEntry) {
        let known = self.estate.fields.environments.keys();
        let known: Vec<&str> = known.map(EnvironmentName::as_str).collect();
        for (at, name) in fields.environments.iter().enumerate() {
            if known.contains(&name.as_str()) {
                continue;
            }
            let path = self.path.key("environments").index(at);
            let help = match nearest(name.as_str(), &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the estate has: {}", known.join(", ")),
            };
            let span = self.estate.tree.span_at(&path);
            let message = format!("the estate has no environment `{name}`");
            self.report
                .push(Diagnostic::error(ENTRY, message).at(span).help(help));
        }
    }
}

/// Returns a template filled in with something.
fn sample(template: &Template) -> String {
    template.fill(&[("application", "a"), ("environment", "e")])
}

fn below(path: &FieldPath, keys: &str) -> FieldPath {
    keys.split('.')
        .fold(path.clone(), |path, key| path.key(key))
}
