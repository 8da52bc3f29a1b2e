//! akm's own way to the cloud: TLS that nginx terminates before a served sandbox, and other sides that are not what they should be.

use crate::support::env::Env;
use crate::support::http::http;
use crate::support::nginx::{Door, Nginx};
use crate::support::serving::Serving;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The whole of a pair's life, over TLS.
#[test]
fn a_pair_lives_over_tls() {
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    let Some(nginx) = Nginx::start(&env, &serving) else {
        return;
    };
    let env = env.with("SSL_CERT_FILE", &nginx.roots());
    serving.add_profile_by(&env, "prod", &nginx.endpoint(Door::Good), &[]);
    let done = |args: &[&str]| {
        let ran = env.akm(args);
        assert_eq!(ran.code, 0, "{args:?} {}", ran.stderr);
        ran.stdout.trim().to_owned()
    };
    let old = done(&["create", "--ram-user", "alice", "--create-user"]);
    done(&["list", "--refresh"]);
    let new = done(&["rotate", "--ram-user", "alice", "--overlap", "0s"]);
    assert_ne!(old, new);
    done(&["enable", &old]);
    done(&["disable", &old]);
    done(&["delete", &old, "-y"]);
    done(&["restore", &old]);
    done(&["delete", &old, "--purge", "-y"]);
    done(&["verify", &new]);
    assert_eq!(done(&["show-id", "--ram-user", "alice"]), new);
    // Reads go over one connection, a create over its own.
    let log = nginx.log();
    let connections = |command: usize| {
        let of = log.iter().map(|line| line.split(' ').next().unwrap());
        of.skip(command).take(2).collect::<Vec<_>>()
    };
    // `profile add` made the first three calls.
    let added = connections(0);
    assert_eq!(added[0], added[1], "{log:?}");
    assert!(log.iter().all(|line| line.contains(" POST / ")), "{log:?}");
}

#[test]
fn whoever_cannot_show_who_he_is_gets_nothing() {
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    let Some(nginx) = Nginx::start(&env, &serving) else {
        return;
    };
    let id = serving.field("access_key_id");
    let add = |env: &Env, endpoint: &str| {
        let args = [
            "profile",
            "add",
            "x",
            "--access-key-id",
            id,
            "--endpoint",
            endpoint,
        ];
        env.akm_fed(&args, serving.field("access_key_secret"))
    };
    let untrusted = |endpoint: &str, why: &str| {
        let host = endpoint.strip_prefix("https://").unwrap();
        format!(
            "cannot trust {host}: {why}\n\
             hint: nothing was sent; check the profile's endpoint and this system's certificates\n"
        )
    };
    let env = env.with("SSL_CERT_FILE", &nginx.roots());
    for (door, why) in [
        (Door::OtherName, "its certificate is for another name"),
        (Door::Expired, "its certificate has expired"),
        (
            Door::UnknownIssuer,
            "its certificate is signed by nobody that this system trusts",
        ),
    ] {
        let endpoint = nginx.endpoint(door);
        let said =
            format!("note: the endpoint is {endpoint}, which is not Alibaba Cloud's\nerror: ");
        add(&env, &endpoint).said(&[], 7, "", &(said + &untrusted(&endpoint, why)));
    }
    // TLS where none is spoken.
    let ran = add(
        &env,
        &format!("https://localhost:{}", nginx.port(Door::Plain)),
    );
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("it does not speak TLS as akm does"),
        "{}",
        ran.stderr
    );
    // Plain HTTP by a name, even one of this machine.
    let ran = add(&env, &nginx.endpoint(Door::Plain));
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("plain http is for a loopback address alone")
    );
    // Without the private authority, and with one that is named and not there.
    let system = Env::new();
    let ran = add(&system, &nginx.endpoint(Door::Good));
    assert!(
        ran.stderr
            .contains("signed by nobody that this system trusts\n"),
        "{}",
        ran.stderr
    );
    let nowhere = Env::new().with("SSL_CERT_FILE", "/nowhere/roots.pem");
    let ran = add(&nowhere, &nginx.endpoint(Door::Good));
    assert_eq!(ran.code, 7);
    assert!(
        ran.stderr
            .contains("`SSL_CERT_FILE` names `/nowhere/roots.pem`"),
        "{}",
        ran.stderr
    );
    let folder = system.path("roots");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("README"), "no certificate").unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    let both = Env::new().with("SSL_CERT_DIR", &format!("/nowhere/roots:{folder}"));
    let ran = add(&both, &nginx.endpoint(Door::Good));
    assert_eq!(ran.code, 7);
    let why = format!(
        "; `SSL_CERT_DIR` names `/nowhere/roots`: No such file or directory (os error 2); \
         `SSL_CERT_DIR` names `{folder}`, which has no certificate\n"
    );
    assert!(ran.stderr.contains(&why), "{}", ran.stderr);
    // Nothing of all that reached the server, and nothing is left of it here.
    assert_eq!(
        nginx
            .log()
            .iter()
            .filter(|line| line.contains("POST"))
            .count(),
        0
    );
    assert!(!env.home().join("config.toml").exists());
}

