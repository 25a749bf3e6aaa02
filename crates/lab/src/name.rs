//! The name of a lab.

use std::fmt;
use std::str::FromStr;

/// The name of a lab: 1 to 40 lowercase letters, digits and inner hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabName(String);

/// A text that cannot name a lab.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` cannot name a lab: use 1 to 40 lowercase letters, digits and hyphens, with a letter or digit at both ends"
)]
pub struct LabNameError {
    /// The text as it was given.
    pub text: String,
}

impl LabName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the lab's context, cluster and user in a kubeconfig.
    pub fn context(&self) -> String {
        format!("steading-lab-{}", self.0)
    }
}

impl FromStr for LabName {
    type Err = LabNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let good = (1..=40).contains(&text.len())
            && text.chars().all(|c| plain(c) || c == '-')
            && text.starts_with(plain)
            && text.ends_with(plain);
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| LabNameError {
                text: text.to_owned(),
            })
    }
}

impl fmt::Display for LabName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_as_directories_and_contexts() {
        for good in ["a", "home", "lab-1", "1"] {
            assert_eq!(good.parse::<LabName>().unwrap().as_str(), good);
        }
        let long = "a".repeat(41);
        for bad in ["", "-a", "a-", "A", "a/b", "..", ".", "a b", long.as_str()] {
            assert!(bad.parse::<LabName>().is_err(), "{bad}");
        }
    }
}
