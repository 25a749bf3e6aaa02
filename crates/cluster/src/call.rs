//! A request, before it is sent.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use kube::client::Body;

use crate::redact;

/// Asks for a list in which the objects have nothing but their metadata.
const METADATA_ONLY: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// What is asked, and what an answer to it means.
#[derive(Clone)]
pub(crate) struct Call {
    /// What is done, for messages: "list `Deployment`".
    pub(crate) doing: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    query: Vec<(&'static str, String)>,
    accept: &'static str,
    content: Option<(&'static str, Bytes)>,
    /// Text that no message may repeat.
    pub(crate) secrets: Vec<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) on_conflict: OnConflict,
    pub(crate) answer: Answer,
}

/// What comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One object, or none.
    #[default]
    Object,
    /// A page of a list, whose reader compares its version: looking for it here takes as long as reading all of it.
    Page,
}

/// What it means when the server says that somebody changed the object meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// The version that the request names is not the current one any more: whoever asked reads anew.
    #[default]
    Fail,
    /// The request names no version: the server was in its own way, as it is when several write at once, and the same may succeed.
    Again,
}

impl Call {
    pub(crate) fn new(method: Method, path: impl Into<String>, doing: impl Into<String>) -> Self {
        Self {
            doing: doing.into(),
            method,
            path: path.into(),
            query: Vec::new(),
            accept: "application/json",
            content: None,
            secrets: Vec::new(),
            timeout: None,
            on_conflict: OnConflict::Fail,
            answer: Answer::Object,
        }
    }

    pub(crate) fn get(path: impl Into<String>, doing: impl Into<String>) -> Self {
        Self::new(Method::GET, path, doing)
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn json(self, content_type: &'static str, body: &serde_json::Value) -> Self {
        let secrets = redact::secrets(body);
        self.secrets(secrets)
            .content(content_type, body.to_string().into())
    }

    fn content(mut self, content_type: &'static str, body: Bytes) -> Self {
        self.content = Some((content_type, body));
        self
    }

    /// Asks for the objects' metadata alone.
    pub(crate) fn metadata_only(mut self) -> Self {
        self.accept = METADATA_ONLY;
        self
    }

    fn secrets(mut self, secrets: Vec<String>) -> Self {
        self.secrets = secrets;
        self
    }

    /// Bounds each try, for a writer that must know before its lease ends.
    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Says that a page of a list is asked for.
    pub(crate) fn of_a_list(mut self) -> Self {
        self.answer = Answer::Page;
        self
    }

    /// Says that no version of the object is named: a conflict with none passes.
    pub(crate) fn of_any_version(mut self) -> Self {
        self.on_conflict = OnConflict::Again;
        self
    }

    fn uri(&self) -> String {
        let pairs = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        if query.is_empty() {
            return self.path.clone();
        }
        format!("{}?{query}", self.path)
    }

    /// Returns it as it is sent.
    pub(crate) fn request(&self) -> Result<Request<Body>, http::Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.uri());
        request = request.header(header::ACCEPT, self.accept);
        let body = match &self.content {
            Some((content_type, bytes)) => {
                request = request.header(header::CONTENT_TYPE, *content_type);
                Body::from(bytes.clone())
            }
            None => Body::empty(),
        };
        request.body(body)
    }
}

/// Encodes a query value: everything but unreserved characters.
fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_encoded() {
        let call = Call::get("/api/v1/pods", "list")
            .query("labelSelector", "a/b in (c,d)")
            .query("limit", "5");
        assert_eq!(
            call.uri(),
            "/api/v1/pods?labelSelector=a%2Fb%20in%20%28c%2Cd%29&limit=5"
        );
    }
}
