//! The README's recipes, each run as it is written. `aliyun` and `gh`, and the README's own `deploy`, are played by a script that prints
//! what reaches it: the pair in its environment, its arguments, its standard input. Terraform, docker and Python are played only where
//! the real ones are not on the machine (`recipes_tools` runs those; `clients_aliyun_itself` runs the real `aliyun`).

use crate::commands::recipes_tools;
use crate::support::env::{Env, Ran};
use std::path::Path;
use std::process::Command;

const PLAYED: [&str; 5] = ["aliyun", "terraform", "docker", "gh", "python3"];
const SCRIPT: &str = "#!/bin/sh\necho \"$(basename \"$0\") $*\"\necho \"id=$ALIBABA_CLOUD_ACCESS_KEY_ID secret=$ALIBABA_CLOUD_ACCESS_KEY_SECRET\"\n\
    case \"$1\" in secret) echo \"stdin=$(cat)\";; run) [ \"$2\" != --env-file ] || cat \"$3\";; esac\n";

/// The lines of the section's first block of this kind.
pub(crate) fn block(kind: &str) -> Vec<String> {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, section) = readme.split_once("## Use a pair").unwrap();
    let (_, block) = section.split_once(&format!("```{kind}\n")).unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block.lines().map(str::to_owned).collect()
}

fn played(env: &Env) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir(env.path("bin")).unwrap();
    let files = PLAYED.iter().map(|name| env.path("bin").join(name));
    for file in files.chain([env.path("deploy")]) {
        std::fs::write(&file, SCRIPT).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
    }
}

/// Runs a recipe in a shell that finds akm, and before all else the programs in this folder.
pub(crate) fn run(env: &Env, programs: &Path, line: &str) -> Ran {
    let mut command = Command::new("sh");
    env.dress(&mut command);
    let akm = Path::new(env!("CARGO_BIN_EXE_akm")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), akm.display());
    command.env("PATH", format!("{path}:/usr/local/bin:/usr/bin:/bin"));
    Ran::from(command.args(["-c", line]).output().unwrap())
}

#[test]
fn each_recipe_reaches_its_program_with_the_pair() {
    let env = Env::new();
    let (id, secret) = env.create_shown("ci");
    played(&env);
    let pair = format!("id={id} secret={secret}\n");
    let lines = block("sh");
    assert!(lines.len() > 6, "{lines:?}");
    for line in lines.iter().filter(|line| !recipes_tools::runs(line)) {
        let ran = run(&env, &env.path("bin"), line);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{line}");
        let reached = if line.contains("--env-file") {
            let of_file = [
                format!("ALIBABA_CLOUD_ACCESS_KEY_ID={id}\n"),
                format!("ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}\n"),
            ];
            of_file.iter().all(|line| ran.stdout.contains(line))
        } else if line.contains("--field id") {
            ran.stdout.contains(&format!("stdin={id}\n"))
        } else if line.contains("akm read") {
            ran.stdout.contains(&format!("stdin={secret}\n"))
        } else {
            ran.stdout.contains(&pair)
        };
        assert!(reached, "{line}: {}", ran.stdout);
    }
}

/// As cron runs them: no terminal, and an environment of four variables.
#[test]
fn the_lines_for_cron_run_without_a_terminal() {
    let env = Env::new();
    let id = env.create("ci");
    for line in block("cron") {
        let command = line.splitn(6, ' ').nth(5).unwrap();
        let ran = run(&env, &env.path("bin"), command);
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    }
    // The pair is younger than 90 days.
    assert_eq!(env.pairs().len(), 1);
    assert_eq!(env.pairs()[0]["access_key_id"], id.as_str());
}
