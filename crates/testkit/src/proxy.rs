//! A server in front of the lab's API server: what the built program asks goes through faults.

use std::net::SocketAddr;

use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use kube::Client;
use kube::client::Body;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tower::BoxError;

use crate::faults::Faults;
use crate::ground::client;

/// A proxy with faults; it ends when it goes out of scope, and so do the connections to it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    task: AbortHandle,
}

impl Proxy {
    /// Starts one in front of the server that a kubeconfig names; who asks it is that kubeconfig's user.
    ///
    /// # Panics
    /// If no port is free, or the kubeconfig is none.
    pub async fn start(kubeconfig: &str, faults: &Faults) -> Self {
        let client = client(kubeconfig, faults).await;
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port must be free");
        let address = listener.local_addr().expect("a listener has an address");
        let task = tokio::spawn(serve(listener, client)).abort_handle();
        Self { address, task }
    }

    /// Returns a kubeconfig that leads here, with one context.
    pub fn kubeconfig(&self, context: &str) -> String {
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": context,
            "clusters": [{ "name": "proxy", "cluster": { "server": format!("http://{}", self.address) } }],
            "users": [{ "name": "somebody", "user": {} }],
            "contexts": [{ "name": context, "context": { "cluster": "proxy", "user": "somebody" } }],
        });
        kubeconfig.to_string()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, client: Client) {
    let mut connections = JoinSet::new();
    // A listener that breaks is noticed by whoever asks.
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(converse(stream, client.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, client: Client) {
    let service = service_fn(move |request| pass(client.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // A connection that breaks is what these tests are about.
    drop(connection.await);
}

/// Passes one request on. Where that fails there is no answer: the connection ends.
async fn pass(client: Client, request: Request<Incoming>) -> Result<Response<Body>, BoxError> {
    let (mut parts, body) = request.into_parts();
    for own in [header::HOST, header::AUTHORIZATION, header::CONTENT_LENGTH] {
        parts.headers.remove(own);
    }
    let body = body.collect().await?.to_bytes();
    let mut answer = client
        .send(Request::from_parts(parts, Body::from(body)))
        .await?;
    for own in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        answer.headers_mut().remove(own);
    }
    *answer.version_mut() = http::Version::HTTP_11;
    Ok(answer)
}
