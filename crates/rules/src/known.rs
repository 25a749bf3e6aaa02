//! What is known about images, ports and words outside of this estate.

use steading_model::name::ImageRef;

/// Images (the last part of their name) that keep data which only one writer may have, and what they are.
const STORES: [(&str, &str); 43] = [
    ("postgres", "PostgreSQL"),
    ("postgresql", "PostgreSQL"),
    ("pgvector", "PostgreSQL"),
    ("postgis", "PostgreSQL"),
    ("timescaledb", "PostgreSQL"),
    ("timescaledb-ha", "PostgreSQL"),
    ("spilo", "PostgreSQL"),
    ("mysql", "MySQL"),
    ("mysql-server", "MySQL"),
    ("mariadb", "MariaDB"),
    ("percona-server", "MySQL"),
    ("mongo", "MongoDB"),
    ("mongodb", "MongoDB"),
    ("mongodb-community-server", "MongoDB"),
    ("redis", "Redis"),
    ("redis-stack-server", "Redis"),
    ("valkey", "Valkey"),
    ("keydb", "KeyDB"),
    ("dragonfly", "Dragonfly"),
    ("etcd", "etcd"),
    ("consul", "Consul"),
    ("vault", "Vault"),
    ("openbao", "OpenBao"),
    ("clickhouse", "ClickHouse"),
    ("clickhouse-server", "ClickHouse"),
    ("cassandra", "Cassandra"),
    ("scylla", "ScyllaDB"),
    ("cockroach", "CockroachDB"),
    ("elasticsearch", "Elasticsearch"),
    ("opensearch", "OpenSearch"),
    ("influxdb", "InfluxDB"),
    ("prometheus", "Prometheus"),
    ("victoria-metrics", "VictoriaMetrics"),
    ("neo4j", "Neo4j"),
    ("couchdb", "CouchDB"),
    ("rabbitmq", "RabbitMQ"),
    ("nats", "NATS"),
    ("kafka", "Kafka"),
    ("zookeeper", "ZooKeeper"),
    ("rqlite", "rqlite"),
    ("meilisearch", "Meilisearch"),
    ("pocketbase", "SQLite"),
    ("surrealdb", "SurrealDB"),
];

/// Ports on which such stores are dialled.
const STORE_PORTS: [(u16, &str); 13] = [
    (1433, "SQL Server"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5672, "RabbitMQ"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (7687, "Neo4j"),
    (9042, "Cassandra"),
    (9200, "Elasticsearch"),
    (11211, "memcached"),
    (26257, "CockroachDB"),
    (27017, "MongoDB"),
];

/// Returns what store an image is.
pub(crate) fn store(image: &ImageRef) -> Option<&'static str> {
    let name = image.name().rsplit('/').next()?;
    STORES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, title)| *title)
}

/// Returns what store is dialled on a port.
pub(crate) fn store_port(port: u16) -> Option<&'static str> {
    STORE_PORTS
        .iter()
        .find(|(known, _)| *known == port)
        .map(|(_, title)| *title)
}
