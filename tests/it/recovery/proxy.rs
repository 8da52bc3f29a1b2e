//! The way to the cloud by a proxy, and what is said where there is no way.

use crate::support::env::{Env, Ran};
use crate::support::nginx::{Door, Nginx};
use crate::support::proxy::{FORBIDDEN, NOWHERE, Proxy, Spoken};
use crate::support::serving::Serving;
use std::net::TcpListener;

/// The proxy alone knows this host, whose certificate is nginx's.
const HOST: &str = "https://elsewhere.example";
const TARGET: &str = "elsewhere.example:443";
const PASSWORD: &str = "p@ss: 100%";
const ENCODED: &str = "p%40ss%3A%20100%25";

struct Scene {
    /// The home of the server.
    _env: Env,
    serving: Serving,
    nginx: Nginx,
}

impl Scene {
    /// `None` where nginx or openssl is not on the machine, which is said.
    fn start() -> Option<Self> {
        let env = Env::new();
        let serving = Serving::start(&env, &[]);
        let nginx = Nginx::start(&env, &serving)?;
        Some(Self {
            _env: env,
            serving,
            nginx,
        })
    }

    fn proxy(&self, spoken: Spoken, login: Option<(&str, &str)>) -> Proxy {
        Proxy::start(spoken, login, self.nginx.port(Door::OtherName))
    }

    /// An empty home with a variable.
    fn with(&self, name: &str, value: &str) -> Env {
        let env = Env::new().with("SSL_CERT_FILE", &self.nginx.roots());
        env.with(name, value)
    }

    fn add(&self, env: &Env, endpoint: &str, more: &[&str], input: &str) -> Ran {
        let id = self.serving.field("access_key_id");
        let args = ["profile", "add", "x", "--access-key-id", id];
        let args = [&args[..], &["--endpoint", endpoint], more].concat();
        let secret = self.serving.field("access_key_secret");
        env.akm_fed(&args, &format!("{secret}\n{input}"))
    }
}

fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A failure to reach an endpoint, whole.
#[track_caller]
fn unreached(ran: &Ran, endpoint: &str, why: &str) {
    failed(ran, endpoint, why, "try the same command again");
}

/// The same where the proxy refuses.
#[track_caller]
fn refused(ran: &Ran, endpoint: &str, why: &str) {
    let hint = "nothing was sent; check the proxy's address, user and password, and whether it allows this host";
    failed(ran, endpoint, why, hint);
}

#[track_caller]
fn failed(ran: &Ran, endpoint: &str, why: &str, hint: &str) {
    let host = endpoint.strip_prefix("https://").unwrap();
    let told = format!(
        "akm: the endpoint is {endpoint}, which is not Alibaba Cloud's\n\
         akm: cannot reach {host}: {why}\n\
         hint: {hint}\n"
    );
    ran.said(&[], 7, "", &told);
}

#[test]
fn a_host_that_cannot_be_reached_is_named_with_the_reason() {
    let env = Env::new();
    let add = |endpoint: &str| {
        let args = [
            "profile",
            "add",
            "a",
            "--access-key-id",
            "LTAI5tAbCdEfGhIjKlMnOp12",
        ];
        env.akm_fed(
            &[&args[..], &["--endpoint", endpoint]].concat(),
            "aSecretThatIsNotSent",
        )
    };
    let nowhere = "https://no-such-host.invalid";
    unreached(&add(nowhere), nowhere, "the name could not be resolved");
    let closed = format!("https://127.0.0.1:{}", nobody());
    unreached(&add(&closed), &closed, "the connection was refused");
    assert!(!env.home().join("config.toml").exists());
}

#[test]
fn a_proxy_of_the_environment_leads_to_a_host_that_it_alone_knows() {
    let Some(scene) = Scene::start() else { return };
    let login = Some(("alice", PASSWORD));
    for (user, spoken, scheme, login) in [
        ("a", Spoken::Connect, "http://", None),
        ("b", Spoken::Connect, "", login),
        ("c", Spoken::Socks5, "socks5h://", None),
        ("d", Spoken::Socks5, "socks5h://", login),
    ] {
        let proxy = scene.proxy(spoken, login);
        let before = login.map_or_else(String::new, |(name, _)| format!("{name}:{ENCODED}@"));
        let value = format!("{scheme}{before}{}", proxy.address);
        let env = scene.with("HTTPS_PROXY", &value);
        let ran = scene.add(&env, HOST, &[], "");
        assert_eq!(ran.code, 0, "{value}: {}", ran.stderr);
        assert!(proxy.asked().iter().all(|target| target == TARGET));
        let ran = env.akm(&["create", user, "--create-user", "-v"]);
        assert_eq!(ran.code, 0, "{value}: {}", ran.stderr);
        assert!(!ran.stderr.contains(ENCODED), "{}", ran.stderr);
        // A create has a connection of its own.
        assert!(proxy.asked().len() > 1, "{value}");
        for (path, content) in env.kept() {
            let content = String::from_utf8_lossy(&content).into_owned();
            assert!(!content.contains(&proxy.address), "{}", path.display());
        }
    }
}

