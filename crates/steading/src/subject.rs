//! One application in one environment, as commands name it; it need not be declared any more.

use clap::Args;
use steading_model::estate::{Environment, Estate};
use steading_model::name::AppName;
use steading_plan::ReleaseKey;

use crate::error::CommandError;
use crate::pipeline::Loaded;
use crate::session::Session;
use crate::target::ClusterOptions;

/// One application in one environment.
#[derive(Args, Clone, Debug)]
pub(crate) struct SubjectOptions {
    /// The application
    #[arg(value_name = "APP", value_parser = AppName::parse)]
    pub(crate) application: AppName,
    /// The environment
    #[arg(long, value_name = "ENV")]
    pub(crate) env: String,
    #[command(flatten)]
    pub(crate) cluster: ClusterOptions,
}

/// An application with what is needed to ask the cluster about it.
pub(crate) struct Subject {
    loaded: Loaded,
    /// The application's releases.
    pub(crate) key: ReleaseKey,
}

impl Subject {
    /// Finds the application's namespace by the estate.
    pub(crate) fn find(session: &Session, options: &SubjectOptions) -> Result<Self, CommandError> {
        let loaded = Loaded::read(session)?;
        let environment = loaded.environment(&options.env)?.name;
        let namespace = loaded
            .needed_estate()?
            .namespace(&options.application, environment);
        let namespace = namespace.map_err(|problem| {
            CommandError::failure(format!(
                "the namespace of `{}` {problem}",
                options.application
            ))
        })?;
        let key = ReleaseKey {
            namespace: namespace.to_string(),
            application: options.application.to_string(),
            environment: environment.to_string(),
        };
        Ok(Self { loaded, key })
    }

    /// Returns the estate.
    pub(crate) fn estate(&self) -> Result<&Estate, CommandError> {
        self.loaded.needed_estate()
    }

    /// Returns the environment.
    pub(crate) fn environment(&self) -> Result<Environment<'_>, CommandError> {
        self.loaded.environment(&self.key.environment)
    }
}
