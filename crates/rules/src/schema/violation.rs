//! What is wrong with an object, before it is known where it was written.

use std::borrow::Cow;

use steading_model::{Code, FieldPath};

/// No API server of this Kubernetes, and no definition of the estate, knows the kind.
pub const UNKNOWN_KIND: Code = Code("ST3001");
/// The kind is not served in this version.
pub const UNKNOWN_VERSION: Code = Code("ST3002");
/// The kind has no such field.
pub const UNKNOWN_FIELD: Code = Code("ST3003");
/// A value has another type than it must.
pub const WRONG_TYPE: Code = Code("ST3004");
/// A field that must be there is not.
pub const MISSING_FIELD: Code = Code("ST3005");
/// A value is not one of the words that can stand there.
pub const UNKNOWN_WORD: Code = Code("ST3006");
/// A quantity or base64 text is malformed.
pub const MALFORMED: Code = Code("ST3007");
/// Two items of a list have the same key.
pub const DUPLICATE_KEY: Code = Code("ST3008");
/// A name, label or annotation is malformed or too long.
pub const MALFORMED_NAME: Code = Code("ST3009");
/// An object of a namespaced kind has no namespace, or one of a cluster's kind has one.
pub const WRONG_SCOPE: Code = Code("ST3010");
/// An object is larger than the API server takes.
pub const TOO_LARGE: Code = Code("ST3011");

/// The codes of this stage, each with a paragraph.
pub const CODES: &[(Code, &str)] = &[
    (
        UNKNOWN_KIND,
        "Neither this version of Kubernetes nor a definition in the estate's folder `schemas/` knows the kind, so nothing can be said \
         about the object before it is sent. `steading schemas pull` keeps the definitions of the cluster's custom resources in the estate.",
    ),
    (
        UNKNOWN_VERSION,
        "The kind exists, but not in this version of its API: it was removed, or is not there yet. The help names the versions that are served.",
    ),
    (
        UNKNOWN_FIELD,
        "The kind has no such field. The API server would refuse the object, or drop the field silently: a misspelt security context or \
         selector then has no effect at all.",
    ),
    (
        WRONG_TYPE,
        "The value has another type than the field: text where a number must be, a mapping where a list must be.",
    ),
    (
        MISSING_FIELD,
        "The API server refuses the object without this field.",
    ),
    (
        UNKNOWN_WORD,
        "The field takes one of a few words, and this is none of them. Upper and lower case count.",
    ),
    (
        MALFORMED,
        "The value has the right type, but not the form that the field takes: a quantity such as `500m`, or base64 in `data` of a Secret.",
    ),
    (
        DUPLICATE_KEY,
        "Server-side apply tells the items of this list apart by their key, and refuses a list where two have the same: two ports, two \
         variables or two volumes with one name.",
    ),
    (
        MALFORMED_NAME,
        "Names, labels and annotations have a syntax and greatest lengths of their own, which the API server enforces.",
    ),
    (
        WRONG_SCOPE,
        "An object of a namespaced kind needs a namespace; one that belongs to the whole cluster has none.",
    ),
    (
        TOO_LARGE,
        "The API server takes at most 1 MiB in a ConfigMap or Secret and 256 KiB of annotations on any object.",
    ),
];

/// One thing that is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The code.
    pub code: Code,
    /// The field.
    pub path: FieldPath,
    /// What is wrong with it: a phrase that follows the field's path.
    pub problem: String,
    /// What to do.
    pub help: Option<Cow<'static, str>>,
}

impl Violation {
    /// Makes one.
    pub(super) fn new(code: Code, path: FieldPath, problem: impl Into<String>) -> Self {
        Self {
            code,
            path,
            problem: problem.into(),
            help: None,
        }
    }

    /// Sets what to do.
    pub(super) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }
}
