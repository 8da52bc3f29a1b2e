//! `config.toml`, in which people write, too.

use crate::support::env::Env;

/// A home whose owner began its configuration.
fn commented() -> Env {
    let env = Env::new().without_overlap();
    let begun = "# Ask Li before you change this.\n\nversion = 1 # old\n\n\
                 [policy] # of all rotations\n  overlap = \"0s\" # no deploys here\n# the end\n";
    std::fs::write(env.home().join("config.toml"), begun).unwrap();
    env
}

fn config(env: &Env) -> String {
    std::fs::read_to_string(env.home().join("config.toml")).unwrap()
}

fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.find('#').map(|at| &line[at..]))
        .collect()
}

const COMMENTS: [&str; 5] = [
    "# Ask Li before you change this.",
    "# old",
    "# of all rotations",
    "# no deploys here",
    "# the end",
];

#[test]
fn a_comment_survives_the_choice_of_a_store() {
    let env = commented();
    env.create("alice");
    let text = config(&env);
    assert_eq!(comments(&text), COMMENTS, "{text}");
    let begins = "# Ask Li before you change this.\n\nversion = 2 # old\nstore = \"age\"\n";
    assert!(text.starts_with(begins), "{text}");
    assert!(
        text.contains("  overlap = \"0s\" # no deploys here\n"),
        "{text}"
    );
}

#[cfg(feature = "server")]
#[test]
fn a_comment_survives_every_change_of_profiles() {
    use crate::support::{env::edit, serving::Serving};
    let env = commented();
    let serving = Serving::start(&env, &[]);
    for name in ["dev", "prod"] {
        serving.add_profile(&env, name);
    }
    let file = env.home().join("config.toml");
    edit(
        &file,
        "[profiles.dev]\n",
        "# the small one\n[profiles.dev] # Li\n",
    );
    edit(
        &file,
        "[profiles.prod]\n",
        "# the large one\n[profiles.prod]\n",
    );
    let count = COMMENTS.len();
    for (args, more) in [
        (&["profile", "use", "prod"][..], 3),
        (&["-p", "prod", "rotate", "--self", "-y"], 3),
        // What is said about a profile goes with it.
        (&["profile", "remove", "dev", "-y"], 1),
    ] {
        let before = config(&env);
        let ran = env.akm(args);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let text = config(&env);
        assert_ne!(text, before);
        let left = comments(&text);
        assert_eq!(left.len(), count + more, "{text}");
        assert!(
            COMMENTS.iter().all(|comment| left.contains(comment)),
            "{text}"
        );
        assert!(left.contains(&"# the large one"), "{text}");
        // It is a file that akm reads.
        assert_eq!(env.akm(&["profile", "list"]).code, 0);
    }
}

#[test]
fn a_wrong_policy_is_named_by_file_line_and_value() {
    let env = Env::new();
    env.create("alice");
    let file = env.home().join("config.toml");
    let text = config(&env);
    let line = text.lines().count() + 3;
    let form = "a duration in quotes is expected, as `grace = \"2d\"`";
    for (wrong, why) in [
        ("grace = \"2x\"", format!("`grace` is \"2x\", and {form}")),
        ("grace = 5", format!("`grace` is 5, and {form}")),
        ("grace = 2d", format!("`grace` is 2d, and {form}")),
        (
            "grase = \"2d\"",
            "`grase` is no key of it: `[policy]` has `overlap`, `grace` and `max_age`".to_owned(),
        ),
    ] {
        std::fs::write(&file, format!("{text}\n[policy]\n{wrong}\n")).unwrap();
        let told = format!("error: `{}`, line {line}: {why}\n", file.display());
        let hint = "hint: nothing was changed; correct this line, or remove it\n";
        env.refused(&["rotate", "alice"], 1)
            .said(&[], 1, "", &format!("{told}{hint}"));
        // What needs no policy goes on, and handing out says what it could not compare.
        env.akm(&["show-id", "alice"]).said(&[], 0, "<ID>\n", "");
        assert_eq!(env.akm(&["list"]).code, 0);
        env.akm(&["exec", "alice", "--", "true"]).said(
            &[],
            0,
            "",
            &told.replace("error: ", "warning: "),
        );
    }
    std::fs::write(&file, format!("{text}\n[policy]\ngrace = \"1d\"\n")).unwrap();
    assert_eq!(env.akm(&["rotate", "alice"]).code, 0);
}

/// The first pair chooses a store, which is written beside what is wrong.
#[test]
fn pairs_are_made_while_the_policy_is_wrong() {
    let env = Env::new().without_overlap();
    let wrong = "[policy] # ours\ngrace = 2d # two days\n";
    std::fs::write(
        env.home().join("config.toml"),
        format!("version = 2\n{wrong}"),
    )
    .unwrap();
    env.create("alice");
    let text = config(&env);
    assert!(
        text.contains(&format!("store = \"age\"\n{wrong}")),
        "{text}"
    );
    env.create("bob");
    assert_eq!(config(&env), text);
}