/// Who asks, whether the proxy asks for a login, for which endpoint, what is said, and whether another try may help.
const REFUSALS: [(&str, bool, &str, &str, bool); 4] = [
    ("", true, HOST, "asks for a user and a password", false),
    (
        "alice:hunter2@",
        true,
        HOST,
        "does not take the user and password that it was given",
        false,
    ),
    ("", false, FORBIDDEN, "does not let akm through", false),
    ("", false, NOWHERE, "cannot reach it (WHY)", true),
];

#[test]
fn what_a_proxy_refuses_is_told_apart_from_what_the_cloud_refuses() {
    let Some(scene) = Scene::start() else { return };
    for (spoken, scheme, why_not) in [
        (Spoken::Connect, "http", "502"),
        (Spoken::Socks5, "socks5h", "host unreachable"),
    ] {
        for (user, strict, endpoint, why, passes) in REFUSALS {
            let proxy = scene.proxy(spoken, strict.then_some(("alice", PASSWORD)));
            let address = &proxy.address;
            let env = scene.with("https_proxy", &format!("{scheme}://{user}{address}"));
            let why = why.replace("WHY", why_not);
            let why = format!("https_proxy={scheme}://{address} {why}");
            let ran = scene.add(&env, endpoint, &[], "");
            if passes {
                unreached(&ran, endpoint, &why);
            } else {
                refused(&ran, endpoint, &why);
                // A password that is wrong is not tried again: some proxies lock a user out.
                assert!(proxy.asked().len() < 2, "{why}");
            }
        }
    }
}

