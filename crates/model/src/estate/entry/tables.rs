//! What each kind of entry is known by: its facts, its variables, and where its secrets are.

use super::{Entry, EntryKind};
use crate::application::CatalogueUse;
use crate::name::{EnvName, FactName};

/// Facts of databases.
const DATABASE: &[&str] = &[
    "host", "port", "database", "user", "password", "url", "jdbcUrl",
];
/// Facts of a database cluster of the user's own.
const CLUSTER: &[&str] = &[
    "host", "port", "database", "user", "password", "url", "jdbcUrl", "readHost",
];
const REDIS: &[&str] = &["host", "port", "database", "user", "password", "url"];
const SMTP: &[&str] = &["host", "port", "from", "tls", "user", "password", "url"];
const OIDC: &[&str] = &[
    "host",
    "port",
    "issuer",
    "discoveryUrl",
    "clientId",
    "clientSecret",
    "redirectUri",
];
const OTEL: &[&str] = &[
    "endpoint",
    "host",
    "port",
    "protocol",
    "serviceName",
    "attributes",
];
const APPLICATION: &[&str] = &["host", "port", "url"];

/// Variables with the facts that they hold.
type Variables = &'static [(&'static str, &'static str)];

impl<'a> Entry<'a> {
    /// Returns the facts that its kind has, whether or not all of them are known here.
    pub fn kind_facts(&self) -> &'static [&'static str] {
        match self.kind() {
            EntryKind::CloudNativePg(_) => CLUSTER,
            EntryKind::Postgres(_) | EntryKind::MySql(_) => DATABASE,
            EntryKind::Redis(_) => REDIS,
            EntryKind::Smtp(_) => SMTP,
            EntryKind::Oidc(_) => OIDC,
            EntryKind::Otel(_) => OTEL,
            EntryKind::Application(_) => APPLICATION,
            EntryKind::Own => &[],
        }
    }

    /// Returns all facts that it may have: those of its kind, its own, and those in its Secret.
    pub fn fact_names(&self) -> Vec<&'a str> {
        let own = self
            .fields
            .into_iter()
            .flat_map(|fields| fields.facts.keys());
        let secret = self.fields.and_then(|fields| fields.secret.as_ref());
        let secret = secret.into_iter().flat_map(|secret| secret.keys.keys());
        let declared = own.chain(secret).map(FactName::as_str);
        let kind = self.kind_facts().iter().copied();
        let mut names: Vec<&str> = kind.chain(declared).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the variables of its kind, each with the text that it holds; those whose facts are not known are left out by whoever
    /// fills them in.
    pub fn kind_variables(&self) -> Vec<(String, String)> {
        let table: Variables = match self.kind() {
            EntryKind::CloudNativePg(_) | EntryKind::Postgres(_) => &[
                ("DATABASE_URL", "url"),
                ("PGDATABASE", "database"),
                ("PGHOST", "host"),
                ("PGPASSWORD", "password"),
                ("PGPORT", "port"),
                ("PGUSER", "user"),
            ],
            EntryKind::MySql(_) => &[
                ("MYSQL_DATABASE", "database"),
                ("MYSQL_HOST", "host"),
                ("MYSQL_PASSWORD", "password"),
                ("MYSQL_PORT", "port"),
                ("MYSQL_USER", "user"),
            ],
            EntryKind::Redis(_) => &[
                ("REDIS_HOST", "host"),
                ("REDIS_PASSWORD", "password"),
                ("REDIS_PORT", "port"),
                ("REDIS_URL", "url"),
            ],
            EntryKind::Smtp(_) => &[
                ("SMTP_FROM", "from"),
                ("SMTP_HOST", "host"),
                ("SMTP_PASSWORD", "password"),
                ("SMTP_PORT", "port"),
                ("SMTP_USER", "user"),
            ],
            EntryKind::Oidc(_) => &[
                ("OIDC_CLIENT_ID", "clientId"),
                ("OIDC_CLIENT_SECRET", "clientSecret"),
                ("OIDC_ISSUER", "issuer"),
            ],
            EntryKind::Otel(_) => &[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "endpoint"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "protocol"),
                ("OTEL_RESOURCE_ATTRIBUTES", "attributes"),
                ("OTEL_SERVICE_NAME", "serviceName"),
            ],
            EntryKind::Application(_) => {
                let name = self.name.as_str().to_uppercase().replace('-', "_");
                return vec![(format!("{name}_URL"), "${url}".to_owned())];
            }
            EntryKind::Own => &[],
        };
        let variables = table.iter();
        variables
            .map(|(name, fact)| ((*name).to_owned(), format!("${{{fact}}}")))
            .collect()
    }

    /// Returns the variables that its users get: those that the entry writes, else those of its kind.
    pub fn variables(&self) -> Vec<(String, String)> {
        let written = self.fields.map(|fields| &fields.env);
        let written = written.filter(|env| !env.is_empty());
        match written {
            Some(env) => env
                .iter()
                .map(|(name, text)| (name.to_string(), text.as_str().to_owned()))
                .collect(),
            None => self.kind_variables(),
        }
    }

    /// Returns the keys of its Secret, by fact: those of its kind under those that the entry names; none where it has no Secret.
    pub fn secret_keys(&self) -> Vec<(String, String)> {
        let declared = self.fields.and_then(|fields| fields.secret.as_ref());
        let (usual, needed): (Variables, bool) = match self.kind() {
            EntryKind::Postgres(_) => (&[("password", "POSTGRES_PASSWORD")], true),
            EntryKind::MySql(_) => (&[("password", "MYSQL_PASSWORD")], true),
            EntryKind::Oidc(_) => (
                &[
                    ("clientId", "OIDC_CLIENT_ID"),
                    ("clientSecret", "OIDC_CLIENT_SECRET"),
                ],
                true,
            ),
            EntryKind::Redis(_) => (&[("password", "REDIS_PASSWORD")], false),
            EntryKind::Smtp(_) => (
                &[("user", "SMTP_USER"), ("password", "SMTP_PASSWORD")],
                false,
            ),
            EntryKind::CloudNativePg(_)
            | EntryKind::Otel(_)
            | EntryKind::Application(_)
            | EntryKind::Own => (&[], false),
        };
        if declared.is_none() && !needed {
            return Vec::new();
        }
        let named = declared.into_iter().flat_map(|secret| &secret.keys);
        let mut keys: std::collections::BTreeMap<String, String> = usual
            .iter()
            .map(|(fact, key)| ((*fact).to_owned(), (*key).to_owned()))
            .collect();
        keys.extend(named.map(|(fact, key)| (fact.to_string(), key.to_string())));
        keys.into_iter().collect()
    }

    /// Returns the variables that a use of it gives, by name.
    pub fn given(&self, used: &CatalogueUse) -> Vec<Given> {
        let variables = self.variables();
        let is_variable = |name: &str| variables.iter().any(|(known, _)| known == name);
        let named = |(left, right): (&_, &_)| named(left, right, &variables);
        if used.env.keys().any(|left| !is_variable(left.as_str())) {
            return used.env.iter().map(named).collect();
        }
        let renamed = |(name, text): &(String, String)| {
            let other = used.env.iter().find(|(left, _)| left.as_str() == name);
            let called = other.map_or_else(|| name.clone(), |(_, right)| right.to_string());
            Given {
                name: called,
                text: text.clone(),
                left: name.clone(),
                is_fact: false,
            }
        };
        variables.iter().map(renamed).collect()
    }
}

/// A variable that a use of an entry gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What it is called.
    pub name: String,
    /// What it holds: text with facts of the entry.
    pub text: String,
    /// The fact, or what the entry calls it.
    pub left: String,
    /// Whether the use names the fact, and not a variable of the entry.
    pub is_fact: bool,
}

fn named(left: &EnvName, right: &EnvName, variables: &[(String, String)]) -> Given {
    let variable = variables.iter().find(|(name, _)| name == left.as_str());
    let text = variable.map_or_else(|| format!("${{{left}}}"), |(_, text)| text.clone());
    Given {
        name: right.to_string(),
        text,
        left: left.to_string(),
        is_fact: variable.is_none(),
    }
}
