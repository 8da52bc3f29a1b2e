//! Two machines at work on one RAM user: two homes that share no lock, and one cloud. The second is told, and nothing is deleted.

use crate::support::concurrent::{ends, start};
use crate::support::env::{Env, Ran, have};
use crate::support::served::Served;
use crate::support::truth::{self, Live};
use serde_json::json;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

struct Machines {
    one: Served,
    other: Env,
    /// Alice's pair, which both hold.
    old: String,
}

const CREATE: [&str; 3] = ["create", "--ram-user", "alice"];
const ROTATE: [&str; 3] = ["rotate", "--ram-user", "alice"];

impl Machines {
    fn start() -> Self {
        let (one, other) = (Served::start(), Env::light().without_overlap());
        one.serving.add_profile(&other, "dev");
        let old = one.env.create("alice");
        let csv = one.done(&["export", &old, "--csv", "-"]);
        let ran = other.akm_fed(&["import", "-"], &csv);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        Self { one, other, old }
    }

    /// Alice's pairs in the cloud.
    fn live(&self) -> Vec<Live> {
        truth::live_of(&self.one.env, "alice")
    }

    fn rotated(&self, more: &[&str]) -> String {
        self.one.done(&[&ROTATE[..], more].concat())
    }

    /// The first one's: no answer comes, and nothing is made.
    fn lose_a_create(&self) {
        let order = json!({ "fault": "fail-before", "action": "CreateAccessKey" });
        self.one.serving.order(&order);
        assert_eq!(self.the_one(&CREATE).code, 8);
    }

    fn is_undecided(&self) {
        self.the_one(&CREATE).said(
            &[],
            7,
            "",
            "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
             hint: run `akm recover` after <TIME>\n",
        );
        let open = self.the_one(&["recover", "--list"]).stdout;
        let undecided = open.contains("create-unanswered");
        assert!(undecided && !open.contains("suspect"), "{open}");
    }

    /// Longer than a list lags.
    fn minutes_pass(&self) {
        let span = chrono::TimeDelta::minutes(6);
        self.one.env.time_passes_for("alice", span);
    }

    fn the_other(&self, args: &[&str]) -> Ran {
        without_endpoint(self.other.akm(args))
    }

    fn the_one(&self, args: &[&str]) -> Ran {
        without_endpoint(self.one.env.akm(args))
    }
}

fn without_endpoint(ran: Ran) -> Ran {
    let lines = ran.stderr.lines();
    let lines = lines.filter(|line| !line.contains("the endpoint is"));
    let stderr = lines.flat_map(|line| [line, "\n"]).collect();
    Ran { stderr, ..ran }
}

/// What is said of two pairs that no rotation of this machine explains.
fn two(first: &str, hint: &str) -> String {
    format!(
        "error: RAM user `alice` has two AccessKey pairs, and a rotation begins with one: \
         `<ID1>` {first}, created <TIME>, last used <TIME>, secret saved; \
         `<ID2>` Active, created <TIME>, last used <TIME>, secret not saved here\nhint: {hint}\n"
    )
}

#[test]
fn the_second_is_refused_as_long_as_the_first_is_on_its_way() {
    for (more, first, current, hint) in [
        (
            &["--overlap", "2d"],
            "Active",
            "<ID1>\n",
            "`akm list --refresh` shows them",
        ),
        (
            &["--overlap", "0s"],
            "Inactive",
            "<ID2>\n",
            "`akm rotate --ram-user alice --replace <ID1>` deletes that one first, if nothing needs it",
        ),
    ] {
        let both = Machines::start();
        let new = both.rotated(more);
        let (ids, before) = ([&*both.old, &*new], both.live());
        both.the_other(&ROTATE).said(&ids, 4, "", &two(first, hint));
        let create = both.the_other(&CREATE);
        assert_eq!(create.code, 4, "{}", create.stderr);
        // Nothing of that is its own to finish, to recover or to roll back.
        both.the_other(&[&ROTATE[..], &["--finish"]].concat()).said(
            &ids,
            0,
            current,
            "note: nothing is unfinished for RAM user `alice`\n",
        );
        both.the_other(&["recover"]).said(
            &ids,
            0,
            "",
            "Nothing is left that could be finished now.\n",
        );
        both.the_other(&[&ROTATE[..], &["--rollback"]].concat())
            .said(
                &ids,
                4,
                "",
                "error: RAM user `alice` has no unfinished rotation that could be rolled back\n\
             hint: `akm list --ram-user alice` shows the pairs there are\n",
            );
        assert_eq!(both.live(), before);
        // The first goes on as if nobody else were there.
        both.one.env.days_pass_for("alice", 3);
        assert_eq!(both.rotated(&["--finish"]), new);
        let left = both.live();
        assert!(left.iter().any(|pair| pair.id == new && pair.active));
        assert!(left.iter().all(|pair| pair.id == new || !pair.active));
    }
}

