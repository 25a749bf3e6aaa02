//! An application gets another name: the file says what it was called, and its data goes with it.

use serde_json::Value;

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/photos:1.0";
const LIBRARY: &str = "ingress: [{ host: photos, visibility: public, auth: { public: a test }, tlsSecret: photos-tls }]
secrets: { generate: [SESSION_KEY] }
storage: { mountPath: /data, size: 1Gi, data: sensitive, backup: { schedule: '0 3 * * *' } }";

fn live(namespace: &str, kind: &str, name: &str) -> Option<Value> {
    ground().get(&format!("/api/v1/namespaces/{namespace}/{kind}/{name}"))
}

/// Who uses the library, under the name that it has.
fn portal(place: &Place, library: &str) {
    place.app(
        "portal",
        "ghcr.io/example/portal:1.0",
        &format!("dependsOn: [{library}]\nenv: {{ LIBRARY: {library} }}"),
    );
}

fn rename(place: &Place, image: &str) {
    drop(std::fs::remove_dir_all(
        place.home.path().join("applications/gallery"),
    ));
    let more = format!("{LIBRARY}\npreviousNames: [gallery]");
    place.app("photos", image, &more);
    portal(place, "photos");
}

fn gallery(environment: &str) -> Place {
    let place = Place::new(environment);
    place.app("gallery", IMAGE, LIBRARY);
    portal(&place, "gallery");
    place.run("apply --yes").code(0);
    place
}

#[test]
fn a_renamed_application_takes_its_data_with_it() {
    let place = gallery("renamed");
    let volume = |namespace: &str, claim: &str| {
        let claim = live(namespace, "persistentvolumeclaims", claim);
        claim.map(|claim| claim["spec"]["volumeName"].clone())
    };
    let token = |namespace: &str, name: &str| {
        let secret = live(namespace, "secrets", name);
        secret.map(|secret| secret["data"]["SESSION_KEY"].clone())
    };
    let had = volume("renamed-gallery", "gallery-data");
    let secret = token("renamed-gallery", "gallery-generated");
    assert!(had.is_some() && secret.is_some(), "{had:?} {secret:?}");

    rename(&place, "ghcr.io/example/photos:1.0-lab-crash");
    let planned = place.run("plan").code(0);
    planned
        .out("renamed/photos: release 1, renamed/gallery until now, as one with renamed/portal, renamed/gallery")
        .out("renamed/gallery: release 2, renamed/photos from now on")
        .out("→ its volume, with all that is in it, goes to `PersistentVolumeClaim renamed-photos/photos-data`")
        .out("← the volume of `PersistentVolumeClaim renamed-gallery/gallery-data`, with all that is in it")
        .out("← the values of `Secret renamed-gallery/gallery-generated`");
    // A version that does not run: everything is as before.
    place
        .run("apply --yes --wait 10s")
        .code(1)
        .out("renamed/photos: release 1 failed, and everything was put back");
    assert_eq!(volume("renamed-gallery", "gallery-data"), had);
    assert_eq!(token("renamed-gallery", "gallery-generated"), secret);
    assert_eq!(volume("renamed-photos", "photos-data"), None);

    rename(&place, "ghcr.io/example/photos:1.1");
    place
        .run("apply --yes")
        .code(0)
        .out("renamed/photos: release 2 is complete")
        .out("renamed/gallery: release 2 is complete");
    assert_eq!(volume("renamed-photos", "photos-data"), had);
    assert_eq!(token("renamed-photos", "photos-generated"), secret);
    assert_eq!(volume("renamed-gallery", "gallery-data"), None);
    place.run("plan --detailed-exitcode").code(0);
    place.run("history photos").code(0).out("Complete");
}

#[test]
fn whoever_names_it_alone_moves_it_too() {
    let place = gallery("alone");
    rename(&place, IMAGE);
    place
        .run("apply photos --yes")
        .code(0)
        .out("alone/photos: release 1 is complete")
        .out("alone/gallery: release 2 is complete");
    place.home.write(
        "ci/manifest.yaml",
        place.declaration("photos", IMAGE, LIBRARY),
    );
    place
        .run(&format!("deploy ci/manifest.yaml --image {IMAGE}"))
        .code(0);
}

#[test]
fn a_run_that_sees_one_namespace_leaves_a_rename_to_others() {
    let place = gallery("narrow");
    rename(&place, IMAGE);
    let more = format!("{LIBRARY}\npreviousNames: [gallery]");
    place.home.write(
        "ci/manifest.yaml",
        place.declaration("photos", IMAGE, &more),
    );
    place
        .run(&format!("deploy ci/manifest.yaml --image {IMAGE}"))
        .code(1)
        .out("was called otherwise before")
        .out("steading apply photos --env narrow");
}
