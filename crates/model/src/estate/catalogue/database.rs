//! Databases as entries of the catalogue.

use std::collections::BTreeMap;

use crate::application::{Backup, Resources};
use crate::estate::Template;
use crate::name::{ImageRef, Literal, NamespaceName, PortNumber};
use crate::quantity::Quantity;
use crate::{choice, record};

record! {
    /// A `PostgreSQL` database for each application that uses the entry. One of `cloudNativePG` and `server`.
    pub struct Postgres {
        /// A database cluster of its own for each application, in its namespace, made by the `CloudNativePG` operator. Default: none.
        /// Example: `{ image: "ghcr.io/cloudnative-pg/postgresql:17.5", storage: { size: 5Gi } }`. Derives: a `Cluster` called
        /// `APPLICATION-ENTRY` (with its Secret `…-app`), its network policy, and a `Pooler` where one is asked for.
        "cloudNativePG" cloud_native_pg: Option<CloudNativePg>,
        /// A server that is there already, with a database and a user for each application. Default: none. Example: `{ host: 192.168.10.9
        /// }`.
        "server" server: Option<DatabaseServer>,
    }
}

record! {
    /// A database server that is there already. Steading makes no database on it.
    pub struct DatabaseServer {
        /// Its host name or address; `{application}` and `{environment}` are filled in. Example: `db.databases.svc`.
        "host" host: Template,
        /// Its port. Default: 5432 for `PostgreSQL`, 3306 for `MySQL`. Example: `5433`.
        "port" port: Option<PortNumber>,
        /// The database of an application. Default: `"{application}"`. Example: `"{application}_{environment}"`.
        "database" database: Option<Template>,
        /// The user of an application. Default: the key `user` of `secret` where one is named, else `{application}`. Example:
        /// `"{application}"`.
        "user" user: Option<Template>,
        /// What stands behind the `?` of URLs. Default: nothing. Example: `{ sslmode: require }`.
        "parameters" parameters: BTreeMap<String, Literal>,
    }
}

record! {
    /// A database cluster for each application, made by the `CloudNativePG` operator.
    pub struct CloudNativePg {
        /// The image, with the version of `PostgreSQL` in its tag. A new major version is an upgrade of the data: the operator does it with
        /// downtime. Example: `ghcr.io/cloudnative-pg/postgresql:17.5`. Derives: `imageName`.
        "image" image: ImageRef,
        /// How many instances: one that takes writes, and copies of it. Default: 1. Unit: instances. Example: `2`. Derives: `instances`;
        /// from two on also `enablePDB`, because one alone would keep its node from being drained.
        "instances" instances: Option<u32>,
        /// Where its data is. Example: `{ size: 5Gi, data: sensitive }`. Derives: `storage`.
        "storage" storage: DatabaseStorage,
        /// CPU and memory of each instance. Default: `{ cpu: 100m, memory: 256Mi }`, with twice the memory as limit. Example: `{ memory:
        /// 1Gi }`. Derives: `resources`.
        "resources" resources: Option<Resources>,
        /// Settings of `PostgreSQL`. Default: the operator's. Example: `{ max_connections: 50 }`. Derives: `postgresql.parameters`.
        "parameters" parameters: BTreeMap<String, Literal>,
        /// Connections are shared by `PgBouncer`, and applications connect to that. Default: none. Example: `{ mode: transaction }`.
        /// Derives: a `Pooler`.
        "pooler" pooler: Option<Pooler>,
        /// How the data is backed up, or `{ none: why }`. Default: nothing is said, which is worth a warning. Example: `{ schedule: "30
        /// 2 * * *", keep: 7 }`. Derives: the annotation `steading.dev/backup` of the `Cluster`.
        "backup" backup: Option<Backup>,
        /// The namespace of the operator: it reaches the instances. Default: `cnpg-system`. Example: `databases`. Derives: ingress of the
        /// database's pods.
        "operator" operator: Option<NamespaceName>,
    }
}

record! {
    /// Where the data of a database cluster is.
    pub struct DatabaseStorage {
        /// How much each instance holds; a use may ask for another size. It can grow, if the class can; it cannot shrink. Example: `5Gi`.
        /// Derives: `size`.
        "size" size: Quantity,
        /// What the data means: `sensitive` or `plain`. Databases are never on shared storage, and never a cache. Default: `sensitive`.
        /// Example: `plain`. Derives: `storageClass`, and the guard against deletion.
        "data" data: Option<DatabaseData>,
    }
}

choice! {
    /// What the data of a database means.
    pub enum DatabaseData {
        /// It must not be read by others: only on classes that are marked for it.
        Sensitive = "sensitive",
        /// It must not be lost.
        Plain = "plain",
    }
}

record! {
    /// Connections that are shared by `PgBouncer`.
    pub struct Pooler {
        /// How many. Default: 1. Unit: pods. Example: `2`. Derives: `instances` of the `Pooler`.
        "instances" instances: Option<u32>,
        /// For how long a client holds a connection. Default: `session`. Example: `transaction`. Derives: `poolMode`.
        "mode" mode: Option<PoolMode>,
        /// Settings of `PgBouncer`. Default: the operator's. Example: `{ max_client_conn: 200 }`. Derives: `parameters` of `pgbouncer`.
        "parameters" parameters: BTreeMap<String, Literal>,
    }
}

choice! {
    /// For how long a client holds a connection.
    pub enum PoolMode {
        /// Until it disconnects: everything works as without a pooler.
        Session = "session",
        /// Until a transaction ends: prepared statements, `LISTEN` and session settings do not work without care.
        Transaction = "transaction",
    }
}

impl CloudNativePg {
    /// The namespace of the operator, where the entry does not say it.
    pub const OPERATOR: &'static str = "cnpg-system";

    /// Returns how many instances there are.
    pub fn instances(&self) -> u32 {
        self.instances.unwrap_or(1)
    }

    /// Returns what the data means.
    pub fn data(&self) -> DatabaseData {
        self.storage.data.unwrap_or(DatabaseData::Sensitive)
    }
}
