//! Which route answers a request, and past which gates: the question that a chain of files and objects hides best.
//!
//! It is answered from the declarations by the same code that derives the objects: entries of `route.rs`, the chain of `chain.rs`. The
//! order is that of the ingress controller: the longest path of the host.

mod asked;
mod gate;

use steading_model::Span;
use steading_model::application::{Application, AuthMode, Visibility};
use steading_model::estate::Estate;
use steading_model::name::{AppName, EnvironmentName, HostName};

pub use asked::Asked;
pub use gate::Passed;

use crate::backend;
use crate::route::{self, Entry};
use crate::scope::{Output, Scope};

/// A route that matches a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The application that it belongs to.
    pub application: AppName,
    /// In this environment.
    pub environment: EnvironmentName,
    /// The host.
    pub host: HostName,
    /// The path that matched: itself, and all below it.
    pub path: String,
    /// Who can reach it at all.
    pub visibility: Visibility,
    /// Where the login happens; nowhere for a redirect.
    pub auth: Option<AuthMode>,
    /// The path above it that asks for the estate's login, where it does not: of whichever application.
    pub carve_out: Option<String>,
    /// The gates in the order in which a request passes them.
    pub gates: Vec<Passed>,
    /// What answers.
    pub target: Target,
    /// Where the route is declared.
    pub span: Span,
}

/// What answers behind the gates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Service.
    Service {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its port.
        port: u16,
        /// What is spoken to it.
        scheme: &'static str,
        /// What stands behind it outside of the cluster, where that is so.
        outside: Option<String>,
    },
    /// A redirect to this URL.
    Redirect(String),
    /// Nothing: the declaration names nothing that could.
    Nothing,
}

/// Returns the routes that match a request, the one that answers first.
pub fn answers(estate: &Estate, applications: &[Application], asked: &Asked) -> Vec<Answer> {
    let mut found: Vec<Answer> = applications
        .iter()
        .filter_map(|application| Scope::new(estate, application))
        .flat_map(|scope| matching(&scope, asked))
        .collect();
    found.sort_by(|one, other| {
        let key = |answer: &Answer| route::priority(answer.host.as_str(), &answer.path);
        let by_name = |answer: &Answer| (answer.environment.clone(), answer.application.clone());
        key(other)
            .cmp(&key(one))
            .then_with(|| by_name(one).cmp(&by_name(other)))
    });
    for at in 0..found.len() {
        found[at].carve_out = protected(&found[at..]);
    }
    found
}

/// Returns the nearest path with the login among those behind the first, where the first has none.
fn protected(found: &[Answer]) -> Option<String> {
    let (first, behind) = found.split_first()?;
    let is_open = first.auth.is_some_and(|auth| auth != AuthMode::Required);
    let mut behind = behind
        .iter()
        .filter(|other| is_open && other.environment == first.environment);
    let above = behind.find(|other| other.auth == Some(AuthMode::Required))?;
    Some(above.path.clone())
}

/// Returns all hosts with their paths, in order.
pub fn claims(estate: &Estate, applications: &[Application]) -> Vec<(HostName, String)> {
    let mut claims: Vec<(HostName, String)> = applications
        .iter()
        .filter_map(|application| Scope::new(estate, application))
        .flat_map(|scope| {
            let entries = route::entries(&scope);
            let claims = entries.iter().flat_map(|entry| {
                let paths = entry.paths.iter();
                paths.map(|path| (entry.host.clone(), (*path).to_owned()))
            });
            claims.collect::<Vec<_>>()
        })
        .collect();
    claims.sort();
    claims.dedup();
    claims
}

fn matching(scope: &Scope<'_>, asked: &Asked) -> Vec<Answer> {
    let entries = route::entries(scope);
    let on_host = entries
        .iter()
        .filter(|entry| entry.host.as_str() == asked.host());
    let matching = on_host.flat_map(|entry| {
        let paths = entry.paths.iter();
        let paths = paths.filter(|path| route::covers(path, asked.path()));
        paths.map(move |path| answer(scope, entry, path))
    });
    matching.collect()
}

fn answer(scope: &Scope<'_>, entry: &Entry<'_>, path: &str) -> Answer {
    Answer {
        application: scope.application.name.clone(),
        environment: scope.application.environment.clone(),
        host: entry.host.clone(),
        path: path.to_owned(),
        visibility: entry.visibility(),
        auth: entry.route.redirect_to.is_none().then(|| entry.auth()),
        carve_out: None,
        gates: gate::passed(scope, entry),
        target: target(scope, entry),
        span: scope.span(&entry.path.key("host")),
    }
}

fn target(scope: &Scope<'_>, entry: &Entry<'_>) -> Target {
    if let Some(url) = &entry.route.redirect_to {
        return Target::Redirect(url.to_string());
    }
    // What is wrong with it is reported where the objects are derived.
    let Some(backend) = backend::backend(scope, entry, &mut Output::default()) else {
        return Target::Nothing;
    };
    let own = entry.route.upstream.as_ref();
    let outside = own.or(scope.application.fields.upstream.as_ref());
    let scheme = if entry.is_passed_through() {
        "TLS, unopened"
    } else {
        backend.scheme.unwrap_or("http")
    };
    Target::Service {
        namespace: scope.namespace().to_owned(),
        name: backend.service,
        port: backend.port,
        scheme,
        outside: outside.map(|upstream| format!("{}:{}", upstream.host, upstream.port)),
    }
}
