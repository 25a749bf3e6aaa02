//! A client certificate for a person: the key is made here and stays here, the cluster signs what it is told to.
//!
//! The request is asked for, approved with the rights of whoever runs this, and taken away once the certificate is there. Its name is
//! made of chance, so that a request that was sent twice is one.

use std::time::{Duration, Instant};

use http::Method;
use k8s_openapi::ByteString;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value, json};

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::random::{self, RandomError};

const PATH: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
/// The signer whose certificates the API server takes for users.
const SIGNER: &str = "kubernetes.io/kube-apiserver-client";
/// How long a signer may take.
const SIGNED_WITHIN: Duration = Duration::from_secs(30);
/// The most groups that the library writes into one name.
const GROUPS: usize = 2;

/// Whom a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// What the request is called after: a name of lower-case letters, digits and `-`.
    pub name: String,
    /// The user, as the API server will see it.
    pub user: String,
    /// The groups, at most two.
    pub groups: Vec<String>,
    /// How long the certificate should hold, in seconds; the cluster may sign for less.
    pub seconds: u32,
}

/// A certificate and its key, both as PEM. Has no `Debug`, because of the key.
#[derive(Clone)]
pub struct Credential {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The server refused, or did not answer.
    #[error(transparent)]
    Request(RequestError),
    /// No name could be made for the request.
    #[error("cannot name the request for a certificate")]
    Random(#[source] RandomError),
    /// The key or the request could not be made.
    #[error("cannot make a key and a request for `{user}`")]
    Key {
        /// Whom it is for.
        user: String,
        /// What the library said.
        source: rcgen::Error,
    },
    /// There are more groups than fit.
    #[error("a certificate made here holds two groups at most, and `{user}` is in {count}")]
    TooManyGroups {
        /// Whom it is for.
        user: String,
        /// How many there are.
        count: usize,
    },
    /// The cluster does not sign it.
    #[error("the cluster does not sign the certificate of `{user}`: {why}")]
    NotSigned {
        /// Whom it is for.
        user: String,
        /// What it says, or does not say.
        why: String,
    },
}

/// Asks the cluster for a client certificate.
pub async fn client_certificate(
    cluster: &Cluster,
    request: &CertificateRequest,
) -> Result<Credential, CredentialError> {
    let (key, text) = key_and_request(request)?;
    let chance = random::text(12).map_err(CredentialError::Random)?;
    let name = format!("steading.{}.{}", request.name, chance.to_lowercase());
    let signing = Signing {
        cluster,
        request,
        path: format!("{PATH}/{name}"),
    };
    let created = signing.create(&name, &text).await;
    let created = created.map_err(CredentialError::Request)?;
    let certificate = match signing.approve(created).await {
        Ok(()) => signing.signed().await,
        Err(error) => Err(CredentialError::Request(error)),
    };
    signing.remove().await;
    Ok(Credential {
        certificate: certificate?,
        key,
    })
}

/// Makes a key and the request for a certificate, both as PEM.
fn key_and_request(request: &CertificateRequest) -> Result<(String, String), CredentialError> {
    let user = || request.user.clone();
    if request.groups.len() > GROUPS {
        return Err(CredentialError::TooManyGroups {
            user: user(),
            count: request.groups.len(),
        });
    }
    let failed = |source| CredentialError::Key {
        user: user(),
        source,
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, request.user.as_str());
    // The library keeps one value per type; these two are the same one on the wire.
    let types = [
        DnType::OrganizationName,
        DnType::CustomDnType(vec![2, 5, 4, 10]),
    ];
    for (kind, group) in types.into_iter().zip(&request.groups) {
        params.distinguished_name.push(kind, group.as_str());
    }
    let key = KeyPair::generate().map_err(failed)?;
    let signing = params.serialize_request(&key).map_err(failed)?;
    Ok((key.serialize_pem(), signing.pem().map_err(failed)?))
}

/// One request for a certificate on its way.
struct Signing<'a> {
    cluster: &'a Cluster,
    request: &'a CertificateRequest,
    path: String,
}