/// A pair in use is replaced by nobody's word; an Inactive one by the word of whoever types it, and the first is told.
#[test]
fn what_the_second_replaces_by_its_id_the_first_finds_done() {
    let both = Machines::start();
    let new = both.rotated(&["--overlap", "2d"]);
    let ids = [&*both.old, &*new];
    let replace = [&ROTATE[..], &["--replace", &both.old]].concat();
    both.the_other(&replace).said(
        &ids,
        4,
        "",
        "error: `<ID1>` of RAM user `alice` is Active\n\
         hint: `akm disable <ID1>` first and see that nothing breaks\n",
    );
    assert_eq!(both.live().len(), 2);
    both.one.env.days_pass_for("alice", 3);
    both.rotated(&["--finish"]);
    let ran = both.the_other(&[&replace[..], &["--overlap", "2d"]].concat());
    let third = ran.stdout.trim();
    let ids = [&*both.old, &*new, third];
    ran.said(
        &ids,
        0,
        "<ID3>\n",
        "note: `<ID1>` is deleted to make room\n\
         New: <ID3> (Active, verified), of RAM user alice in dev (account <ACCOUNT>).\nOld: <ID2> (Active; can be disabled from <DAY>).\nnext: akm rotate alice --finish\nhint: if <ID2> leaked: akm rotate alice --leaked <ID2>\n",
    );
    both.minutes_pass();
    let ids = [&*new, third];
    let over =
        "note: the rotation of RAM user `alice` before this one is over: its old pair is deleted\n";
    let hint = "`akm list --refresh` shows them";
    let told = format!("{over}{}", two("Active", hint));
    both.the_one(&ROTATE).said(&ids, 4, "", &told);
    let live = both.live();
    assert!(
        live.len() == 2 && live.iter().all(|pair| pair.active),
        "{live:?}"
    );
}

/// The second goes back by hand; the first is told, and leaves both pairs as they are.
#[test]
fn what_the_second_undoes_the_first_does_not_do_again() {
    let both = Machines::start();
    let new = both.rotated(&["--overlap", "0s"]);
    let ids = [&*both.old, &*new];
    assert_eq!(both.the_other(&["enable", &both.old]).code, 0);
    assert_eq!(both.the_other(&["disable", &new]).code, 0);
    let before = both.live();
    both.minutes_pass();
    let over = "The rotation of RAM user alice in dev (account <ACCOUNT>) is over: <ID1> was enabled again, and both pairs are left as they are.\n";
    both.the_one(&[&ROTATE[..], &["--finish"]].concat())
        .said(&ids, 0, "<ID2>\n", over);
    let two = both.the_one(&ROTATE);
    assert_eq!(two.code, 4, "{}", two.stderr);
    let back = both.the_one(&[&ROTATE[..], &["--rollback"]].concat());
    assert_eq!(back.code, 4, "{}", back.stderr);
    assert_eq!(both.live(), before);
    truth::check(&both.one.env, "undone").settled(3, "undone");
}

#[test]
fn what_the_second_deletes_the_first_does_without() {
    let both = Machines::start();
    let new = both.rotated(&["--overlap", "0s"]);
    let ids = [&*both.old, &*new];
    let delete = both.the_other(&["delete", &new, "--force", "-y"]);
    assert_eq!(delete.code, 0, "{}", delete.stderr);
    both.minutes_pass();
    both.the_one(&ROTATE).said(
        &ids,
        8,
        "",
        "error: the new pair <ID2> no longer exists, so this rotation cannot finish\n\
         hint: `akm recover --dismiss <ID2>` forgets this rotation; `akm enable <ID1>` brings the old pair back into use\n",
    );
    both.the_one(&[&ROTATE[..], &["--rollback"]].concat()).said(
        &ids,
        0,
        "<ID1>\n",
        "Back in use: <ID1> of RAM user alice in dev (account <ACCOUNT>). <ID2> is gone from the cloud.\n",
    );
    assert_eq!(both.live().len(), 1);
    truth::check(&both.one.env, "rolled back").settled(2, "rolled back");
}

/// Stops the other machine's rotation after it has seen one pair and before it asks for another.
struct Stopped {
    strace: Child,
    akm: String,
}

impl Stopped {
    fn start(other: &Env) -> Self {
        let mut strace = Command::new("strace");
        strace.args(["-q", "-o", "trace", "-e", "trace=connect"]);
        strace.args(["-e", "inject=connect:signal=STOP:when=2"]);
        strace.arg(env!("CARGO_BIN_EXE_akm")).args(ROTATE);
        strace.stdout(Stdio::piped()).stderr(Stdio::piped());
        other.dress(&mut strace);
        let strace = strace.spawn().unwrap();
        let stopped = |trace: String| trace.contains("--- stopped by SIGSTOP ---");
        while !std::fs::read_to_string(other.path("trace")).is_ok_and(stopped) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let children = format!("/proc/{0}/task/{0}/children", strace.id());
        let akm = std::fs::read_to_string(children).unwrap().trim().to_owned();
        Self { strace, akm }
    }

