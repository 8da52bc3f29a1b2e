//! Answers that are not the cloud's own: a gateway that speaks in its place, or tells another time.

use crate::support::between::{Between, date_after, dated, with};
use crate::support::env::{Env, Ran};
use crate::support::http::http;
use crate::support::kill_served::EXPIRY;
use crate::support::serving::Serving;
use crate::support::truth;
use chrono::TimeDelta;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A home whose profile reaches its served sandbox through a gateway; with the RAM user alice.
struct Reached {
    env: Env,
    between: Between,
    _serving: Serving,
}

impl Reached {
    fn start() -> Self {
        let env = Env::light().without_overlap();
        let serving = Serving::start(&env, &["--persist"]);
        let between = Between::before(&serving);
        serving.add_profile_by(&env, "dev", &between.endpoint, &[]);
        let reached = Self {
            env,
            between,
            _serving: serving,
        };
        reached.done(&["user", "create", "alice"]);
        reached
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let ran = self.env.akm(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// The gateway answers every request of that action by itself, and hands none on.
    fn instead(&self, action: &'static str, answer: Vec<u8>) {
        let answer = String::from_utf8(answer).unwrap();
        self.between.say(move |asked, hand_on| {
            if asked == action {
                answer.clone()
            } else {
                hand_on()
            }
        });
    }

    /// The answers to that action are dated so much later than they are.
    fn later(&self, action: &'static str, span: TimeDelta) {
        self.between.say(move |asked, hand_on| {
            let answer = hand_on();
            if asked == action {
                dated(&answer, Some(&date_after(span)))
            } else {
                answer
            }
        });
    }

    /// No answer is dated.
    fn undated(&self) {
        self.between.say(|_, hand_on| dated(&hand_on(), None));
    }

    fn live(&self) -> Vec<truth::Live> {
        truth::live_of(&self.env, "alice")
    }

    /// What `recover --list` has in its last column.
    fn not_before(&self) -> String {
        let open = self.env.akm(&["recover", "--list", "--json"]).json();
        open["open"][0]["not_before"].as_str().unwrap().to_owned()
    }

    /// When the open request was signed, and so long after.
    fn after_signed(&self, minutes: i64) -> String {
        let journal = std::fs::read_to_string(self.env.journal_of("alice")).unwrap();
        let (_, at) = journal.split_once("\"signed_at\":\"").unwrap();
        let at: chrono::DateTime<chrono::Utc> = at[..20].parse().unwrap();
        let after = at + TimeDelta::minutes(minutes);
        after.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }
}

/// Standard error without the endpoint's line, and without the seconds by which clocks differ.
fn said(ran: &Ran, ids: &[&str]) -> String {
    let lines = ran.stderr.lines();
    let lines = lines.filter(|line| !line.contains("the endpoint is"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let text = crate::support::env::named(&text, ids);
    let word = |word: &str| match word.parse::<u64>() {
        Ok(_) => "<SECONDS>".to_owned(),
        Err(_) => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

const CREATE: [&str; 3] = ["create", "--ram-user", "alice"];
const UNDECIDED: &str = "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
     hint: run `akm recover` after <TIME>\n";

/// Only a code that is known to be a refusal says that nothing was made: a gateway may have handed the request on.
#[test]
fn a_create_that_no_known_code_refuses_is_undecided() {
    let html = "<html>no</html>";
    let none = "the cloud's answer makes no sense: CreateAccessKey: the answer is not an API error";
    let busy = "the cloud is not available just now: CreateAccessKey: Throttling: slow";
    let cases = [
        (http("408 Request Timeout", html), none),
        (http("404 Not Found", html), none),
        (http("499 Gone", ""), none),
        (http("307 Temporary Redirect\r\nlocation: /x", ""), none),
        (http("403 Forbidden", "{}"), none),
        (
            http(
                "400 Bad Request",
                r#"{"Code":"Some.Thing","Message":"new"}"#,
            ),
            "the cloud answers with an error that akm does not know: CreateAccessKey: Some.Thing: new",
        ),
        (
            http("503 Busy", r#"{"Code":"Throttling","Message":"slow"}"#),
            busy,
        ),
        (
            http("302 Found", r#"{"Code":"Throttling","Message":"slow"}"#),
            "the cloud's answer makes no sense: CreateAccessKey: Throttling: slow",
        ),
    ];
    let reached = Reached::start();
    for (answer, why) in cases {
        reached.instead("CreateAccessKey", answer);
        let ran = reached.env.akm(&CREATE);
        let told = format!(
            "error: nobody knows yet whether a pair was made for RAM user `alice`: {why}\n\
             hint: run `akm recover` after <TIME>\n"
        );
        assert_eq!((said(&ran, &[]), ran.code), (told, 8));
        reached.between.be_still();
        let again = reached.env.akm(&CREATE);
        assert_eq!(
            (said(&again, &[]).as_str(), again.code),
            (UNDECIDED, 7),
            "{why}"
        );
        assert_eq!(reached.live(), [], "{why}");
        reached.env.time_passes_for("alice", EXPIRY);
        reached.done(&["recover"]);
    }
}

#[test]
fn a_pair_behind_a_gateways_answer_is_a_suspect() {
    let reached = Reached::start();
    let page = String::from_utf8(http("408 Request Timeout", "<html>")).unwrap();
    reached.between.say(move |asked, hand_on| {
        let answer = hand_on();
        if asked == "CreateAccessKey" {
            page.clone()
        } else {
            answer
        }
    });
    let ran = reached.env.akm(&CREATE);
    let told = "warning: `<ID>` appeared around a create, and akm cannot account for it: it is a suspect\n\
                error: the answer was lost and a pair appeared for RAM user `alice`: \
                the cloud's answer makes no sense: CreateAccessKey: the answer is not an API error\n\
                hint: look whether it is yours; run `akm recover` after <TIME>\n";
    assert_eq!((said(&ran, &[]).as_str(), ran.code), (told, 8));
    let suspects = truth::check(&reached.env, "a gateway's answer").suspects;
    assert_eq!(suspects, [reached.live()[0].id.clone()]);
}

/// What is due is due by the cloud's clock, and one answer with another time is not believed.
#[test]
fn nothing_is_due_by_a_time_that_differs() {
    let reached = Reached::start();
    let old = reached.env.create("alice");
    let new = reached.done(&["rotate", "--ram-user", "alice", "--overlap", "2d"]);
    reached.later("ListAccessKeys", TimeDelta::days(30));
    let ran = reached.env.akm(&["recover"]);
    let told = "error: the rotation from `<ID1>` to `<ID2>` stopped half-way; both pairs are there: \
                this machine's clock is <SECONDS> s behind the cloud's: so says the answer to `ListAccessKeys`\n\
                hint: set the clock and try again\n";
    assert_eq!((said(&ran, &[&old, &new]).as_str(), ran.code), (told, 8));
    assert!(reached.live().iter().all(|pair| pair.active));
    assert_eq!(reached.live().len(), 2);
}

#[test]
fn nothing_is_decided_by_a_time_that_differs() {
    let reached = Reached::start();
    reached.instead("CreateAccessKey", http("408 Request Timeout", ""));
    assert_eq!(reached.env.akm(&CREATE).code, 8);
    for (minutes, side) in [(20, "behind"), (-20, "ahead of")] {
        reached.later("ListAccessKeys", TimeDelta::minutes(minutes));
        let ran = reached.env.akm(&["recover"]);
        let told = format!(
            "error: this machine's clock is <SECONDS> s {side} the cloud's: so says the answer to `ListAccessKeys`\n\
             hint: set the clock and try again\n"
        );
        assert_eq!((said(&ran, &[]), ran.code), (told, 1));
    }
    reached.between.be_still();
    let ran = reached.env.akm(&["recover"]);
    assert_eq!((said(&ran, &[]).as_str(), ran.code), (UNDECIDED, 7));
}

/// The pair that such an answer tells of is made and kept; only its time is not believed.
#[test]
fn a_secret_is_not_lost_for_a_time() {
    let reached = Reached::start();
    reached.later("CreateAccessKey", TimeDelta::days(30));
    let id = reached.env.create("alice");
    reached.done(&["verify", &id]);
    let record = reached.env.akm(&["log", "--json"]).stdout;
    let this_year = chrono::Utc::now().format("\"time\":\"%Y-%m-").to_string();
    assert_eq!(record.matches(&this_year).count(), record.lines().count());
    truth::check(&reached.env, "a create dated otherwise");
}

const NO_TIME: &str = "error: no answer of the cloud says what time it is there\n\
     hint: let a proxy or gateway on the way leave the header `Date` as it is, then the same command again\n";

/// By this machine's clock alone, nobody could tell when a create that got no answer is not executed any more.
#[test]
fn without_a_date_nothing_is_made() {
    let reached = Reached::start();
    reached.undated();
    let ran = reached.env.akm(&CREATE);
    assert_eq!((said(&ran, &[]).as_str(), ran.code), (NO_TIME, 1));
    assert_eq!(reached.live(), []);
    assert_eq!(truth::check(&reached.env, "no date").open, [""; 0]);
    reached.between.be_still();
    reached.env.create("alice");
}

/// The cloud's clock was seen when the request was made, and is not any more.
#[test]
fn without_a_date_nothing_is_decided() {
    let reached = Reached::start();
    reached.instead("CreateAccessKey", http("408 Request Timeout", ""));
    assert_eq!(reached.env.akm(&CREATE).code, 8);
    assert_eq!(reached.not_before(), reached.after_signed(21));
    reached.undated();
    reached.env.time_passes_for("alice", EXPIRY);
    let ran = reached.env.akm(&["recover"]);
    assert_eq!((said(&ran, &[]).as_str(), ran.code), (NO_TIME, 1));
    reached.between.be_still();
    reached.done(&["recover"]);
}

/// A time that akm could not read again is none, wherever it comes from.
#[test]
fn a_year_that_no_file_can_hold_is_not_taken() {
    let made = r#""CreateDate":""#;
    for odd in ["9999-12-31T23:59:59-23:59", "yesterday", ""] {
        let reached = Reached::start();
        reached.between.say(move |asked, hand_on| {
            let answer = hand_on();
            if asked == "CreateAccessKey" {
                let answer = dated(&answer, Some("Fri, 31 Dec 99999 23:59:59 GMT"));
                with(&answer, made, &format!(r#""CreateDate":"{odd}","X":""#))
            } else {
                answer
            }
        });
        kept(&reached, odd);
    }
    let reached = Reached::start();
    reached.between.say(move |asked, hand_on| {
        let answer = hand_on();
        if asked == "CreateAccessKey" {
            with(&answer, made, r#""CreateDate":1764000000,"X":""#)
        } else {
            answer
        }
    });
    kept(&reached, "a number");
}

/// A pair is made and held, and all that is written down can be read again.
#[track_caller]
fn kept(reached: &Reached, odd: &str) {
    let id = reached.env.create("alice");
    reached.done(&["verify", &id]);
    reached.done(&["log"]);
    truth::check(&reached.env, odd);
}

#[test]
fn a_list_with_such_a_year_is_a_bad_answer() {
    let reached = Reached::start();
    reached.env.create("alice");
    let before = reached.env.kept();
    reached.between.say(|asked, hand_on| {
        let answer = hand_on();
        if asked == "ListAccessKeys" {
            let odd = r#""CreateDate":"9999-12-31T23:59:59-23:59","X":""#;
            with(&answer, r#""CreateDate":""#, odd)
        } else {
            answer
        }
    });
    let ran = reached.env.akm(&["list", "--refresh"]);
    let why = "ListAccessKeys: the answer is not what the API promises";
    assert!(ran.code == 1 && ran.stderr.contains(why), "{}", ran.stderr);
    assert_eq!(reached.env.kept(), before);
}

/// A list may lag behind the create that a killed rotation made: the pair is asked with all the same.
#[test]
fn a_new_pair_that_is_not_listed_yet_is_not_taken_for_gone() {
    let reached = Reached::start();
    reached.env.create("alice");
    let list = Arc::new(Mutex::new(String::new()));
    let kept = list.clone();
    reached.between.say(move |asked, hand_on| {
        let answer = hand_on();
        if asked == "ListAccessKeys" {
            kept.lock().unwrap().clone_from(&answer);
        }
        answer
    });
    reached.done(&["verify", "--ram-user", "alice"]);
    reached.done(&["list", "--refresh"]);
    reached.between.be_still();
    let rotate = ["rotate", "--ram-user", "alice", "--overlap", "2d"];
    let new = reached.done(&rotate);
    reached.env.cut_after("created");
    let first = AtomicBool::new(true);
    reached.between.say(move |asked, hand_on| {
        let lags = asked == "ListAccessKeys" && first.swap(false, Ordering::Relaxed);
        if lags {
            list.lock().unwrap().clone()
        } else {
            hand_on()
        }
    });
    assert_eq!(reached.done(&rotate), new);
    reached.done(&["verify", &new]);
}
