//! No value of a Secret is ever said or saved.

use super::ground::ground;
use super::place::Place;

const MARKED: &str = "marked-5f0c-very-secret";
const CHANGED: &str = "marked-77aa-still-secret";

fn spec(value: &str) -> String {
    format!(
        "secrets: {{ generate: [SESSION_KEY] }}\nwaivers: [{{ rule: raw-secret, why: a test }}]\nraw:\n  - {{ apiVersion: v1, kind: Secret, metadata: {{ name: token }}, stringData: {{ token: {value} }} }}"
    )
}

/// Returns a value of a Secret, as it is in the cluster.
fn live(secret: &str, key: &str) -> String {
    let path = format!("/api/v1/namespaces/hush-shop/secrets/{secret}");
    let found = ground().get(&path).expect("the Secret is there");
    found["data"][key]
        .as_str()
        .expect("the value is there")
        .to_owned()
}

#[test]
fn no_secret_value_is_said_or_saved() {
    let place = Place::new("hush");
    place.app("shop", "ghcr.io/example/shop:1.0", &spec(MARKED));
    place.run("plan --save first.json").code(0);
    place.run("apply --yes").code(0);
    let generated = live("shop-generated", "SESSION_KEY");
    assert!(generated.len() > 16, "it was made");
    place.app("shop", "ghcr.io/example/shop:1.0", &spec(CHANGED));
    for format in ["text", "json", "markdown"] {
        place
            .run(&format!("plan --output {format} --save second.json"))
            .code(0);
    }
    place
        .run("plan")
        .code(0)
        .out("Secret hush-shop/token")
        .out("‹secret ");
    place.run_plain("plan --replay second.json").code(0);
    place
        .run_plain("plan --replay second.json --output json")
        .code(0);
    place.run("apply --yes --output json").code(0);
    assert_eq!(
        live("shop-generated", "SESSION_KEY"),
        generated,
        "it is made once"
    );
    place.app("shop", "ghcr.io/example/shop:1.1-lab-crash", &spec(MARKED));
    place.run("apply --yes --wait 5s").code(1);
    place.run("why shop Secret/token --output json").code(0);
    place.run("status shop --output json").code(0);
    place.run("history shop --output json").code(0);
    place.run("rollback shop --yes --to 1").code(0);
    refused(&place);
    let records = ground()
        .get("/apis/steading.dev/v1/namespaces/hush-shop/releases")
        .unwrap()
        .to_string();
    let said =
        place.transcript() + &records + &place.file("first.json") + &place.file("second.json");
    for secret in [
        MARKED,
        CHANGED,
        &generated,
        &plain(&generated),
        &live("token", "token"),
    ] {
        assert!(!said.contains(secret), "`{secret}` is said or saved");
    }
}

/// Neither a finding about the line nor a server that repeats what it refuses may say it.
fn refused(place: &Place) {
    place.app(
        "shop",
        "ghcr.io/example/shop:1.1",
        &spec(MARKED).replace("raw-secret", "image-not-pinned"),
    );
    for format in ["text", "json", "sarif", "github"] {
        place.run(&format!("check --output {format}")).code(1);
    }
    let bad = format!(
        "waivers: [{{ rule: raw-secret, why: a test }}]\nraw:\n  - {{ apiVersion: v1, kind: Secret, type: kubernetes.io/dockerconfigjson, metadata: {{ name: pull }}, stringData: {{ .dockerconfigjson: {CHANGED} }} }}"
    );
    place.app("shop", "ghcr.io/example/shop:1.1", &bad);
    place.run("plan").code(1);
    place.run("apply --yes").code(1);
}

/// Returns what a Base64 text stands for.
pub(super) fn plain(encoded: &str) -> String {
    String::from_utf8(decoded(encoded)).expect("generated values are text")
}

fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS
            .iter()
            .position(|known| *known == letter)
            .expect("it is Base64");
        bits = bits << 6 | u32::try_from(value).expect("it is small");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).expect("it is a byte"));
        }
    }
    bytes
}
