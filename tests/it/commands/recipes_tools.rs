//! The README's recipes for Terraform, docker and Python, run by the real programs, which need no network for that.

use crate::commands::recipes::{block, run};
use crate::support::env::{Env, left_out};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Whether a test of this module runs the README's line.
pub(crate) fn runs(line: &str) -> bool {
    let python = cfg!(feature = "server") && sdks().exists();
    let runs = |(program, there): (&str, bool)| there && line.contains(&format!(" {program} "));
    let tools = [
        ("terraform", path_of("terraform").is_some()),
        ("docker", path_of("docker").is_some()),
        ("python3", python),
    ];
    tools.into_iter().any(runs)
}

/// The folder of the Python that has the official SDKs.
fn sdks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin")
}

fn path_of(program: &str) -> Option<PathBuf> {
    let folders = ["/usr/local/bin", "/usr/bin"].map(|folder| Path::new(folder).join(program));
    folders.into_iter().find(|path| path.is_file())
}

/// Whether the program is here. Says aloud where it is not: `recipes` plays it there, and `tests/run` does not install it.
fn have(program: &str) -> bool {
    let there = path_of(program).is_some();
    if !there {
        left_out(&format!("`{program}` is not on this machine"));
    }
    there
}

/// The README's lines that run this program.
fn lines(program: &str) -> Vec<String> {
    let mut lines = block("sh");
    lines.retain(|line| line.contains(&format!(" {program} ")));
    assert!(!lines.is_empty(), "no recipe for {program}");
    lines
}

/// A home with the pair of `ci`, and that pair as a program's environment has it.
fn with_a_pair() -> (Env, [String; 2]) {
    // Terraform asks its maker for newer versions otherwise.
    let env = Env::new().with("CHECKPOINT_DISABLE", "1");
    let (id, secret) = env.create_shown("ci");
    let variables = [
        format!("ALIBABA_CLOUD_ACCESS_KEY_ID={id}"),
        format!("ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}"),
    ];
    (env, variables)
}

/// Whether the file that `env` wrote has both variables.
#[track_caller]
fn has_both(file: &Path, variables: &[String; 2]) {
    let seen = std::fs::read_to_string(file).unwrap();
    let has = |variable: &String| seen.lines().any(|line| line == variable);
    assert!(variables.iter().all(has), "{seen}");
}

/// Takes Alibaba Cloud's provider from a folder of the test's own, where a script plays it: the real one cannot be had without a network.
fn configure_terraform(env: &Env) {
    let provider = env.path("terraform-provider-alicloud");
    std::fs::write(&provider, "#!/bin/sh\nenv >seen-by-the-provider\n").unwrap();
    std::fs::set_permissions(&provider, PermissionsExt::from_mode(0o755)).unwrap();
    let folder = provider.parent().unwrap().display();
    let overrides = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"aliyun/alicloud\" = \"{folder}\"\n  }}\n}}\n"
    );
    std::fs::write(env.path(".terraformrc"), overrides).unwrap();
    let main = "terraform {\n  required_providers {\n    alicloud = {\n      source = \"aliyun/alicloud\"\n    }\n  }\n}\n\
                resource \"alicloud_vpc\" \"main\" {}\n";
    std::fs::write(env.path("main.tf"), main).unwrap();
}

/// The played provider ends at once, so that the plan fails: what Terraform gave it is what counts.
#[test]
fn terraform_gives_the_pair_to_its_provider() {
    if !have("terraform") {
        return;
    }
    let (env, variables) = with_a_pair();
    configure_terraform(&env);
    for line in lines("terraform") {
        let ran = run(&env, Path::new("/nowhere"), &line);
        assert_eq!(ran.code, 1, "{line}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("aliyun/alicloud"),
            "{line}: {}",
            ran.stderr
        );
        has_both(&env.path("seen-by-the-provider"), &variables);
    }
}

