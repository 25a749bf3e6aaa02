//! The application that goes, as files and cluster know it: either may be all that is left of it.

use std::collections::BTreeSet;

use steading_cluster::{Breadth, Cluster, observe};
use steading_model::Desired;
use steading_model::application::Application;
use steading_model::estate::{Environment, EnvironmentFields, Estate};
use steading_model::load::ApplicationFile;
use steading_model::name::{AppName, EnvironmentName};
use steading_plan::{Observed, ReleaseKey, Scope};

use crate::diagnostics::{self, tally};
use crate::error::CommandError;
use crate::names;
use crate::pipeline::{Loaded, Selection};
use crate::session::Session;

/// An environment that the estate has no more: nothing is known of it, so the command line names the context.
const NO_FIELDS: EnvironmentFields = EnvironmentFields {
    context: None,
    suffix: None,
    secret_environment: None,
    critical: None,
    after: None,
};

/// The application that goes.
pub(super) struct Subject {
    pub(super) loaded: Loaded,
    /// All applications in all environments.
    pub(super) applications: Vec<Application>,
    pub(super) application: AppName,
    environment: EnvironmentName,
}

impl Subject {
    /// Reads all declarations. With errors in any of them nobody can say what names the application.
    pub(super) fn read(
        session: &Session,
        application: AppName,
        environment: &str,
    ) -> Result<Self, CommandError> {
        let loaded = Loaded::read(session)?;
        let environments = loaded.environments(None)?;
        let mut compiled = loaded.compile(&environments);
        let found = std::mem::take(&mut compiled.report);
        let report = loaded.gather(&Selection::new(&loaded, &[])?, [found]);
        if report.has_errors() || loaded.estate().is_none() {
            diagnostics::say(&session.ui, loaded.findings(&report), &tally(&report));
            return Err(CommandError::failure(
                "the declarations have errors: nothing is retired",
            ));
        }
        let environment = EnvironmentName::parse(environment)
            .map_err(|problem| CommandError::usage(format!("`--env` {problem}")))?;
        Ok(Self {
            applications: compiled.applications,
            loaded,
            application,
            environment,
        })
    }

    /// Returns the estate.
    pub(super) fn estate(&self) -> &Estate {
        self.loaded
            .estate()
            .expect("reading must have refused files without an estate")
    }

    /// Returns the environment, which the estate may have no more.
    pub(super) fn environment(&self) -> Environment<'_> {
        let known = self.estate().environment(&self.environment);
        known.unwrap_or(Environment {
            name: &self.environment,
            fields: &NO_FIELDS,
        })
    }

    /// Returns its declaration, if there is one for the environment.
    pub(super) fn file(&self) -> Option<&ApplicationFile> {
        let mut files = self.loaded.applications_of(self.environment.as_str());
        files.find(|file| file.name == self.application)
    }

    /// Looks at the cluster, and finds its releases there.
    pub(super) async fn find(
        &self,
        cluster: &Cluster,
    ) -> Result<(Observed, ReleaseKey), CommandError> {
        let observed = self.observe(cluster).await?;
        let key = self.key(&observed)?;
        Ok((observed, key))
    }

    async fn observe(&self, cluster: &Cluster) -> Result<Observed, CommandError> {
        let estate = self.estate().name.as_str();
        let observation =
            observe(cluster, estate, &Scope::WholeCluster, &[], Breadth::Estate).await?;
        let observed = observation.observed;
        let mut unread = observed.unreadable.iter();
        if let Some(one) = unread.find(|one| one.kind.is("steading.dev", "Release")) {
            let message = format!("cannot read the releases: {}", one.answer);
            return Err(CommandError::cluster(message)
                .hint("this takes the rights of the cluster's operator"));
        }
        Ok(observed)
    }

    fn key(&self, observed: &Observed) -> Result<ReleaseKey, CommandError> {
        let (name, environment) = (self.application.as_str(), self.environment.as_str());
        let mut keys = observed.releases.keys();
        let found = keys.find(|key| key.application == name && key.environment == environment);
        found.cloned().ok_or_else(|| self.not_released(observed))
    }

    fn not_released(&self, observed: &Observed) -> CommandError {
        let (name, environment) = (self.application.as_str(), self.environment.as_str());
        let there = observed.releases.keys();
        let known: BTreeSet<&str> = there
            .filter(|key| key.environment == environment)
            .map(|key| key.application.as_str())
            .collect();
        let known: Vec<&str> = known.into_iter().collect();
        let message = format!("nothing of {environment}/{name} was released on this cluster");
        names::with_known(CommandError::failure(message), name, &known)
    }
}

/// Reads what its current release wanted.
pub(super) async fn released(
    cluster: &Cluster,
    estate: &Estate,
    key: &ReleaseKey,
) -> Result<Desired, CommandError> {
    let scope = Scope::OneNamespace(key.namespace.clone());
    let name = estate.name.as_str();
    let mut all = steading_cluster::released(cluster, name, &scope, |one| one == key).await?;
    if let Some(why) = all.unreadable.get(key) {
        return Err(CommandError::cluster(format!(
            "cannot read what {key} was: {why}"
        )));
    }
    all.desired.remove(key).ok_or_else(|| {
        let (application, environment) = (&key.application, &key.environment);
        CommandError::failure(format!("{key} has no complete release")).hint(format!(
            "put back what was begun: `steading revert {application} --env {environment}`"
        ))
    })
}
