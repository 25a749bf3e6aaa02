//! The codes of findings about resolving.

use crate::diagnostic::Code;

macro_rules! codes {
    ($( $name:ident = $code:literal: $docs:literal; )*) => {
        $(#[doc = $docs] pub const $name: Code = Code($code);)*

        /// The codes with their documentation.
        pub const CODES: &[(Code, &str)] = &[$(($name, $docs)),*];
    };
}

codes! {
    NO_ESTATE = "ST1110": "An application can only be resolved within an estate: it says which environments there are, what tiers mean and how things are called.";
    UNDECLARED_ENVIRONMENT = "ST1111": "The environment that was asked for is not in the estate, or not in the application. Nothing would be deployed, and that must never look like success.";
    UNKNOWN_TIER = "ST1112": "An application is in a tier that the estate does not have.";
    NAMESPACE_NAME = "ST1113": "The namespace that the estate's `naming.namespace` gives for an application is not a valid name, for example because it is longer than 63 characters.";
    NO_SUCH_FILE = "ST1114": "`fromFile` names a file or folder that does not exist beside the declaration. Paths are relative to the declaration's folder and cannot leave it.";
    LIKE_CYCLE = "ST1115": "`like` goes round in a circle: a container starts from one that starts from it. One of them must say itself what it is.";
    UNKNOWN_CONTAINER = "ST1117": "`like` names a container that does not exist. It can name a component or a job of the application, and from a sidecar or an init step also those of the same component.";
    UNKNOWN_VOLUME = "ST1118": "A volume of another component or job is named that does not exist, or that several have. Write `COMPONENT/NAME`; the volume of `storage` is called `data`.";
    NOTHING_REMOVED = "ST1116": "A key has no value. An explicit `null` takes away what a lower layer (estate, tier, `spec`) gives; here there is nothing to take away. For an empty text write `\"\"`.";
}
