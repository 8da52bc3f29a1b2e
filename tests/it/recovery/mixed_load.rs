//! Eight akm at once, for half a minute, through one home against one server: what a team's scripts do on a bad day.
//!
//! `AKM_LOAD_SECONDS` makes it longer.

use crate::support::concurrent::{Dice, ends, start};
use crate::support::env::{Env, Ran};
use crate::support::served::Served;
use crate::support::truth::{self, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const WORKERS: u64 = 8;
/// RAM users at work on at a time: these, and those whose pairs were imported last.
const OWNERS: usize = 8;
const REGULARS: [&str; 3] = ["anna", "bert", "carl"];

fn span() -> Duration {
    let seconds = std::env::var("AKM_LOAD_SECONDS");
    Duration::from_secs(seconds.map_or(30, |seconds| seconds.parse().unwrap()))
}

struct Load {
    ours: Served,
    /// Another home, whose pairs come to ours by CSV.
    theirs: Env,
    owners: Mutex<Vec<String>>,
    /// Pairs that leaked, and pairs that were restored: none is both, since akm keeps no secret of what leaked.
    leaked: Mutex<BTreeSet<String>>,
    restored: Mutex<BTreeSet<String>>,
    /// What was done, and how often it came to its end.
    done: Mutex<BTreeMap<String, usize>>,
}

impl Load {
    fn on(env: Env) -> Self {
        let env = env.for_many();
        let (ours, theirs) = (Served::on(env), Env::light().without_overlap());
        ours.serving.add_profile(&theirs, "dev");
        for name in REGULARS {
            ours.done(&["create", "--ram-user", name, "--create-user"]);
        }
        Self {
            ours,
            theirs,
            owners: Mutex::new(REGULARS.map(str::to_owned).to_vec()),
            leaked: Mutex::default(),
            restored: Mutex::default(),
            done: Mutex::default(),
        }
    }

    fn run(&self) {
        let until = Instant::now() + span();
        std::thread::scope(|scope| {
            for number in 0..WORKERS {
                scope.spawn(move || {
                    let (mut dice, mut round) = (Dice(number), 0);
                    while Instant::now() < until {
                        self.one(&mut dice, &format!("{number}-{round}"));
                        round += 1;
                    }
                });
            }
        });
    }

    /// One command.
    fn one(&self, dice: &mut Dice, name: &str) {
        let owner = self.some_owner(dice);
        let rotate = |more: &[&str]| {
            self.akm(
                "rotate",
                &[&["rotate", "--ram-user", &owner], more].concat(),
            );
        };
        match dice.throw(18) {
            0 | 1 => self.akm("create", &["create", "--ram-user", &owner]),
            2 => rotate(&["--overlap", "0s"]),
            3 => rotate(&["--overlap", "0s", "--delete-old"]),
            4 => rotate(&[]),
            5 => self.akm("finish", &["rotate", "--ram-user", &owner, "--finish"]),
            6 | 7 => self.delete(&owner, dice),
            8 => self.import(name),
            9 => self.import_again(&owner),
            10 | 11 => self.recover(),
            12 => self.set("disable", &owner, dice, &["--force"]),
            13 => self.set("enable", &owner, dice, &[]),
            14 => self.leak(&owner, dice),
            15 => self.restore(&owner, dice),
            16 => rotate(&["--rollback"]),
            _ => self.akm("list", &["list", "--refresh", "--json"]),
        }
    }

    fn some_owner(&self, dice: &mut Dice) -> String {
        let owners = self.owners.lock().unwrap();
        owners[usize::try_from(dice.throw(owners.len() as u64)).unwrap()].clone()
    }

    fn akm(&self, what: &str, args: &[&str]) {
        self.told(what, args, &self.ours.env.akm(args));
    }

    /// Not there (any more), or two pairs: all else is done. A rotation or a leak whose pairs somebody deletes or disables stops.
    fn told(&self, what: &str, args: &[&str], ran: &Ran) {
        let why = [
            "no longer exists",
            "is Inactive",
            "leaked before, and is still there",
            "a later command is to read it back",
        ];
        let stopped = ran.code == 8 && why.iter().any(|why| ran.stderr.contains(why));
        let fine = [0, 3, 4].contains(&ran.code) || stopped;
        assert!(fine && !ran.stderr.contains("defect"), "{args:?}: {ran:?}");
        if ran.code == 0 {
            *self
                .done
                .lock()
                .unwrap()
                .entry(what.to_owned())
                .or_default() += 1;
        }
    }

    /// And what it says that a person is to run, where something cannot go on.
    fn recover(&self) {
        let ran = self.ours.env.akm(&["recover"]);
        self.told("recover", &["recover"], &ran);
        for args in advised(&ran) {
            let args: Vec<&str> = args.split(' ').collect();
            self.akm(args[args.len().min(2) - 1], &args);
        }
    }

    fn set(&self, what: &str, owner: &str, dice: &mut Dice, more: &[&str]) {
        let pairs = truth::live_of(&self.ours.env, owner);
        if let Some(pair) = pairs.get(usize::try_from(dice.throw(2)).unwrap()) {
            self.akm(what, &[&[what, &pair.id], more].concat());
        }
    }

    fn leak(&self, owner: &str, dice: &mut Dice) {
        let pairs = truth::live_of(&self.ours.env, owner);
        let Some(pair) = pairs.get(usize::try_from(dice.throw(2)).unwrap()) else {
            return;
        };
        {
            let restored = self.restored.lock().unwrap();
            if restored.contains(&pair.id) {
                return;
            }
            self.leaked.lock().unwrap().insert(pair.id.clone());
        }
        let args = ["rotate", "--ram-user", owner, "--leaked", &pair.id];
        self.akm("leak", &args);
    }

    fn restore(&self, owner: &str, dice: &mut Dice) {
        let pairs = truth::recycled_of(&self.ours.env, owner);
        let Some(id) = pairs.get(usize::try_from(dice.throw(3)).unwrap()) else {
            return;
        };
        {
            let mut restored = self.restored.lock().unwrap();
            if self.leaked.lock().unwrap().contains(id) {
                return;
            }
            restored.insert(id.clone());
        }
        let active: &[&str] = [&[][..], &["--active"]][usize::from(dice.throw(2) == 0)];
        self.akm("restore", &[&["restore", id], active].concat());
    }

    fn delete(&self, owner: &str, dice: &mut Dice) {
        let pairs = truth::live_of(&self.ours.env, owner);
        if let Some(pair) = pairs.get(usize::try_from(dice.throw(2)).unwrap()) {
            let bin: &[&str] = [&[][..], &["--purge"]][usize::from(dice.throw(2) == 0)];
            let args = ["delete", &pair.id, "--force", "-y"];
            self.akm("delete", &[&args, bin].concat());
        }
    }

    /// A pair of a RAM user that is new here, who takes the place of one that came so before.
    fn import(&self, name: &str) {
        let csv = self.csv(name);
        let args = ["create", "--create-user", "--ram-user", name, "--csv", &csv];
        let made = self.theirs.akm(&args);
        assert_eq!(made.code, 0, "{made:?}");
        let ran = self.ours.env.akm(&["import", &csv]);
        assert_eq!(ran.code, 0, "{ran:?}");
        self.told("import", &["import"], &ran);
        let mut owners = self.owners.lock().unwrap();
        if owners.len() == OWNERS {
            owners.remove(REGULARS.len());
        }
        owners.push(name.to_owned());
    }

    /// A CSV that was imported before, if the owner's pair came so.
    fn import_again(&self, owner: &str) {
        if REGULARS.contains(&owner) {
            return;
        }
        let args = ["import", &self.csv(owner)];
        let ran = self.ours.env.akm(&args);
        // A pair that is Inactive cannot say whose it is.
        if ran.code != 6 {
            self.told("import again", &args, &ran);
        }
    }

    fn csv(&self, name: &str) -> String {
        let path = self.theirs.path(&format!("{name}.csv"));
        path.to_str().unwrap().to_owned()
    }

    /// Everything comes to its end, by `recover`, by what it says that a person is to run, and in time.
    fn settled(&self, state: impl Fn(&Env, &str) -> State) {
        let (env, point) = (&self.ours.env, "at the end");
        self.goes_on();
        for _ in ["the overlap", "the grace"] {
            for entry in opened(env) {
                env.days_pass_for(entry["ram_user"].as_str().unwrap(), 3);
            }
            self.goes_on();
        }
        self.ours.done(&["recover"]);
        assert_eq!(opened(env), [serde_json::Value::Null; 0], "{point}");
        let state = state(env, point);
        state.settled(state.live.len(), point);
    }

    /// `recover`, and what it says, until nothing more is to be said.
    fn goes_on(&self) {
        let mut told = Vec::new();
        while told.len() < 50 {
            let ran = self.ours.env.akm(&["recover"]);
            if ran.code == 0 {
                return;
            }
            for args in advised(&ran) {
                let done = self.ours.env.akm(&args.split(' ').collect::<Vec<_>>());
                told.push(format!("{args}: {done:?}"));
            }
            told.push(format!("{ran:?}"));
        }
        panic!("{}", told.join("\n"));
    }

    fn each_was_done(&self) {
        let done = self.done.lock().unwrap();
        let much = ["create", "rotate", "finish", "delete", "import"];
        let rare = ["disable", "enable", "leak", "restore"];
        for what in much.into_iter().chain(rare) {
            assert!(done.contains_key(what), "{what} never: {done:?}");
        }
    }
}

/// The first command of each hint, without its own name. Nobody is there to be asked whether to delete.
fn advised(ran: &Ran) -> Vec<String> {
    let hints = ran
        .stderr
        .lines()
        .filter_map(|line| line.split_once("hint: `akm "));
    let commands = hints.map(|(_, rest)| rest.split_once('`').unwrap().0);
    let yes = |command: &str| {
        if command.starts_with("delete ") {
            " -y"
        } else {
            ""
        }
    };
    commands
        .map(|command| command.to_owned() + yes(command))
        .collect()
}

/// The rows of `recover --list`.
fn opened(env: &Env) -> Vec<serde_json::Value> {
    let listed = env.akm(&["recover", "--list", "--json"]).json();
    listed["open"].as_array().unwrap().clone()
}

#[test]
fn with_encrypted_files() {
    let load = Load::on(Env::light().without_overlap());
    load.run();
    load.each_was_done();
    load.settled(truth::check);
}

#[cfg(target_os = "linux")]
#[test]
fn with_a_keyring() {
    let Some(mut desktop) = crate::support::desktop::Desktop::open() else {
        return;
    };
    let load = Load::on(desktop.take_home());
    load.run();
    load.each_was_done();
    load.settled(truth::accounted);
}

#[test]
fn sixteen_creates_make_two_pairs() {
    for round in 0..4 {
        let served = Served::start();
        let args = ["create", "--ram-user", "alice"];
        let ran = ends((0..16).map(|_| start(&served.env, &args)).collect());
        let point = format!("round {round}: {ran:?}");
        let refused = |ran: &&Ran| ran.code == 4 && ran.stdout.is_empty();
        assert_eq!(ran.iter().filter(refused).count(), 14, "{point}");
        let mut made: Vec<&str> = ran.iter().map(|ran| ran.stdout.trim()).collect();
        made.retain(|id| !id.is_empty());
        made.sort_unstable();
        let state = truth::check(&served.env, &point);
        // The signer's is the third.
        state.settled(3, &point);
        assert!(state.open.is_empty(), "{point}");
        let mut live = truth::live_of(&served.env, "alice");
        live.sort();
        let live: Vec<&str> = live.iter().map(|pair| pair.id.as_str()).collect();
        assert_eq!(live, made, "{point}");
    }
}
