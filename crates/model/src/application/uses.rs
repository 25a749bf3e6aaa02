//! How an application uses what the estate's catalogue offers, and other applications.

use std::collections::BTreeMap;

use crate::name::{ComponentName, EnvName, HttpPath, Literal};
use crate::quantity::Quantity;
use crate::record;

record! {
    /// How an application uses an entry of the catalogue, or another application of that name.
    ///
    /// Its containers get the entry's variables and may reach it, it is released after what runs the entry, and a change of the
    /// credentials restarts it. Sidecars are other programs and get nothing, unless they are `like` one of its own containers; their
    /// pods may reach it all the same.
    pub struct CatalogueUse {
        /// Which variables it gets: on the left a fact of the entry, or one of the entry's variables, on the right what it is called
        /// here. With a fact among them, it gets just those that are named; else all of the entry's variables, those under their other
        /// names. Default: the entry's variables. Example: `{ url: DATABASE_URL, host: DB_HOST }`.
        "env" env: BTreeMap<EnvName, EnvName>,
        /// Only these components and jobs use it. Default: all. Example: `[web, cleanup]`.
        "only" only: Vec<ComponentName>,
        /// Whether its pods wait until the entry answers before anything of theirs starts. Default: as the entry says. Example: `true`.
        /// Derives: an init container.
        "waitFor" wait_for: Option<bool>,
        /// Where people come back to after the login, for an entry that is `oidc`: a path below its first route. Default: none, and then
        /// there is no fact `redirectUri`. Example: `/auth/callback`. Derives: the fact `redirectUri`.
        "callback" callback: Option<HttpPath>,
        /// How much the application's own database holds, for an entry that is `cloudNativePG`. Default: as the entry says. Example:
        /// `20Gi`. Derives: `storage.size` of the `Cluster`.
        "size" size: Option<Quantity>,
        /// Extensions that the application's own database gets when it is made, for an entry that is `cloudNativePG`. Default: none.
        /// Example: `[pg_trgm, vector]`. Derives: `bootstrap.initdb.postInitApplicationSQL` of the `Cluster`.
        "extensions" extensions: Vec<Literal>,
    }
}

impl CatalogueUse {
    /// Says whether a component or a job uses the entry.
    pub fn is_for(&self, owner: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name.as_str() == owner)
    }
}
