//! What looks like a secret.

/// Last words of names whose value is a secret.
const ENDINGS: [&str; 13] = [
    "PASSWORD",
    "PASSWD",
    "PASS",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "SECRET_KEY",
    "ENCRYPTION_KEY",
    "CREDENTIALS",
];
/// Beginnings of keys and tokens that services give out.
const PREFIXES: [&str; 19] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "sk-ant-",
    "sk_live_",
    "rk_live_",
    "AKIA",
    "ASIA",
    "AIza",
    "SG.",
    "npm_",
    "hvs.",
    "AGE-SECRET-KEY-1",
];
/// The shortest that such a token is.
const SHORTEST: usize = 20;

/// Says whether a name says that its value is a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let mut upper = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && lower_before {
            upper.push('_');
        }
        lower_before = c.is_ascii_lowercase();
        upper.push(if c == '-' || c == '.' {
            '_'
        } else {
            c.to_ascii_uppercase()
        });
    }
    ENDINGS.iter().any(|ending| {
        upper
            .strip_suffix(ending)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

/// Says whether a text is a key or token of a well-known form, or a URL with a password in it.
pub(crate) fn is_credential(text: &str) -> bool {
    let token = |prefix: &str| {
        text.starts_with(prefix) && text.len() >= SHORTEST && !text.contains(char::is_whitespace)
    };
    PREFIXES.into_iter().any(token) || text.contains(" PRIVATE KEY-----") || has_password(text)
}

/// Says whether a text is a URL such as `postgres://user:password@host`, with a password that is no reference.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else {
        return false;
    };
    user.split_once(':').is_some_and(|(_, password)| {
        !password.is_empty() && !password.contains(['$', '{', '<', '*'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told() {
        for name in [
            "DB_PASSWORD",
            "token",
            "SMTP_PASS",
            "S3_SECRET_KEY",
            "apiKey",
            "client-secret",
            "NEXTAUTH_SECRET",
            "GITHUB_TOKEN",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "TOKEN_URL",
            "PASSWORD_MIN_LENGTH",
            "BYPASS",
            "KEY",
            "SECRETARY",
            "MAX_TOKENS",
            "SECRET_NAME",
            "COMPASS",
            "TOKENS",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn credentials_are_told() {
        for text in [
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "postgres://app:hunter2@db:5432/app",
            "-----BEGIN RSA PRIVATE KEY-----",
            "AKIAABCDEFGHIJKLMNOP",
        ] {
            assert!(is_credential(text), "{text}");
        }
        for text in [
            "postgres://app:${PASSWORD}@db/app",
            "postgres://db/app",
            "https://example.org/a@b:c",
            "sk",
            "npm_short",
            "AKIA is a word, you know",
        ] {
            assert!(!is_credential(text), "{text}");
        }
    }
}