/// The host is named, and what is wrong with it.
#[test]
fn a_host_that_cannot_be_reached_is_named() {
    let env = Env::new();
    let id = "LTAI5tAbCdEfGhIjKlMnOp";
    let add = ["profile", "add", "prod", "--access-key-id", id];
    let add = [&add[..], &["--endpoint", "https://akm.invalid"]].concat();
    let ran = env.akm_fed(&add, "a-secret\n");
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    let said = "error: cannot reach akm.invalid: the name could not be resolved\n";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

/// A side on loopback that answers every request with the same bytes.
pub(crate) struct Answering {
    pub(crate) endpoint: String,
    asked: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Answering {
    pub(crate) fn start(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (asked, heads) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(Mutex::new(Vec::new())),
        );
        let (count, kept) = (asked.clone(), heads.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let head = head(&mut stream);
                if head.is_empty() {
                    continue;
                }
                count.fetch_add(1, Ordering::SeqCst);
                kept.lock().unwrap().push(head);
                let _ = stream.write_all(&answer);
            }
        });
        Self {
            endpoint,
            asked,
            heads,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A request's head, whole.
fn head(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(stream);
    while !text.ends_with("\r\n\r\n") && reader.read_line(&mut text).is_ok_and(|read| read > 0) {}
    text
}

/// Sends a profile's commands to another endpoint.
fn divert(env: &Env, from: &str, to: &str) {
    let path = env.home().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

/// What makes no sense is told in a line, repeats nothing, and changes nothing.
#[test]
fn answers_that_are_none() {
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let made = env.akm(&["create", "--ram-user", "bob", "--create-user"]);
    let id = made.stdout.trim();
    let marker = "MARKERthatNobodyMayRepeat";
    let half = format!("{{\"AccountId\":\"1\",\"Arn\":\"{marker}");
    let long = format!("{{\"Arn\":\"{}", marker.repeat(400_000));
    assert!(long.len() > 10_000_000 - 1);
    let html = format!("<html><body>{marker}</body></html>");
    let elsewhere = "302 Found\r\nlocation: http://127.0.0.1:1/";
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{{\"{marker}\":");
    let header = format!("200 OK\r\nx: {}", "y".repeat(20_000));
    let cases = [
        (
            http("200 OK", &html),
            1,
            1,
            "the answer is not what the API promises",
        ),
        (
            http("200 OK", &half),
            1,
            1,
            "the answer is not what the API promises",
        ),
        (
            http("200 OK", "{}"),
            1,
            1,
            "the answer is not what the API promises",
        ),
        (http("200 OK", &long), 7, 4, "it is longer than 65536 bytes"),
        (http(elsewhere, ""), 1, 1, "the answer is not an API error"),
        (
            http("403 Forbidden", &html),
            1,
            1,
            "the answer is not an API error",
        ),
        (
            http("502 Bad Gateway", &html),
            7,
            4,
            "not available just now",
        ),
        (cut.into_bytes(), 7, 4, "it broke off"),
        (http(&header, ""), 7, 4, "what it says is no HTTP"),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
            7,
            4,
            "what it says is no HTTP",
        ),
        (Vec::new(), 7, 4, "GetCallerIdentity: "),
    ];
    // Most of the time is spent waiting for the next try.
    std::thread::scope(|scope| {
        for (answer, code, tries, why) in cases {
            let (env, serving) = (env.copied(), &serving);
            scope.spawn(move || {
                let other = Answering::start(answer);
                let before = env.kept();
                divert(&env, serving.field("endpoint"), &other.endpoint);
                let ran = env.akm(&["disable", id, "--force"]);
                divert(&env, &other.endpoint, serving.field("endpoint"));
                assert_eq!(ran.code, code, "{why}: {}", ran.stderr);
                assert!(ran.stderr.contains(why), "{why}: {}", ran.stderr);
                assert!(!ran.stderr.contains(marker), "{}", ran.stderr);
                assert!(ran.stdout.is_empty());
                assert_eq!(other.asked(), tries, "{why}");
                assert_eq!(env.kept(), before, "{why}");
                // A secret is in no request.
                let heads = other.heads.lock().unwrap().join("\n");
                assert!(!heads.contains(serving.field("access_key_secret")));
                assert!(
                    heads.contains("authorization: ACS3-HMAC-SHA256 "),
                    "{heads}"
                );
                assert_eq!(
                    heads.to_lowercase().matches("\r\nuser-agent: akm/").count(),
                    tries,
                    "{heads}"
                );
            });
        }
    });
}

/// The cloud knows the pairs of all accounts: one of another account is not taken for the profile's.
#[test]
fn a_pair_of_another_account_is_not_imported() {
    let env = Env::new();
    let (one, other) = (Serving::start(&env, &[]), Serving::start(&env, &[]));
    let (id, secret) = (
        other.field("access_key_id"),
        other.field("access_key_secret"),
    );
    let Some((_nginx, endpoint)) = Nginx::before(&env, &one, &other, id) else {
        return;
    };
    one.add_profile_by(&env, "dev", &endpoint, &[]);
    let made = env.akm(&["create", "--ram-user", "bob", "--create-user", "--csv", "-"]);
    let before = env.kept();
    let csv = format!("{}{id},{secret}\n", made.stdout);
    let ran = env.akm_fed(&["import", "-"], &csv);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let told = format!(
        "error: nothing was imported: standard input, line 3: `{id}` is a pair of account {}\n\
         hint: remove or fix these lines, then import again\n",
        other.field("account_id")
    );
    assert!(ran.stderr.ends_with(&told), "{}", ran.stderr);
    assert!(!ran.stderr.contains(secret));
    assert_eq!(env.kept(), before);
}

/// Plain HTTP is for this machine, and does not leave it by a proxy.
#[test]
fn no_proxy_is_asked_for_this_machine() {
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    let proxy = Answering::start(http("403 Forbidden", ""));
    let mut env = env;
    for name in ["https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        env = env.with(name, &proxy.endpoint);
    }
    serving.add_profile(&env, "dev");
    assert_eq!(proxy.asked(), 0);
    let (id, endpoint) = (serving.field("access_key_id"), serving.field("endpoint"));
    let add = ["profile", "add", "x", "--access-key-id", id];
    let args = [
        &add[..],
        &["--endpoint", endpoint, "--proxy", &proxy.endpoint],
    ]
    .concat();
    let told = format!(
        "error: --proxy {} cannot be used: the endpoint is on this machine\n",
        proxy.endpoint
    );
    let ran = env.akm_fed(&args, "aSecretThatIsNotSent");
    ran.said(&[], 2, "", &told);
}

/// A proxy learns which host is asked, and nothing of what it is asked for.
#[test]
fn a_proxy_sees_no_request() {
    let env = Env::new();
    let proxy = Answering::start(http("403 Forbidden", ""));
    let id = "LTAI5tAbCdEfGhIjKlMnOp12";
    let add = ["profile", "add", "x", "--access-key-id", id];
    let endpoint = ["--endpoint", "https://ram.example.com"];
    let args = [&add[..], &endpoint, &["--proxy", &proxy.endpoint]].concat();
    let ran = env.akm_fed(&args, "aSecretThatIsNotSent");
    let told = format!(
        "note: the endpoint is https://ram.example.com, which is not Alibaba Cloud's\n\
         error: cannot reach ram.example.com: the proxy {} does not let akm through\n\
         hint: nothing was sent; check the proxy's address, user and password, and whether it allows this host\n",
        proxy.endpoint
    );
    ran.said(&[], 7, "", &told);
    let heads = proxy.heads.lock().unwrap();
    let begin = "CONNECT ram.example.com:443 HTTP/1.1\r\n";
    assert!(heads[0].starts_with(begin), "{heads:?}");
    assert!(!heads[0].contains(id), "{heads:?}");
}