impl Signing<'_> {
    async fn create(&self, name: &str, request: &str) -> Result<Value, RequestError> {
        let object = json!({
            "apiVersion": "certificates.k8s.io/v1",
            "kind": "CertificateSigningRequest",
            "metadata": { "name": name },
            "spec": {
                "request": ByteString(request.as_bytes().to_vec()),
                "signerName": SIGNER,
                "expirationSeconds": self.request.seconds,
                "usages": ["client auth"],
            },
        });
        let call = Call::new(Method::POST, PATH, self.doing("ask for"));
        match self
            .cluster
            .fetch(call.json("application/json", &object))
            .await
        {
            // An earlier try arrived after all: nobody else has this name.
            Err(error) if error.fault == Fault::Exists => self.read().await,
            answer => answer,
        }
    }

    async fn approve(&self, mut object: Value) -> Result<(), RequestError> {
        object["status"]["conditions"] = json!([{
            "type": "Approved",
            "status": "True",
            "reason": "SteadingPeople",
            "message": "asked for and approved with `steading people kubeconfig`",
        }]);
        let path = format!("{}/approval", self.path);
        let call = Call::new(Method::PUT, path, self.doing("approve"));
        let call = call.json("application/json", &object);
        self.cluster.send(call).await.map(drop)
    }

    /// Waits for the certificate.
    async fn signed(&self) -> Result<String, CredentialError> {
        let until = Instant::now() + SIGNED_WITHIN;
        let mut pause = Duration::from_millis(50);
        loop {
            let object = self.read().await.map_err(CredentialError::Request)?;
            match verdict(&object["status"]) {
                Some(Ok(certificate)) => return Ok(certificate),
                Some(Err(why)) => return Err(self.not_signed(why)),
                None if Instant::now() >= until => {
                    let why = format!("nobody signed it within {} s", SIGNED_WITHIN.as_secs());
                    return Err(self.not_signed(why));
                }
                None => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    async fn read(&self) -> Result<Value, RequestError> {
        let call = Call::get(self.path.as_str(), self.doing("read"));
        self.cluster.fetch(call).await
    }

    /// The cluster takes it away by itself after an hour, where this fails.
    async fn remove(&self) {
        let call = Call::new(Method::DELETE, self.path.as_str(), self.doing("take away"));
        drop(self.cluster.attempt_once(&call).await);
    }

    fn doing(&self, verb: &str) -> String {
        format!("{verb} the certificate of `{}`", self.request.user)
    }

    fn not_signed(&self, why: String) -> CredentialError {
        CredentialError::NotSigned {
            user: self.request.user.clone(),
            why,
        }
    }
}

/// Returns the certificate, or why there will be none; nothing while that is open.
fn verdict(status: &Value) -> Option<Result<String, String>> {
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let mut bad = conditions
        .filter(|condition| condition["type"] == "Denied" || condition["type"] == "Failed");
    if let Some(bad) = bad.next() {
        let message = bad["message"].as_str().unwrap_or("it does not say why");
        return Some(Err(message.to_owned()));
    }
    let certificate: ByteString = serde_json::from_value(status["certificate"].clone()).ok()?;
    let text = String::from_utf8(certificate.0).ok()?;
    (!text.is_empty()).then_some(Ok(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(groups: &[&str]) -> CertificateRequest {
        CertificateRequest {
            name: "alice".to_owned(),
            user: "alice".to_owned(),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
            seconds: 3600,
        }
    }

    #[test]
    fn a_request_holds_no_key_and_no_third_group_is_dropped_in_silence() {
        let (key, text) = key_and_request(&request(&["family", "friends"])).unwrap();
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"), "no key");
        assert!(
            text.starts_with("-----BEGIN CERTIFICATE REQUEST-----"),
            "{text}"
        );
        let error = key_and_request(&request(&["a", "b", "c"])).map(drop);
        assert_eq!(
            error.unwrap_err().to_string(),
            "a certificate made here holds two groups at most, and `alice` is in 3"
        );
    }

    #[test]
    fn a_denial_is_the_answer_and_silence_is_none() {
        assert_eq!(verdict(&Value::Null), None);
        let approved = json!({ "conditions": [{ "type": "Approved" }] });
        assert_eq!(verdict(&approved), None);
        let failed = json!({ "conditions": [{ "type": "Approved" }, { "type": "Failed", "message": "too long" }] });
        assert_eq!(verdict(&failed), Some(Err("too long".to_owned())));
        let signed = json!({ "certificate": ByteString(b"PEM".to_vec()) });
        assert_eq!(verdict(&signed), Some(Ok("PEM".to_owned())));
    }
}
