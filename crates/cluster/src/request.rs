//! Sending a request: how often it is tried, and what a refusal says.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde::de::DeserializeOwned;

use crate::call::{Answer, Call, OnConflict};
use crate::connect::Cluster;
use crate::failure::{RequestError, misunderstood};
use crate::fault::{Cause, Fault, Refusal};
use crate::{random, redact};

/// What came of sending a request once.
pub(crate) enum Attempt<T> {
    /// It was answered.
    Done(T),
    /// It may succeed after a pause.
    Again(Duration),
    /// It failed for good.
    Failed(RequestError),
}

/// What the server answered.
pub(crate) struct Reply {
    pub(crate) body: Bytes,
    /// Whether it made what was asked for: it was not there.
    pub(crate) has_created: bool,
}

/// Why one try failed.
struct Refused {
    fault: Fault,
    refusal: Refusal,
    retry_after: Option<Duration>,
}

impl Call {
    /// Says whether the same may succeed a moment after it was refused. Fields that belong to others do not pass.
    fn may_pass(&self, refused: &Refused) -> bool {
        let is_own = refused.fault == Fault::Conflict && refused.refusal.details.causes.is_empty();
        refused.fault.is_passing() || (is_own && self.on_conflict == OnConflict::Again)
    }

    fn failed(&self, refused: Refused, tried: u32) -> RequestError {
        let Refused {
            fault,
            refusal,
            retry_after: _,
        } = refused;
        let hide = |text: &str| redact::hide(text, &self.secrets);
        let causes = refusal.details.causes.iter();
        RequestError {
            doing: self.doing.clone(),
            fault,
            answer: hide(&refusal.message),
            causes: causes
                .map(|cause| Cause {
                    field: hide(&cause.field),
                    message: hide(&cause.message),
                })
                .collect(),
            tried,
        }
    }
}

impl Cluster {
    /// Sends a request, trying again while the failure may pass, and returns the body of the answer.
    ///
    /// Every request of this crate may be sent twice: reads, applies and merges are idempotent, and whoever creates or deletes
    /// looks at what is there when it is told "exists" or "not found".
    pub(crate) async fn send(&self, call: Call) -> Result<Bytes, RequestError> {
        self.read(call, |reply| Ok(reply.body.clone())).await
    }

