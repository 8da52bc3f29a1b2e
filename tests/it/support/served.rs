//! A home, and a server on its sandbox: the cloud that a profile reaches through sockets, whose truth rests in files beside it.

use crate::support::env::{Env, have};
use crate::support::serving::Serving;
use crate::support::truth::copy_folder;
use std::path::Path;
use std::process::Command;

pub(crate) struct Served {
    pub(crate) env: Env,
    pub(crate) serving: Serving,
}

/// A home as it was, its sandbox too.
pub(crate) struct Kept(Env);

impl Served {
    /// With the RAM user alice, and the server's profile as the default.
    pub(crate) fn start() -> Self {
        Self::on(Env::light().without_overlap())
    }

    /// The same on that home.
    pub(crate) fn on(env: Env) -> Self {
        let serving = serve(&env);
        serving.add_profile(&env, "dev");
        let served = Self { env, serving };
        served.done(&["user", "create", "alice"]);
        served
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let ran = self.env.akm(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// Makes a pair whose secret is left in a CSV alone, and gives back the file.
    pub(crate) fn lose_the_secret_of(&self, user: &str) -> String {
        let id = self.env.create(user);
        let file = self.env.path("pairs.csv").to_str().unwrap().to_owned();
        self.done(&["export", &id, "--csv", &file]);
        self.env.lose_secret(&id);
        std::fs::remove_file(self.env.record_of(user)).unwrap();
        file
    }

    pub(crate) fn keep(&self) -> Kept {
        Kept(crate::support::truth::copied(&self.env))
    }

    /// The home as it was kept. The server reads its files anew for each request.
    pub(crate) fn put_back(&self, kept: &Kept) {
        std::fs::remove_dir_all(self.env.home()).unwrap();
        copy_folder(&kept.0.home(), &self.env.home());
        self.lead_here();
    }

    /// Another server takes the place of this one, which first ends what it is doing.
    pub(crate) fn restart(&mut self) {
        assert_eq!(self.serving.end("TERM"), Some(0));
        self.serving = serve(&self.env);
        self.lead_here();
    }

    /// The profile leads to the server that runs now.
    fn lead_here(&self) {
        let config = self.env.home().join("config.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let line = |line: &str| match line.strip_prefix("endpoint = ") {
            Some(_) => format!("endpoint = \"{}\"\n", self.serving.field("endpoint")),
            None => format!("{line}\n"),
        };
        let text: String = text.lines().map(line).collect();
        std::fs::write(&config, text).unwrap();
    }
}

fn serve(env: &Env) -> Serving {
    Serving::start(env, &["--persist", "--control"])
}

/// The library that sets clocks, for programs that end by themselves: of one that is killed, a name stays behind in shared memory,
/// and the next process of that number stumbles over it.
pub(crate) fn faketime() -> Option<String> {
    if !have("faketime") {
        return None;
    }
    forget_the_dead();
    let mut asked = Command::new("faketime");
    let output = asked.args(["-f", "+0s", "printenv", "LD_PRELOAD"]).output();
    let library = String::from_utf8(output.unwrap().stdout).unwrap();
    Some(library.trim().to_owned())
}

/// What the library left of processes that are no more, an earlier run's for instance.
fn forget_the_dead() {
    for entry in std::fs::read_dir("/dev/shm")
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let names = ["faketime_shm_", "sem.faketime_sem_"].iter();
        let mut process = names.filter_map(|begin| name.strip_prefix(begin));
        if process.any(|process| !Path::new("/proc").join(process).exists()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
