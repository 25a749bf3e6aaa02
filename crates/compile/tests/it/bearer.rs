//! The server that checks tokens, as it really runs: Caddy with the configuration and the command that are derived.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use steading_compile::compile;
use steading_model::Object;

use crate::estates;
use crate::program::caddy;

/// The tokens of the case: characters that mean something to shells, to the configuration and to its expressions.
const TOKENS: [(&str, &str); 2] = [("TOKEN_1", r#"s3"{x}$ *\ `é"#), ("TOKEN_2", "another")];

/// A running server.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Returns the status that a request gets.
fn status(port: u16, path: &str, headers: &[&str]) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let headers: Vec<String> = headers
        .iter()
        .map(|header| format!("{header}\r\n"))
        .collect();
    let headers = headers.concat();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: bearer\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1)?.parse().ok()
}

fn objects() -> Vec<Object> {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/routes-chain/repo");
    let loaded = estates::read(&case);
    let (desired, _) = compile(loaded.estate(), &loaded.applications);
    let gallery = desired
        .into_iter()
        .find(|one| one.application.as_str() == "gallery");
    gallery.unwrap().objects
}

fn find<'a>(objects: &'a [Object], kind: &str, name: &str) -> &'a Object {
    let found = |object: &&Object| object.id.kind.kind == kind && object.id.name.starts_with(name);
    objects.iter().find(found).unwrap()
}

/// Starts the server as its pod would be, without the variables of this process.
fn start(objects: &[Object], port: u16) -> Server {
    let config = find(objects, "ConfigMap", "gallery-bearer");
    let config = config.json["data"]["Caddyfile"].as_str().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("Caddyfile-{port}"));
    std::fs::write(&file, config.replace(":8080", &format!(":{port}"))).unwrap();
    let deployment = find(objects, "Deployment", "gallery-bearer");
    let container = &deployment.json["spec"]["template"]["spec"]["containers"][0];
    let command: Vec<&str> = container["command"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    assert_eq!(command[..3], ["caddy", "run", "--config"]);
    let mut child = Command::new(caddy());
    child.args(&command[1..3]).arg(&file).args(&command[4..]);
    child.env_clear().envs(TOKENS).env("HOME", "/nonexistent");
    let child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Server(child.unwrap())
}

#[test]
fn only_the_right_token_passes() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let _server = start(&objects(), port);
    let begun = Instant::now();
    while status(port, "/-/ready", &[]) != Some(200) {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it does not start"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let right = format!("Authorization: Bearer {}", TOKENS[0].1);
    let other = format!("Authorization: Bearer {}", TOKENS[1].1);
    let longer = format!("{right}x");
    let lower = right.to_lowercase();
    let rows: [(&str, &[&str], u16); 12] = [
        ("/SYNC_TOKEN", &[&right], 204),
        ("/metrics.token", &[&other], 204),
        ("/SYNC_TOKEN", &[], 401),
        ("/SYNC_TOKEN", &[&other], 401),
        ("/metrics.token", &[&right], 401),
        ("/SYNC_TOKEN", &[&longer], 401),
        ("/SYNC_TOKEN", &[&lower], 401),
        ("/SYNC_TOKEN", &["Authorization: Bearer "], 401),
        ("/SYNC_TOKEN", &["Authorization: Bearer *"], 401),
        ("/SYNC_TOKEN", &["Authorization: Bearer {env.TOKEN_1}"], 401),
        ("/SYNC_TOKEN", &[&right, &other], 401),
        ("/OTHER", &[&right], 401),
    ];
    for (path, headers, expected) in rows {
        assert_eq!(
            status(port, path, headers),
            Some(expected),
            "{path} {headers:?}"
        );
    }
}
