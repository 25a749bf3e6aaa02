//! The codes of findings about files as a whole.

use crate::diagnostic::Code;

macro_rules! codes {
    ($( $name:ident = $code:literal: $docs:literal; )*) => {
        $(#[doc = $docs] pub const $name: Code = Code($code);)*

        /// The codes with their documentation.
        pub const CODES: &[(Code, &str)] = &[$(($name, $docs)),*];
    };
}

codes! {
    OLDER_FORMAT = "ST1100": "A declaration is written in the older format. It is read and applied, but new fields are not available in it. `steading import manifest FILE` prints it in the current form, with a note for each decision that had to be made.";
    UNKNOWN_KIND = "ST1101": "A document is of a kind that is no declaration. Known are `Estate`, `Application` and `Rule` of `steading.dev/v1`. Kubernetes objects belong into `raw` of an application.";
    NO_DECLARATION = "ST1102": "A file that should hold a declaration holds none: it is empty, or has comments only.";
    TWICE = "ST1103": "Two declarations have the same name, or there are two estates. Names of applications are unique in an estate, because namespaces and data are called after them; names of rules are, because waivers name them.";
    UNKNOWN_ENVIRONMENT = "ST1104": "An environment is named that the estate does not have. Nothing would ever be deployed for it, without any sign that something is missing.";
    FOLDER_NAME = "ST1105": "An application's folder is not called as the application is. People look for it by its name.";
    PERSON = "ST1230": "Something about a person in `people` does not hold: an application of theirs that does not exist, or the same user as another person's, which would give each the rights of the other.";
    PERSON_NAMESPACE = "ST1231": "A namespace of a person's own is taken: by an application, by another person, by Kubernetes or by Steading. Whoever owns it would get rights over what others have in it.";
    DEFAULT_FIELD = "ST1234": "A field cannot be a default of the estate or of a tier: it differs for every application by what it means, or has another place. It would be left out without a word.";
    INSTANCE = "ST1240": "An application has `instances` and none in it. The declaration stands for its instances only, so nothing would ever be deployed, without any sign that something is missing.";
    INSTANCE_NAME = "ST1241": "An instance cannot be called as it is: `APPLICATION-INSTANCE` is too long for the name of an application, or is that of another application or instance, whose namespace and data it would share.";
    ENTRY = "ST1285": "An entry of the estate's catalogue is not complete, or says several things at once: two kinds, a host that is none, a fact both in the open and secret, a database without a version.";
    ENTRY_PLACE = "ST1286": "Nothing says where an entry of the catalogue runs, or two things do. Its users may reach it there and nowhere else, so it is never guessed from a name: only an address and the name of a Service say it by themselves.";
    ESTATE = "ST1106": "Parts of the estate do not fit each other: a default tier that does not exist, two secret backends, an environment after one that does not exist.";
}
