//! Faults between client and server: a layer that numbers every request, records it, and does to it what the test says.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use kube::client::Body;
use tokio::sync::watch;
use tower::{BoxError, Layer, Service};

/// A request as the layer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number, from 1.
    pub index: usize,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query.
    pub query: String,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The client dies before it is sent: neither it nor any later one reaches the server.
    KillBefore,
    /// The client dies after the server answered: the answer is lost, and no later request is sent.
    KillAfter,
    /// The connection is reset before the server sees it.
    Reset,
    /// The connection is reset after the server answered.
    ResetAfter,
    /// The server sees it and its answer never comes.
    Lost,
    /// The server answers with this status, and `Retry-After` in seconds where there is one.
    Status(u16, Option<u64>),
    /// It takes this long to get there.
    Slow(Duration),
}

type Rule = dyn Fn(&Seen) -> Option<Fault> + Send + Sync;

/// The faults of one client, and what it asked for.
#[derive(Clone)]
pub struct Faults(Arc<Shared>);

struct Shared {
    rule: Box<Rule>,
    seen: Mutex<Vec<Seen>>,
    killed: watch::Sender<bool>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Faults")
            .field(&self.seen().len())
            .finish()
    }
}

impl Seen {
    /// Says whether the request may change something; a dry run does not.
    pub fn is_write(&self) -> bool {
        self.method != "GET" && !self.query.contains("dryRun=All")
    }
}

impl Faults {
    /// Faults by a rule.
    pub fn by(rule: impl Fn(&Seen) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let shared = Shared {
            rule: Box::new(rule),
            seen: Mutex::default(),
            killed: watch::channel(false).0,
        };
        Self(Arc::new(shared))
    }

    /// No faults: requests are recorded.
    pub fn none() -> Self {
        Self::by(|_| None)
    }

    /// One fault, at the request with this number.
    pub fn at(index: usize, fault: Fault) -> Self {
        Self::by(move |seen| (seen.index == index).then_some(fault))
    }

    /// Returns the requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().clone()
    }

    /// Returns the requests so far that may change something.
    pub fn writes(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(Seen::is_write).collect()
    }

    /// Returns when the client has died; the test then drops what it was doing.
    pub async fn killed(&self) {
        let mut receiver = self.0.killed.subscribe();
        // The sender lives as long as `self`.
        drop(receiver.wait_for(|killed| *killed).await);
    }

    /// Says whether the client has died.
    pub fn is_killed(&self) -> bool {
        *self.0.killed.borrow()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn see(&self, request: &Request<Body>) -> Option<Fault> {
        let mut seen = self.lock();
        let one = Seen {
            index: seen.len() + 1,
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
        };
        let fault = (self.0.rule)(&one);
        seen.push(one);
        fault
    }

    fn kill(&self) -> BoxError {
        self.0.killed.send_replace(true);
        reset()
    }
}

fn reset() -> BoxError {
    Box::new(std::io::Error::new(
        std::io::ErrorKind::ConnectionReset,
        "the connection was reset",
    ))
}

impl<S> Layer<S> for Faults {
    type Service = Faulty<S>;

    fn layer(&self, inner: S) -> Faulty<S> {
        Faulty {
            inner,
            faults: self.clone(),
        }
    }
}

/// A client's way to the server, with faults.
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    faults: Faults,
}

type Answer = Response<Body>;

impl<S, B> Service<Request<Body>> for Faulty<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError> + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Answer;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let faults = self.faults.clone();
        if faults.is_killed() {
            return Box::pin(async { Err(reset()) });
        }
        match faults.see(&request) {
            Some(Fault::KillBefore) => Box::pin(async move { Err(faults.kill()) }),
            Some(Fault::Reset) => Box::pin(async { Err(reset()) }),
            Some(Fault::Status(status, retry_after)) => {
                Box::pin(async move { refusal(status, retry_after) })
            }
            fault => Box::pin(passed_on(self.inner.call(request), faults, fault)),
        }
    }
}

/// Passes a request on, and does with the answer what the fault says.
async fn passed_on<F, E, B>(
    answer: F,
    faults: Faults,
    fault: Option<Fault>,
) -> Result<Answer, BoxError>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    if let Some(Fault::Slow(pause)) = fault {
        tokio::time::sleep(pause).await;
    }
    let answer = answer.await.map_err(Into::into)?;
    let (parts, body) = answer.into_parts();
    let body = http_body_util::BodyExt::collect(body)
        .await
        .map_err(Into::into)?
        .to_bytes();
    match fault {
        Some(Fault::KillAfter) => Err(faults.kill()),
        Some(Fault::ResetAfter) => Err(reset()),
        Some(Fault::Lost) => std::future::pending().await,
        _ => Ok(Response::from_parts(parts, Body::from(body))),
    }
}

fn refusal(status: u16, retry_after: Option<u64>) -> Result<Answer, BoxError> {
    let reason = match status {
        409 => "Conflict",
        410 => "Expired",
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        _ => "Unknown",
    };
    let body = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status, "reason": reason, "message": format!("a fault of the test: {status}"),
    });
    let mut answer = Response::builder().status(StatusCode::from_u16(status)?);
    if let Some(seconds) = retry_after {
        answer = answer.header(header::RETRY_AFTER, seconds);
    }
    Ok(answer.body(Body::from(body.to_string().into_bytes()))?)
}