/// An apply that succeeds: what it starts has the pair, and neither the state nor the output has the secret.
#[test]
fn terraform_gives_the_pair_to_what_it_applies_and_keeps_it_nowhere() {
    if !have("terraform") {
        return;
    }
    let (env, variables) = with_a_pair();
    let main = "resource \"terraform_data\" \"seen\" {\n  provisioner \"local-exec\" {\n    command = \"env >seen\"\n  }\n}\n";
    std::fs::write(env.path("main.tf"), main).unwrap();
    for line in lines("terraform") {
        let line = line.replace("terraform plan", "terraform apply -auto-approve -no-color");
        let ran = run(&env, Path::new("/nowhere"), &line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
        has_both(&env.path("seen"), &variables);
        let secret = variables[1].split_once('=').unwrap().1;
        let state = std::fs::read_to_string(env.path("terraform.tfstate")).unwrap();
        let said = ran.stdout + &ran.stderr + &state;
        assert!(!said.contains(secret), "{said}");
    }
}

/// Plays the daemon that docker's client asks: takes its requests until it wants a container, and refuses that one. Gives back the
/// container's environment.
fn container_asked_for(listener: &UnixListener) -> Vec<String> {
    loop {
        let (mut client, _) = listener.accept().unwrap();
        let (line, body) = request(&client);
        if line.contains("/containers/create") {
            answer(&mut client, "500 Refused", r#"{"message":"no image"}"#);
            let asked: Value = serde_json::from_slice(&body).unwrap();
            let variables = asked["Env"].as_array().unwrap().iter();
            return variables
                .map(|one| one.as_str().unwrap().to_owned())
                .collect();
        }
        answer(&mut client, "200 OK", "");
    }
}

/// The first line and the body of a request.
fn request(client: &UnixStream) -> (String, Vec<u8>) {
    let mut from = BufReader::new(client);
    let (mut first, mut length) = (String::new(), 0);
    from.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
    (first, body)
}

fn answer(client: &mut UnixStream, status: &str, body: &str) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\napi-version: 1.40\r\ncontent-type: application/json\r\n");
    let end = format!("content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    client.write_all((head + &end).as_bytes()).unwrap();
}

/// The real client reads the variables and the file, by its own rules, before it asks a daemon for the container.
#[test]
fn docker_asks_for_a_container_with_the_pair() {
    if !have("docker") {
        return;
    }
    let (env, variables) = with_a_pair();
    let socket = env.path("docker.sock");
    let env = env.with("DOCKER_HOST", &format!("unix://{}", socket.display()));
    let lines = lines("docker");
    assert_eq!(lines.len(), 2, "{lines:?}");
    let listener = UnixListener::bind(&socket).unwrap();
    let daemon = std::thread::spawn(move || [(); 2].map(|()| container_asked_for(&listener)));
    for line in &lines {
        let ran = run(&env, Path::new("/nowhere"), line);
        assert_eq!(ran.code, 125, "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains("no image"), "{line}: {}", ran.stderr);
    }
    for container in daemon.join().unwrap() {
        let has = |variable| container.contains(variable);
        assert!(variables.iter().all(has), "{container:?}");
    }
    let file = std::fs::metadata(env.path("ci.env")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

/// Signs calls to a served account with the official packages' default chain, by the README's line.
#[cfg(feature = "server")]
#[test]
fn python_signs_with_the_pair() {
    if !sdks().exists() {
        return crate::support::env::skipped("`tests/.venv` is not there (`tests/run` makes it)");
    }
    let env = Env::light();
    let serving = crate::support::serving::Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    assert_eq!(env.akm(&["user", "create", "ci"]).code, 0);
    let id = env.create("ci");
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/client.py");
    let (client, address) = (client.display(), serving.address());
    let program = format!(
        "import runpy, sys\nsys.dont_write_bytecode = True\nsys.argv = ['upload.py', '{address}']\nrunpy.run_path('{client}')\n"
    );
    std::fs::write(env.path("upload.py"), program).unwrap();
    let arn = format!("acs:ram::{}:user/ci", serving.field("account_id"));
    for line in lines("python3") {
        let ran = run(&env, &sdks(), &line);
        // The user has no policy: it is RAM that refuses, after it has checked the signature.
        let expected = format!("{id}\n{arn}\nNoPermission\n");
        assert_eq!((ran.code, ran.stdout), (0, expected), "{}", ran.stderr);
    }
}
