//! How requests travel.

use std::time::Duration;

use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ConfigExt as _};
use kube::config::Config;
use kube::{Client, Error};
use tower::ServiceBuilder;

/// How long making a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(4);

/// Makes a client whose requests leave at once. Without asking for it, the system holds small ones back until the server has acknowledged
/// what came before, which it does after 40 ms.
///
/// # Errors
/// If the certificates or the credential of the configuration cannot be used.
pub fn client(mut config: Config) -> Result<Client, Error> {
    // Tries are ours, so that they can be bounded and told of.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    if config.proxy_url.is_some() {
        return Client::try_from(config);
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    let connector = config.rustls_https_connector_with_connector(connector)?;
    let mut connector = TimeoutConnector::new(connector);
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    let client: legacy::Client<_, Body> =
        legacy::Client::builder(TokioExecutor::new()).build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(tower::BoxError::from)
        .service(client);
    Ok(Client::new(service, config.default_namespace))
}