    fn goes_on(self) -> Ran {
        let go = Command::new("kill").args(["-CONT", &self.akm]).status();
        assert!(go.unwrap().success());
        without_endpoint(Ran::from(self.strace.wait_with_output().unwrap()))
    }
}

/// Both have seen one pair; the first is done before the second asks for another.
#[test]
fn at_the_same_moment() {
    if !have("strace") {
        return;
    }
    for more in [["--overlap", "2d"], ["--overlap", "0s"]] {
        let both = Machines::start();
        let second = Stopped::start(&both.other);
        let new = both.rotated(&more);
        let (ids, before) = ([&*both.old, &*new], both.live());
        second.goes_on().said(
            &ids,
            8,
            "",
            "warning: `<ID2>` appeared around a create, and akm cannot account for it: it is a suspect\n\
             error: a create for RAM user `alice` was refused, and a pair appeared beside it: \
             the owner has as many AccessKey pairs as it may: CreateAccessKey: LimitExceeded.User.AccessKey: \
             The access key count of the user access keys beyond the current limits.\n\
             request id: <REQUEST>\nhint: `akm list --refresh` shows them\n",
        );
        assert_eq!(both.live(), before);
        let dismiss = both.the_other(&["recover", "--dismiss", &new]);
        assert_eq!(dismiss.code, 0, "{}", dismiss.stderr);
        assert_eq!(both.the_other(&ROTATE).code, 4);
        assert_eq!(both.live(), before);
        both.one.env.days_pass_for("alice", 3);
        assert_eq!(both.rotated(&["--finish"]), new);
    }
}

/// The first has made room in the meantime: the second's pair is made and held, and that of the first is left alone. Its answer says which
/// pair is whose.
#[test]
fn at_the_same_moment_and_there_is_room() {
    if !have("strace") {
        return;
    }
    let both = Machines::start();
    let second = Stopped::start(&both.other);
    let new = both.rotated(&["--overlap", "0s", "--delete-old"]);
    let ran = second.goes_on();
    let third = ran.stdout.trim();
    let ids = [&*both.old, &*new, third];
    ran.said(
        &ids,
        0,
        "<ID3>\n",
        "New: <ID3> (Active, verified), of RAM user alice in dev (account <ACCOUNT>). Old: <ID1> (deleted).\n",
    );
    let active = |id: &str| Live {
        id: id.to_owned(),
        active: true,
    };
    assert_eq!(both.live(), [active(&new), active(third)]);
    assert_eq!(both.the_other(&["verify", third]).code, 0);
    let hint = "`akm list --refresh` shows them";
    both.the_one(&ROTATE)
        .said(&[&new, third], 4, "", &two("Active", hint));
}

/// Eight at once on each: the cloud's two pairs are made by whom it may be, each is held where it was made, and nobody else is told
/// that he made one.
#[test]
fn sixteen_creates_from_two_machines() {
    let one = Served::start();
    let other = Env::light().without_overlap();
    one.serving.add_profile(&other, "dev");
    let started: Vec<_> = (0..16)
        .map(|number| start([&one.env, &other][number % 2], &CREATE))
        .collect();
    let ran = ends(started);
    let point = format!("{ran:?}");
    let mut made: Vec<&str> = ran.iter().map(|ran| ran.stdout.trim()).collect();
    made.retain(|id| !id.is_empty());
    made.sort_unstable();
    let mut live = truth::live_of(&one.env, "alice");
    live.sort();
    let live: Vec<&str> = live.iter().map(|pair| pair.id.as_str()).collect();
    assert_eq!(live, made, "{point}");
    assert_eq!(made.len(), 2, "{point}");
    for (number, ran) in ran.iter().enumerate() {
        assert!([0, 4, 8].contains(&ran.code), "{point}");
        let env = [&one.env, &other][number % 2];
        if ran.code == 0 {
            assert_eq!(env.akm(&["verify", ran.stdout.trim()]).code, 0, "{point}");
        }
    }
}

/// The other's pair, imported, is neither taken for what a lost create made nor called a suspect.
#[test]
fn an_imported_pair_does_not_stand_for_a_lost_create() {
    let both = Machines::start();
    both.lose_a_create();
    let made = both.the_other(&CREATE);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let csv = both.the_other(&["export", made.stdout.trim(), "--csv", "-"]);
    let imported = both.one.env.akm_fed(&["import", "-"], &csv.stdout);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    both.is_undecided();
}

/// A pair that comes back out of the recycle bin is not what a lost create made, though its secret is held.
#[test]
fn a_restored_pair_does_not_stand_for_a_lost_create() {
    let both = Machines::start();
    let delete = ["delete", &both.old, "--force", "-y"];
    assert_eq!(both.the_one(&delete).code, 0);
    both.lose_a_create();
    let restored = both.the_other(&["restore", &both.old, "--active"]);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    both.is_undecided();
}
