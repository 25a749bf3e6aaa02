//! The certificates of a lab: one authority, one serving certificate for all components, and client
//! certificates for whoever needs other rights than the administrator's.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};

use crate::directory::{create_private, remove, write_private};

/// Why the certificates of a lab could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A certificate could not be made.
    #[error("cannot make the certificate of `{subject}`")]
    Certificate {
        /// Whom the certificate is for.
        subject: String,
        /// What the certificate library said.
        source: rcgen::Error,
    },
    /// A client certificate can carry two groups at most.
    #[error("cannot put `{user}` in more than two groups")]
    TooManyGroups {
        /// Whom the certificate is for.
        user: String,
    },
    /// A file could not be read or written.
    #[error("cannot read or write `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A certificate and its key, both as PEM.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Makes the lab's keys and certificates, unless they are there: all of them or none.
pub(crate) fn ensure(directory: &Path) -> Result<(), PkiError> {
    if directory.exists() {
        return Ok(());
    }
    let temporary = directory.with_extension("new");
    let file = |path: &Path| {
        let path = path.to_owned();
        move |source| PkiError::File { path, source }
    };
    remove(&temporary).map_err(file(&temporary))?;
    create_private(&temporary).map_err(file(&temporary))?;
    for (name, content) in make()? {
        let path = temporary.join(name);
        write_private(&path, content.as_bytes()).map_err(file(&path))?;
    }
    fs::rename(&temporary, directory).map_err(file(directory))
}

fn make() -> Result<[(&'static str, String); 6], PkiError> {
    let authority = authority_params();
    let key = new_key("steading-lab")?;
    let certificate = authority
        .self_signed(&key)
        .map_err(failed("steading-lab"))?
        .pem();
    let key_text = key.serialize_pem();
    let issuer = Issuer::new(authority, key);
    let serving = sign(&issuer, "kube-apiserver", &serving_params())?;
    let accounts = new_key("service accounts")?;
    Ok([
        ("ca.crt", certificate),
        ("ca.key", key_text),
        ("serving.crt", serving.certificate),
        ("serving.key", serving.key),
        ("service-accounts.key", accounts.serialize_pem()),
        ("service-accounts.pub", accounts.public_key_pem()),
    ])
}

/// Makes a client certificate: the API server takes the common name as user, the organizations as groups.
pub(crate) fn client(
    directory: &Path,
    user: &str,
    groups: &[&str],
) -> Result<Credential, PkiError> {
    if groups.len() > organization_types().len() {
        return Err(PkiError::TooManyGroups {
            user: user.to_owned(),
        });
    }
    let key = KeyPair::from_pem(&read(&directory.join("ca.key"))?).map_err(failed(user))?;
    let issuer = Issuer::new(authority_params(), key);
    let mut params = dated(CertificateParams::default());
    params.distinguished_name.push(DnType::CommonName, user);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    for (kind, group) in organization_types().into_iter().zip(groups) {
        params.distinguished_name.push(kind, *group);
    }
    sign(&issuer, user, &params)
}

/// The library keeps one value per type of a distinguished name; these two types are the same one on the wire.
fn organization_types() -> [DnType; 2] {
    [
        DnType::OrganizationName,
        DnType::CustomDnType(vec![2, 5, 4, 10]),
    ]
}

/// Reads the authority's certificate.
pub(crate) fn authority(directory: &Path) -> Result<String, PkiError> {
    read(&directory.join("ca.crt"))
}

fn read(path: &Path) -> Result<String, PkiError> {
    fs::read_to_string(path).map_err(|source| PkiError::File {
        path: path.to_owned(),
        source,
    })
}

fn authority_params() -> CertificateParams {
    let mut params = dated(CertificateParams::default());
    params
        .distinguished_name
        .push(DnType::CommonName, "steading-lab");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params
}

fn serving_params() -> CertificateParams {
    let mut params = dated(CertificateParams::default());
    params
        .distinguished_name
        .push(DnType::CommonName, "kube-apiserver");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let names = ["localhost", "kubernetes.default.svc"];
    let names = names.into_iter().filter_map(|name| name.try_into().ok());
    let addresses = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(10, 96, 0, 1)];
    let addresses = addresses.map(|address| SanType::IpAddress(IpAddr::V4(address)));
    params.subject_alt_names = names.map(SanType::DnsName).chain(addresses).collect();
    params
}

/// A lab must not care about the clock of the machine.
fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
}

fn sign(
    issuer: &Issuer<'_, KeyPair>,
    subject: &str,
    params: &CertificateParams,
) -> Result<Credential, PkiError> {
    let key = new_key(subject)?;
    let certificate = params.signed_by(&key, issuer).map_err(failed(subject))?;
    Ok(Credential {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

fn new_key(subject: &str) -> Result<KeyPair, PkiError> {
    KeyPair::generate().map_err(failed(subject))
}

fn failed(subject: &str) -> impl FnOnce(rcgen::Error) -> PkiError {
    let subject = subject.to_owned();
    |source| PkiError::Certificate { subject, source }
}
