//! The text of kubeconfig files.

use std::fmt::Write;

use crate::name::LabName;
use crate::pki::Credential;

/// How a user proves who they are.
pub(crate) enum Login<'a> {
    /// The administrator's token.
    Token(&'a str),
    /// A certificate signed by the lab's authority.
    Certificate(&'a Credential),
}

/// Returns a kubeconfig with one cluster, one user and one context, all three named after the lab.
pub(crate) fn kubeconfig(name: &LabName, port: u16, authority: &str, login: &Login<'_>) -> String {
    let context = name.context();
    let authority = base64(authority.as_bytes());
    let user = match login {
        Login::Token(token) => format!("    token: {token}\n"),
        Login::Certificate(Credential { certificate, key }) => format!(
            "    client-certificate-data: {}\n    client-key-data: {}\n",
            base64(certificate.as_bytes()),
            base64(key.as_bytes()),
        ),
    };
    let mut text = String::from("apiVersion: v1\nkind: Config\n");
    let written = write!(
        text,
        "clusters:\n- name: {context}\n  cluster:\n    server: https://127.0.0.1:{port}\n    \
         certificate-authority-data: {authority}\n\
         users:\n- name: {context}\n  user:\n{user}\
         contexts:\n- name: {context}\n  context:\n    cluster: {context}\n    user: {context}\n\
         current-context: {context}\n"
    );
    debug_assert!(written.is_ok(), "writing to a string must succeed");
    text
}

/// Encodes bytes as standard base64 with padding; a dozen lines against a dependency.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let symbol = |bits: u32| char::from(ALPHABET[(bits & 63) as usize]);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(symbol(bits >> 18));
        text.push(symbol(bits >> 12));
        text.push(if chunk.len() > 1 {
            symbol(bits >> 6)
        } else {
            '='
        });
        text.push(if chunk.len() > 2 { symbol(bits) } else { '=' });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_follows_the_vectors_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in vectors {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn context_cluster_and_user_are_named_after_the_lab() {
        let name = "home".parse().unwrap();
        let text = kubeconfig(&name, 6443, "CA", &Login::Token("secret"));
        assert_eq!(
            text,
            "apiVersion: v1\nkind: Config\nclusters:\n- name: steading-lab-home\n  cluster:\n    \
             server: https://127.0.0.1:6443\n    certificate-authority-data: Q0E=\nusers:\n\
             - name: steading-lab-home\n  user:\n    token: secret\ncontexts:\n\
             - name: steading-lab-home\n  context:\n    cluster: steading-lab-home\n    \
             user: steading-lab-home\ncurrent-context: steading-lab-home\n"
        );
    }
}
