//! `steading people kubeconfig`.

use std::path::PathBuf;

use clap::Args;
use steading_cluster::{
    CertificateRequest, Cluster, CredentialError, Fault, Login, client_certificate, kubeconfig,
};
use steading_model::emit;
use steading_model::estate::{Estate, Owner};
use steading_model::name::DurationText;

use super::holdings::{holdings, person};
use crate::error::{CommandError, Outcome};
use crate::new_file;
use crate::pipeline::Loaded;
use crate::runtime::block_on;
use crate::session::Session;
use crate::target::{ClusterOptions, Intent, connect_to};

/// The shortest time that Kubernetes signs for, in seconds.
const SHORTEST: u64 = 600;

const AFTER_HELP: &str = "\
Examples:
  steading people kubeconfig alice --env prod                    writes alice.prod.kubeconfig
  steading people kubeconfig alice --env prod --expires 7d --output /media/stick/config

The key is made here, goes into the file and nowhere else, and cannot be made again: give the file
to the person and delete it. To take the way in away, take the person out of `people` and apply:
a certificate without rights opens nothing.";

/// Make the kubeconfig of a person: a client certificate signed by the cluster, or the login of the estate
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Kubeconfig {
    /// The person's name in `people`
    #[arg(value_name = "NAME")]
    name: String,
    /// The environment
    #[arg(long, value_name = "ENV")]
    env: String,
    /// The new file [default: NAME.ENV.kubeconfig]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How long the certificate holds, at least 10m; the cluster may sign for less
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = DurationText::parse)]
    expires: DurationText,
    #[command(flatten)]
    cluster: ClusterOptions,
}

pub(super) fn run(arguments: Kubeconfig, session: &Session) -> Result<Outcome, CommandError> {
    let Kubeconfig {
        name,
        env,
        output,
        expires,
        cluster: options,
    } = arguments;
    let seconds = seconds(&expires)?;
    let loaded = Loaded::read(session)?;
    let environment = loaded.environment(&env)?;
    let estate = loaded.needed_estate()?;
    let owner = person(estate, &name)?;
    let namespace = namespace(&loaded, owner, &env)?;
    let file = output.unwrap_or_else(|| PathBuf::from(format!("{name}.{env}.kubeconfig")));
    new_file::must_not_exist(&session.settings.directory, &file)?;
    let config = block_on(async {
        let cluster = connect_to(session, environment, &options, Intent::Write).await?;
        let login = login(&cluster, estate, owner, seconds).await?;
        let config = kubeconfig(&cluster, owner.name.as_str(), &namespace, &login);
        config.map_err(|error| {
            CommandError::failure(error).hint("give the context a `certificate-authority` first")
        })
    })??;
    let text = emit::kubernetes(&config);
    new_file::write_private(&session.settings.directory, &file, &text)?;
    let login = match &estate_login(estate) {
        Some(_) => "logs in with OpenID Connect".to_owned(),
        None => format!("the certificate holds for {expires} at most"),
    };
    session.ui.say(&format!(
        "wrote `{}`: user `{}`, namespace `{namespace}`; {login}",
        file.display(),
        owner.user()
    ));
    Ok(Outcome::Success)
}

fn seconds(expires: &DurationText) -> Result<u32, CommandError> {
    let seconds = u32::try_from(expires.seconds()).ok();
    let seconds = seconds.and_then(|seconds| i32::try_from(seconds).ok().map(|_| seconds));
    match seconds {
        Some(seconds) if u64::from(seconds) >= SHORTEST => Ok(seconds),
        Some(_) => Err(CommandError::usage(format!(
            "`--expires` must be at least 10m, not {expires}"
        ))),
        None => Err(CommandError::usage(format!(
            "`--expires` is longer than Kubernetes can count: {expires}"
        ))),
    }
}

/// Returns the namespace that the person is in without naming one.
fn namespace(loaded: &Loaded, owner: Owner<'_>, env: &str) -> Result<String, CommandError> {
    let holding = holdings(loaded, &[env])?.remove(owner.name);
    let own = owner.person.namespaces.iter().map(ToString::to_string);
    let mut all = holding
        .unwrap_or_default()
        .namespaces
        .into_iter()
        .chain(own);
    all.next().ok_or_else(|| {
        CommandError::failure(format!("`{}` owns nothing in `{env}`", owner.name)).hint(format!(
            "list an application or a namespace in `people.{}` in estate.yaml",
            owner.name
        ))
    })
}

fn estate_login(estate: &Estate) -> Option<Login> {
    let oidc = estate.fields.identity.as_ref()?.oidc.as_ref()?;
    Some(Login::Oidc {
        issuer: oidc.issuer.to_string(),
        client_id: oidc.client_id.clone(),
        scopes: oidc.scopes.clone(),
    })
}

/// Returns the login that the estate names, else one with a new certificate.
async fn login(
    cluster: &Cluster,
    estate: &Estate,
    owner: Owner<'_>,
    seconds: u32,
) -> Result<Login, CommandError> {
    if let Some(login) = estate_login(estate) {
        return Ok(login);
    }
    let groups = owner.person.groups.iter();
    let request = CertificateRequest {
        name: owner.name.to_string(),
        user: owner.user().to_owned(),
        groups: groups.map(ToString::to_string).collect(),
        seconds,
    };
    let credential = client_certificate(cluster, &request).await;
    credential.map(Login::Certificate).map_err(refused)
}

/// Says what to do where there is no certificate.
fn refused(error: CredentialError) -> CommandError {
    let hint = match &error {
        CredentialError::Request(request) if request.fault == Fault::Forbidden => {
            "it takes the rights to create `certificatesigningrequests`, to update `certificatesigningrequests/approval`, and to `approve` for the signer `kubernetes.io/kube-apiserver-client`"
        }
        CredentialError::TooManyGroups { .. } => {
            "leave groups out, or let people log in with OpenID Connect (`identity.oidc` in estate.yaml)"
        }
        CredentialError::NotSigned { .. } => {
            "does the cluster's controller manager sign (`--cluster-signing-cert-file`)? else let people log in with OpenID Connect (`identity.oidc` in estate.yaml)"
        }
        _ => return error.into(),
    };
    CommandError::from(error).hint(hint)
}