#[test]
fn a_proxy_that_does_not_answer_is_named_by_its_variable() {
    let Some(scene) = Scene::start() else { return };
    let dead = format!("http://127.0.0.1:{}", nobody());
    let env = scene.with(
        "ALL_PROXY",
        &format!("http://alice:{ENCODED}@{}", &dead[7..]),
    );
    let why = format!("ALL_PROXY={dead} does not answer: the connection was refused");
    unreached(&scene.add(&env, HOST, &[], ""), HOST, &why);
    let env = scene.with("ALL_PROXY", "http://no-such-proxy.invalid:3128");
    let why = "ALL_PROXY=http://no-such-proxy.invalid:3128 does not answer: the name could not be resolved";
    unreached(&scene.add(&env, HOST, &[], ""), HOST, why);
    // Behind the tunnel it is the host that is to show who it is.
    let open = scene.proxy(Spoken::Connect, None);
    let env = scene.with("ALL_PROXY", &format!("http://{}", open.address));
    let ran = scene.add(&env, "https://third.example", &[], "");
    assert!(
        ran.stderr
            .contains("akm: cannot trust third.example: its certificate is for another name\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.code, 7);
}

#[test]
fn the_environments_proxies_are_chosen_as_curl_chooses_them() {
    let Some(scene) = Scene::start() else { return };
    let (first, second) = (
        scene.proxy(Spoken::Connect, None),
        scene.proxy(Spoken::Connect, None),
    );
    let (one, two) = (
        format!("http://{}", first.address),
        format!("http://{}", second.address),
    );
    for (named, other) in [
        ("https_proxy", "HTTPS_PROXY"),
        ("HTTPS_PROXY", "all_proxy"),
        ("all_proxy", "ALL_PROXY"),
    ] {
        let env = scene
            .with(named, &one)
            .with(other, &two)
            .with("http_proxy", &two);
        assert_eq!(scene.add(&env, HOST, &[], "").code, 0, "{named}");
        assert_eq!(
            (first.asked().is_empty(), second.asked().len()),
            (false, 0),
            "{named}"
        );
    }
    // An empty variable is none; a host that is exempt is asked itself, and is not known here.
    let env = scene.with("https_proxy", "").with("HTTPS_PROXY", &one);
    assert_eq!(scene.add(&env, HOST, &[], "").code, 0);
    assert!(!first.asked().is_empty());
    for exempt in ["*", ".example", "other.example, elsewhere.example"] {
        let env = scene.with("HTTPS_PROXY", &one).with("NO_PROXY", exempt);
        unreached(
            &scene.add(&env, HOST, &[], ""),
            HOST,
            "the name could not be resolved",
        );
        let env = env.with("no_proxy", "third.example");
        assert_eq!(scene.add(&env, HOST, &[], "").code, 0, "{exempt}");
        first.asked();
    }
    // What akm cannot ask is wrong usage, but where it is not needed.
    for (value, shown, why) in [
        (
            format!("https://alice:{ENCODED}@proxy:3128"),
            "https://proxy:3128",
            "a proxy is not spoken to over TLS: `http://` or `socks5h://` is expected",
        ),
        (
            "ftp://proxy".to_owned(),
            "ftp://proxy",
            "`http://`, `socks5://` or `socks5h://` is expected",
        ),
        (
            format!("alice:{ENCODED}@proxy:x"),
            "proxy:x",
            "HOST:PORT is expected, without a path",
        ),
    ] {
        let env = scene.with("HTTPS_PROXY", &value);
        let told = format!(
            "akm: the endpoint is {HOST}, which is not Alibaba Cloud's\nakm: HTTPS_PROXY={shown} cannot be used: {why}\n"
        );
        scene.add(&env, HOST, &[], "").said(&[], 2, "", &told);
        let local = scene.nginx.endpoint(Door::Good);
        assert_eq!(
            scene.add(&env, &local, &[], "").code,
            0,
            "loopback has no proxy"
        );
    }
}

#[test]
fn a_profiles_own_proxy_wins_and_its_password_rests_in_the_secret_store() {
    let Some(scene) = Scene::start() else { return };
    let (proxy, open) = (
        scene.proxy(Spoken::Connect, Some(("al%ice", PASSWORD))),
        scene.proxy(Spoken::Connect, None),
    );
    let env = scene.with("HTTPS_PROXY", "http://127.0.0.1:1");
    let named = format!("http://al%25ice@{}", proxy.address);
    let ran = scene.add(&env, HOST, &["--proxy", &named], "");
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("akm: no password of the proxy was given: standard input is empty\n"),
        "{}",
        ran.stderr
    );
    let ran = scene.add(&env, HOST, &["--proxy", &named], PASSWORD);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let works = |by: &Proxy| {
        by.asked();
        assert_eq!(env.akm(&["verify", "--self"]).code, 0);
        assert_eq!(by.asked(), [TARGET]);
    };
    works(&proxy);
    let shown = env.akm(&["profile", "show", "x", "--json"]).json();
    assert_eq!(shown["proxy"], format!("http://{}", proxy.address));
    for (path, content) in env.kept() {
        let content = String::from_utf8_lossy(&content).into_owned();
        let found = ["ice@", PASSWORD, ENCODED]
            .iter()
            .any(|text| content.contains(text));
        assert!(!found, "{}", path.display());
    }
    // A password that the proxy does not take changes nothing.
    let before = env.kept();
    let edit = ["profile", "edit", "x", "--proxy", &named];
    let ran = env.akm_fed(&edit, "wrong");
    refused(
        &ran,
        HOST,
        &format!(
            "the proxy http://{} does not take the user and password that it was given",
            proxy.address
        ),
    );
    assert_eq!(env.kept(), before);
    works(&proxy);
    let without = format!("http://{}", open.address);
    assert_eq!(
        env.akm(&["profile", "edit", "x", "--proxy", &without]).code,
        0
    );
    assert_eq!(open.asked(), [TARGET]);
    works(&open);
    let secrets = |env: &Env| {
        env.files()
            .into_iter()
            .filter(|(path, _)| path.to_string_lossy().contains("akm-proxy-"))
            .count()
    };
    assert_eq!(secrets(&env), 0, "the password that nobody needs is gone");
    assert_eq!(env.akm_fed(&edit, PASSWORD).code, 0);
    assert_eq!(secrets(&env), 1);
    assert_eq!(env.akm(&["profile", "remove", "x", "-y"]).code, 0);
    assert_eq!(secrets(&env), 0);
}

#[test]
fn a_password_of_a_proxy_is_no_argument_and_is_not_repeated() {
    let env = Env::new();
    for command in [&["profile", "add", "x"][..], &["profile", "edit", "x"]] {
        let args = [
            command,
            &[
                "--endpoint",
                HOST,
                "--proxy",
                "http://alice:hunter2@proxy:1",
            ],
        ]
        .concat();
        let ran = env.akm(&args);
        if command[1] == "edit" {
            assert_eq!(ran.code, 3, "{}", ran.stderr);
            continue;
        }
        let told = "akm: --proxy http://proxy:1 cannot be used: a password is never an argument: others can read it\n\
                    hint: leave the password out; akm asks for it\n";
        ran.said(&[], 2, "", told);
    }
}
