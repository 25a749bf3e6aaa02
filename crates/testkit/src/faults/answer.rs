//! Answers that are made up, slow, or broken.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::response::Parts;
use http::{Response, StatusCode, header};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, BodyStream, StreamBody};
use tower::BoxError;

use super::fault::Fault;

/// In how many pieces a slow answer comes.
const PIECES: usize = 4;

/// A body that may break.
pub(super) type AnswerBody = UnsyncBoxBody<Bytes, BoxError>;
/// An answer as the client gets it.
pub(super) type Answer = Response<AnswerBody>;

type Piece = Result<Bytes, BoxError>;

/// Returns the error of a connection that was reset.
pub(super) fn reset() -> BoxError {
    Box::new(std::io::Error::new(
        std::io::ErrorKind::ConnectionReset,
        "the connection was reset",
    ))
}

/// Returns an answer whose body has come already, with what the fault does to it.
pub(super) fn whole(mut parts: Parts, body: &Bytes, fault: Option<Fault>) -> Answer {
    // What comes may be less than the server said.
    parts.headers.remove(header::CONTENT_LENGTH);
    let half = || body.slice(..body.len() / 2);
    let pieces = match fault {
        Some(Fault::Pieces(pause)) => return Response::from_parts(parts, slowly(cut(body), pause)),
        Some(Fault::Cut) => vec![Ok(half()), Err(reset())],
        Some(Fault::Ends) => vec![Ok(half())],
        _ => vec![Ok(body.clone())],
    };
    Response::from_parts(parts, in_pieces(stream::iter(pieces)))
}

/// Returns the answer to a watch, which goes on, with what the fault does to it.
pub(super) fn news<B>(parts: Parts, body: B, fault: Option<Fault>) -> Answer
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let pieces = BodyStream::new(body).filter_map(|frame| {
        std::future::ready(match frame {
            Ok(frame) => frame.into_data().ok().map(Ok),
            Err(error) => Some(Err(error.into())),
        })
    });
    let body = match fault {
        Some(Fault::Pieces(pause)) => slowly(pieces, pause),
        Some(Fault::Cut) => in_pieces(pieces.take(1).chain(stream::iter([Err(reset())]))),
        Some(Fault::Ends) => in_pieces(pieces.take(1)),
        _ => in_pieces(pieces),
    };
    Response::from_parts(parts, body)
}

/// Returns the answer to a watch that begins too far back.
pub(super) fn gone() -> Answer {
    let event = serde_json::json!({ "type": "ERROR", "object": status(410) });
    let body = Bytes::from(format!("{event}\n"));
    Response::new(in_pieces(stream::iter([Ok(body)])))
}

/// Returns the answer of a server that refuses.
pub(super) fn refusal(code: u16, retry_after: Option<u64>) -> Result<Answer, BoxError> {
    let mut answer = Response::builder().status(StatusCode::from_u16(code)?);
    answer = answer.header(header::CONTENT_TYPE, "application/json");
    if let Some(seconds) = retry_after {
        answer = answer.header(header::RETRY_AFTER, seconds);
    }
    let body = Bytes::from(status(code).to_string());
    Ok(answer.body(in_pieces(stream::iter([Ok(body)])))?)
}

fn status(code: u16) -> serde_json::Value {
    let reason = match code {
        409 => "Conflict",
        410 => "Expired",
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        _ => "Unknown",
    };
    serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
        "message": format!("a fault of the test: {code}"),
    })
}

fn cut(body: &Bytes) -> impl Stream<Item = Piece> + Send + use<> {
    let length = body.len().div_ceil(PIECES).max(1);
    let pieces = body.chunks(length).map(Bytes::copy_from_slice).map(Ok);
    stream::iter(pieces.collect::<Vec<_>>())
}

fn slowly(pieces: impl Stream<Item = Piece> + Send + 'static, pause: Duration) -> AnswerBody {
    in_pieces(pieces.then(move |piece| async move {
        tokio::time::sleep(pause).await;
        piece
    }))
}

fn in_pieces(pieces: impl Stream<Item = Piece> + Send + 'static) -> AnswerBody {
    StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync()
}
