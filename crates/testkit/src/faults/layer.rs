//! The layer itself.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use kube::client::Body;
use tokio::sync::watch;
use tower::{BoxError, Layer, Service};

use super::answer::{Answer, gone, news, refusal, reset, whole};
use super::earlier::Earlier;
use super::fault::{Fault, Seen};

type Rule = dyn Fn(&Seen) -> Option<Fault> + Send + Sync;

/// The faults of one client, and what it asked for.
#[derive(Clone)]
pub struct Faults(Arc<Shared>);

struct Shared {
    record: Mutex<Record>,
    earlier: Earlier,
    killed: watch::Sender<bool>,
}

/// The rule, and what was asked since it is in force.
struct Record {
    rule: Arc<Rule>,
    seen: Vec<Seen>,
    /// How often each was asked.
    asked: BTreeMap<String, usize>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Faults")
            .field(&self.seen().len())
            .finish()
    }
}

impl Record {
    fn new(rule: Arc<Rule>) -> Self {
        Self {
            rule,
            seen: Vec::new(),
            asked: BTreeMap::new(),
        }
    }

    fn see(&mut self, request: &Request<Body>) -> (Seen, Option<Fault>) {
        let (method, path) = (request.method().to_string(), request.uri().path());
        let nth = self.asked.entry(format!("{method} {path}")).or_default();
        *nth += 1;
        let one = Seen {
            index: self.seen.len() + 1,
            nth: *nth,
            method,
            path: path.to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
        };
        let fault = (self.rule)(&one);
        self.seen.push(one.clone());
        (one, fault)
    }
}

impl Faults {
    /// Faults by a rule.
    pub fn by(rule: impl Fn(&Seen) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let shared = Shared {
            record: Mutex::new(Record::new(Arc::new(rule))),
            earlier: Earlier::default(),
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

    /// From here on faults are by another rule, and requests are numbered and recorded anew. What was read before is still known.
    pub fn become_by(&self, rule: impl Fn(&Seen) -> Option<Fault> + Send + Sync + 'static) {
        *self.lock() = Record::new(Arc::new(rule));
    }

    /// Returns the requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
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

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kill(&self) -> BoxError {
        self.0.killed.send_replace(true);
        reset()
    }

    fn earlier(&self, question: Option<&str>) -> Option<Answer> {
        let (parts, body) = self.0.earlier.answer(question?)?.into_parts();
        Some(whole(parts, &body, None))
    }
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

/// A request that reaches the server.
struct Passing {
    faults: Faults,
    fault: Option<Fault>,
    seen: Seen,
    question: Option<String>,
}

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
        let (seen, fault) = faults.lock().see(&request);
        let question = Earlier::question(&request).filter(|_| !seen.is_watch());
        let made_up = match fault {
            Some(Fault::KillBefore) => Some(Err(faults.kill())),
            Some(Fault::Reset) => Some(Err(reset())),
            Some(Fault::Status(status, retry_after)) => Some(refusal(status, retry_after)),
            Some(Fault::Gone) if seen.is_watch() => Some(Ok(gone())),
            Some(Fault::Stale) => faults.earlier(question.as_deref()).map(Ok),
            _ => None,
        };
        if let Some(answer) = made_up {
            return Box::pin(async { answer });
        }
        let passing = Passing {
            faults,
            fault,
            seen,
            question,
        };
        Box::pin(passing.through(self.inner.call(request)))
    }
}

impl Passing {
    /// Passes a request on, and does with the answer what the fault says.
    async fn through<F, E, B>(self, answer: F) -> Result<Answer, BoxError>
    where
        F: Future<Output = Result<Response<B>, E>>,
        E: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if let Some(Fault::Slow(pause)) = self.fault {
            tokio::time::sleep(pause).await;
        }
        let (parts, body) = answer.await.map_err(Into::into)?.into_parts();
        if self.seen.is_watch() {
            return match self.fault {
                Some(Fault::KillAfter) => Err(self.faults.kill()),
                Some(Fault::ResetAfter) => Err(reset()),
                Some(Fault::Lost) => std::future::pending().await,
                fault => Ok(news(parts, body, fault)),
            };
        }
        let body = http_body_util::BodyExt::collect(body).await;
        let body = body.map_err(Into::into)?.to_bytes();
        if let Some(question) = self.question {
            self.faults.0.earlier.keep(question, &parts, &body);
        }
        match self.fault {
            Some(Fault::KillAfter) => Err(self.faults.kill()),
            Some(Fault::ResetAfter) => Err(reset()),
            Some(Fault::Lost) => std::future::pending().await,
            fault => Ok(whole(parts, &body, fault)),
        }
    }
}
