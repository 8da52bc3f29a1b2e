//! The way to the cloud by a proxy of the environment, and what is said where there is no way.

use crate::support::env::Env;
use crate::support::nginx::Door;
use crate::support::proxied::{ENCODED, HOST, PASSWORD, Scene, TARGET, nobody, refused, unreached};
use crate::support::proxy::{FORBIDDEN, NOWHERE, Spoken};

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
            .contains("error: cannot trust third.example: its certificate is for another name\n"),
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
            "note: the endpoint is {HOST}, which is not Alibaba Cloud's\nerror: HTTPS_PROXY={shown} cannot be used: {why}\n"
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