    /// Sends a request and reads the answer as JSON.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: Call) -> Result<T, RequestError> {
        self.read(call, |reply| serde_json::from_slice(&reply.body))
            .await
    }

    /// Sends a request and reads the answer in some way. One that ends too soon is no answer: it is asked for again.
    pub(crate) async fn read<T>(
        &self,
        call: Call,
        read: impl Fn(&Reply) -> Result<T, serde_json::Error>,
    ) -> Result<T, RequestError> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.attempt(&call, tried, &read).await {
                Attempt::Done(answer) => return Ok(answer),
                Attempt::Again(pause) => tokio::time::sleep(pause).await,
                Attempt::Failed(error) => return Err(error),
            }
        }
    }

    /// Sends a request once; `tried` counts from 1.
    pub(crate) async fn attempt<T>(
        &self,
        call: &Call,
        tried: u32,
        read: &impl Fn(&Reply) -> Result<T, serde_json::Error>,
    ) -> Attempt<T> {
        let answer = self.send_once(call).await;
        let read = answer.and_then(|reply| {
            self.compare(call, &reply.body)?;
            read(&reply).map_err(|error| Refused::garbled(&error))
        });
        let refused = match read {
            Ok(answer) => return Attempt::Done(answer),
            Err(refused) => refused,
        };
        let pause = self
            .retry()
            .pause(tried, refused.retry_after, random::byte());
        let pause = pause.filter(|_| call.may_pass(&refused));
        let error = call.failed(refused, tried);
        match pause {
            Some(pause) => {
                self.tell(&error);
                Attempt::Again(pause)
            }
            None => Attempt::Failed(error),
        }
    }

    /// Sends a request that nothing depends on; nothing if it fails.
    pub(crate) async fn attempt_once(&self, call: &Call) -> Option<Bytes> {
        Some(self.send_once(call).await.ok()?.body)
    }

    /// Refuses an answer that is older than one before.
    fn compare(&self, call: &Call, body: &Bytes) -> Result<(), Refused> {
        if call.answer == Answer::Page || call.method == Method::DELETE {
            return Ok(());
        }
        let compared = self.newest.object(&call.path, body);
        compared.map_err(|outdated| Refused::plain(Fault::Busy, outdated.to_string()))
    }

    async fn send_once(&self, call: &Call) -> Result<Reply, Refused> {
        let request = call
            .request()
            .map_err(|error| Refused::without_answer(Fault::Other, &error))?;
        let longest = self.retry().timeout;
        let timeout = call.timeout.unwrap_or(longest).min(longest);
        match tokio::time::timeout(timeout, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Refused::plain(
                Fault::Unreachable,
                format!("no answer within {} s", timeout.as_secs_f32()),
            )),
        }
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Reply, Refused> {
        let _slot = self.flow.slot().await;
        let answer = self
            .client()
            .send(request)
            .await
            .map_err(|error| Refused::unsent(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.into_body().collect().await;
        let body = body
            .map_err(|error| Refused::without_answer(Fault::Unreachable, &error))?
            .to_bytes();
        if status.is_success() {
            self.flow.went_well();
            let has_created = status == StatusCode::CREATED;
            return Ok(Reply { body, has_created });
        }
        let refused = Refused::answered(status, &headers, &body);
        if refused.fault == Fault::Busy {
            self.flow.is_crowded(Instant::now());
        }
        Err(refused)
    }
}

impl Refused {
    fn plain(fault: Fault, message: String) -> Self {
        let refusal = Refusal {
            message,
            ..Refusal::default()
        };
        Self {
            fault,
            refusal,
            retry_after: None,
        }
    }

    fn garbled(error: &serde_json::Error) -> Self {
        if error.is_eof() {
            let message = format!("the answer ends too soon, in line {}", error.line());
            return Self::plain(Fault::Unreachable, message);
        }
        Self::plain(Fault::Garbled, misunderstood(error))
    }

    fn without_answer(fault: Fault, error: &(dyn std::error::Error + 'static)) -> Self {
        Self::plain(fault, innermost(error))
    }

    fn unsent(error: &kube::Error) -> Self {
        let fault = match error {
            kube::Error::Auth(_) => Fault::Unauthenticated,
            _ => Fault::Unreachable,
        };
        Self::without_answer(fault, error)
    }

    fn answered(status: StatusCode, headers: &http::HeaderMap, body: &[u8]) -> Self {
        let mut refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
        if refusal.message.is_empty() {
            refusal.message = format!("{status}");
        }
        let seconds = headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Self {
            fault: Fault::of(status.as_u16(), &refusal.reason, &refusal.message),
            refusal,
            retry_after: seconds.map(Duration::from_secs),
        }
    }
}

/// Returns the text of the innermost cause: what went wrong, without the layers that passed it on.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_object_tries_and_answer() {
        let refused = Refused::plain(Fault::Busy, "too many requests".to_owned());
        let error = Call::get("/", "apply `Service a/b`").failed(refused, 4);
        assert_eq!(
            error.to_string(),
            "cannot apply `Service a/b` (tried 4 times): too many requests"
        );
    }

    #[test]
    fn a_refusal_never_repeats_a_secret_value() {
        let body = serde_json::json!({"kind": "Secret", "data": {"key": "aHVudGVyMjI="}});
        let call = Call::get("/", "apply `Secret a/b`").json("application/json", &body);
        let message = "data.key: got hunter22 and aHVudGVyMjI=".to_owned();
        let error = call.failed(Refused::plain(Fault::Invalid, message), 1);
        assert_eq!(error.answer, "data.key: got ••• and •••");
    }
}
