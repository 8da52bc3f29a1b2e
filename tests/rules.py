"""The rules of the planner, each with the text that holds it and with what stands there without it: for `tests/safeguards plan`."""

PLAN, SEEN, OPEN_WORK = "src/core/plan.rs", "src/core/seen.rs", "src/core/open_work.rs"

# Name: file, text in the source, which is there once, and the text without the rule.
RULES = {
    "what leaked is disabled first, without a look": (
        PLAN,
        "open.leaked.difference(&seen.asked).next();",
        "open.leaked.difference(&seen.asked).next().filter(|_| false);",
    ),
    "what is being restored is asked for without a look": (
        PLAN,
        "open.restoring.keys().find(|id| !seen.resumed.contains(id));",
        "open.restoring.keys().find(|_| false);",
    ),
    "what a rollback brings back is enabled without a look": (
        PLAN,
        "open.replacement.as_ref().filter(is_returning);",
        "open.replacement.as_ref().filter(is_returning).filter(|_| false);",
    ),
    "a rollback enables nothing once it is delivered": (
        PLAN,
        "it.rolled_back && it.delivered_at.is_none();",
        "it.rolled_back;",
    ),
    "a create is given up only once no list can lack its pair": (
        SEEN,
        "request.signed_at + self.expiry + self.lag",
        "request.signed_at + self.expiry",
    ),
    "a create is given up only by a list from after that": (
        PLAN,
        "let is_newer = list.asked_at >= decided;",
        "let is_newer = list.asked_at >= decided || true;",
    ),
    "a made pair is saved where the store has lost its secret": (
        PLAN,
        "seen.readable.contains(id) && seen.claimed.contains(id);",
        "seen.claimed.contains(id);",
    ),
    "a made pair is saved where metadata does not say so": (
        PLAN,
        "seen.readable.contains(id) && seen.claimed.contains(id);",
        "seen.readable.contains(id);",
    ),
    "the secret of what leaked is not saved again": (
        PLAN,
        "let mut made = open.made.keys().filter(|id| !open.leaked.contains(*id));",
        "let mut made = open.made.keys();",
    ),
    "another pair is handed out before the leaked one goes": (
        PLAN,
        "(Some(id), _) if self.is_target_leaked() =>",
        "(Some(id), _) if false =>",
    ),
    "a leaked pair goes only once another one is usable": (
        PLAN,
        "            (Some(_), Some(leaked)) => Some(Step::Delete(leaked)),",
        "            (_, Some(leaked)) => Some(Step::Delete(leaked)),",
    ),
    "what leaked and is gone is replaced, too": (
        PLAN,
        "(None, there) => Some(self.stand_in(there)),",
        "(None, Some(there)) => Some(self.stand_in(Some(there))),\n            (None, None) => self.secret_of_leaked(),",
    ),
    "a leaked pair is deleted where that makes room": (
        PLAN,
        "            (None, Some(leaked)) => Step::Delete(leaked),\n            (None, None) =>",
        "            (None, _) =>",
    ),
    "no pair is made for a leak while something is undecided": (
        PLAN,
        "let undecided = self.undecided();",
        "let undecided: Option<Step> = None;",
    ),
    "the secret of what leaked goes with it": (
        PLAN,
        "stored.next().map(|id| Step::DropSecret(id.clone()))",
        "stored.next().map(|id| Step::DropSecret(id.clone())).filter(|_| false)",
    ),
    "only an Active pair can take the place of a leaked one": (
        PLAN,
        "self.sight(id) == Sight::Active && is_saved",
        "is_saved",
    ),
    "only a pair that can be read takes the place of a leaked one": (
        PLAN,
        "let usable = seen.readable.iter().filter(is_usable);",
        "let usable = seen.list.iter().flat_map(|it| it.pairs.keys()).filter(|id| self.sight(id) == Sight::Active && !open.leaked.contains(*id));",
    ),
    "no pair with another one's secret takes the place of a leaked one": (
        PLAN,
        "seen.readable.contains(*id) && !is_wrong;",
        "seen.readable.contains(*id);",
    ),
    "no leaked pair takes the place of a leaked one": (
        PLAN,
        "&& is_saved && !open.leaked.contains(*id)",
        "&& is_saved",
    ),
    "the newest pair takes the place of a leaked one": (
        PLAN,
        "usable.max_by_key(",
        "usable.min_by_key(",
    ),
    "the new pair of a rotation takes the place of a leaked one first": (
        PLAN,
        "incoming.filter(is_usable).or_else(newest)",
        "incoming.filter(|_| false).or_else(newest)",
    ),
    "what takes the place of a leaked pair is verified first": (
        PLAN,
        "_ if self.seen.verified.contains_key(&id) => Step::Deliver(id),",
        "_ if true => Step::Deliver(id),",
    ),
    "what takes the place of a leaked pair is verified once a run": (
        PLAN,
        "true => Step::Wait(Wait::Lag),",
        "true => Step::Verify(id, None),",
    ),
    "a leak is dealt with before a rotation goes on": (
        PLAN,
        "        Plan::leaks,\n        Plan::incoming,\n        Plan::outgoing,",
        "        Plan::incoming,\n        Plan::outgoing,\n        Plan::leaks,",
    ),
    "the new pair is verified before it is delivered": (
        PLAN,
        "let step = self.unless_works(&it.new, None);",
        "let step: Option<Step> = None;",
    ),
    "the new pair is verified before the old one is taken away": (
        PLAN,
        "let works = self.unless_works(&it.new, proof_from);",
        "let works = self.unless_works(&it.new, proof_from).filter(|_| false);",
    ),
    "there are two seconds between the two proofs": (
        PLAN,
        "it.delivered_at.map(|at| at + self.seen.limits.proof);",
        "it.delivered_at;",
    ),
    "a rotation ends where somebody enables the old pair": (
        PLAN,
        "(Sight::Active, Some(_)) => return Some(Step::Undone),",
        "(Sight::Active, Some(_)) => None,",
    ),
    "the old pair stays Active for the overlap": (
        PLAN,
        "(Sight::Active, None) => overlap.map(Wait::Overlap),",
        "(Sight::Active, None) => None,",
    ),
    "the old pair stays Inactive for the grace": (
        PLAN,
        "(Sight::Inactive, Some(_)) => grace.map(Wait::Grace),",
        "(Sight::Inactive, Some(_)) => None,",
    ),
    "a person can end the grace": (
        PLAN,
        "*end > self.now && self.ask != Ask::EndGrace",
        "*end > self.now",
    ),
    "the old pair is disabled before it is deleted": (
        PLAN,
        "let is_disabled = it.disabled_at.is_some();",
        "let is_disabled = true;",
    ),
    "the secret of the new pair can be read": (
        PLAN,
        "_ if !self.seen.readable.contains(id) => Step::Stop(Stop::NotHeld),",
        "_ if false => Step::Stop(Stop::NotHeld),",
    ),
    "a pair that was disabled since is not taken for verified": (
        PLAN,
        "_ if is_verified && !was_disabled => return None,",
        "_ if is_verified => return None,",
    ),
    "another pair's secret is called by its name": (
        PLAN,
        "_ if failed == Some(&Failed::WrongSecret) =>",
        "_ if false =>",
    ),
    "the new pair is asked before a list is believed": (
        PLAN,
        "_ if failed.is_none() && !was_disabled =>",
        "Sight::Active if failed.is_none() && !was_disabled =>",
    ),
    "nothing is made or closed while a create is undecided": (
        PLAN,
        "request.or(restore).map(Step::Wait)",
        "restore.map(Step::Wait)",
    ),
    "nothing is made or closed while a restore is undecided": (
        PLAN,
        "request.or(restore).map(Step::Wait)",
        "request.map(Step::Wait)",
    ),
    "a run makes what it was asked for once": (
        PLAN,
        "!matches!(self.ask, Ask::Create | Ask::Rotate) || self.seen.has_requested",
        "!matches!(self.ask, Ask::Create | Ask::Rotate)",
    ),
    "no pair is made where there are as many as allowed": (
        PLAN,
        "let is_full = count >= self.seen.limits.pairs;",
        "let is_full = count > self.seen.limits.pairs;",
    ),
    "only one pair is rotated": (
        PLAN,
        "_ if is_full || rotates && count > 1 =>",
        "_ if is_full =>",
    ),
    "nothing is rotated where there is no pair": (
        PLAN,
        "0 if rotates =>",
        "0 if false =>",
    ),
    "the journal stays until a later run has read the secret back": (
        PLAN,
        "() if self.is_unproven() =>",
        "() if false =>",
    ),
    "the secret of what leaked need not be read back": (
        PLAN,
        "let mut kept = open.made.keys().filter(|id| !open.leaked.contains(*id));",
        "let mut kept = open.made.keys();",
    ),
    "no rotation follows one that was cut short": (
        PLAN,
        "Ask::Rotate if !is_waiting && !is_free =>",
        "Ask::Rotate if false =>",
    ),
    "a rotation may follow one that waits for its time": (
        PLAN,
        "Ask::Rotate if !is_waiting && !is_free =>",
        "Ask::Rotate if !is_free =>",
    ),
    "a rotation without an overlap does not wait": (
        OPEN_WORK,
        "(Some(_), None) => self.spans.overlap > TimeDelta::zero(),",
        "(Some(_), None) => true,",
    ),
    "a rotation without a grace does not wait": (
        OPEN_WORK,
        "(Some(_), Some(_)) => self.spans.grace > TimeDelta::zero(),",
        "(Some(_), Some(_)) => true,",
    ),
    "a leak that a waiting rotation keeps in the journal ends": (
        PLAN,
        "fails.flatten().or_else(|| self.leak_is_over());",
        "fails.flatten();",
    ),
    "a leak that a secret to be read back keeps in the journal ends": (
        PLAN,
        "let over = self.leak_is_over();",
        "let over = None;",
    ),
    "the leak of a pair that may come back does not end": (
        PLAN,
        "leaked.find(|id| !self.open.restoring.contains_key(*id));",
        "leaked.next();",
    ),
    "the journal goes with the replacement": (
        PLAN,
        "if is_alone && !self.is_unproven() {",
        "if false {",
    ),
    "the journal does not go with a replacement beside what is unfinished": (
        PLAN,
        "if is_alone && !self.is_unproven() {",
        "if !self.is_unproven() {",
    ),
    "the journal does not go with a replacement before a secret was read back": (
        PLAN,
        "if is_alone && !self.is_unproven() {",
        "if is_alone {",
    ),
    "a list says whether a replaced pair is there": (
        SEEN,
        ".filter_map(|id| open.made.get(id).filter(|made| !made.replaced))",
        ".filter_map(|id| open.made.get(id))",
    ),
    "no rotation follows a leak": (
        PLAN,
        "let is_free = open.leaked.is_empty() && replacement",
        "let is_free = replacement",
    ),
    "an answer counts more than a list": (
        SEEN,
        ".filter(|answer| self.beats_the_list(answer.at))",
        ".filter(|_| false)",
    ),
    "a list counts more than an answer that is older than the lag": (
        SEEN,
        ".filter(|answer| self.beats_the_list(answer.at))",
        ".filter(|_| true)",
    ),
    "an answer counts more than a list for the lag of lists": (
        SEEN,
        "list.asked_at < at + self.limits.lag)",
        "list.asked_at < at)",
    ),
    "the answer to an earlier run's disabling counts": (
        SEEN,
        "self.answers.get(id).copied().or(disabled);",
        "self.answers.get(id).copied().or(disabled.filter(|_| false));",
    ),
    "what was made lately is there": (
        SEEN,
        "[Some(id), replacement.map(|it| &it.new)]",
        "[None, replacement.map(|it| &it.new)]",
    ),
    "what is replaced was there lately": (
        SEEN,
        "[Some(id), replacement.map(|it| &it.new)]",
        "[Some(id), replacement.map(|it| &it.new).filter(|_| false)]",
    ),
    "what was restored lately is there": (
        SEEN,
        "made.chain(restored).any(",
        "made.chain(restored.filter(|_| false)).any(",
    ),
    "a leak ends the replacement": (
        OPEN_WORK,
        "                self.end_replacement_of(&id);\n                self.leaked.insert(id);",
        "                self.leaked.insert(id);",
    ),
    "a person's withdrawal ends the replacement": (
        OPEN_WORK,
        "                self.end_replacement_of(&id);\n                self.leaked.remove(&id);",
        "                self.leaked.remove(&id);",
    ),
    "a person's withdrawal ends the leak": (
        OPEN_WORK,
        "                self.leaked.remove(&id);",
        "",
    ),
    "a restore ends the replacement": (
        OPEN_WORK,
        "                self.end_replacement_of(&id);\n                self.restored.remove(&id);",
        "                self.restored.remove(&id);",
    ),
    "a leaked pair is no pair to go back to": (
        OPEN_WORK,
        "replaces.filter(|it| !self.leaked.contains(&it.old))",
        "replaces",
    ),
    "what was restored is no more so once it is restored again": (
        OPEN_WORK,
        "                self.restored.remove(&id);",
        "",
    ),
    "only the new pair is delivered": (
        OPEN_WORK,
        ".filter(|it| it.new == id)",
        ".filter(|_| true)",
    ),
    "only the old pair's disabling counts": (
        OPEN_WORK,
        ".filter(|it| it.old == id)",
        ".filter(|_| true)",
    ),
    "a rotation begins once its pair is created": (
        OPEN_WORK,
        "self.request.take().and_then(|request| request.replaces);",
        "self.request.take().and_then(|request| request.replaces).filter(|_| false);",
    ),
    "the times of a rotation can be changed while its create is undecided": (
        OPEN_WORK,
        "requested.into_iter().chain(begun)",
        "requested.filter(|_| false).into_iter().chain(begun)",
    ),
    "the times of a rotation can be changed": (
        OPEN_WORK,
        "requested.into_iter().chain(begun)",
        "requested.into_iter().chain(begun.filter(|_| false))",
    ),
    "a rollback has no overlap": (
        OPEN_WORK,
        "it.spans.overlap = TimeDelta::zero();",
        "",
    ),
    "a rollback is delivered anew": (
        OPEN_WORK,
        "(it.rolled_back, it.delivered_at, it.disabled_at) = (true, None, None);",
        "(it.rolled_back, it.disabled_at) = (true, None);",
    ),
    "the grace of a rollback begins anew": (
        OPEN_WORK,
        "(it.rolled_back, it.delivered_at, it.disabled_at) = (true, None, None);",
        "(it.rolled_back, it.delivered_at) = (true, None);",
    ),
    "a rollback is remembered": (
        OPEN_WORK,
        "(it.rolled_back, it.delivered_at, it.disabled_at) = (true, None, None);",
        "(it.delivered_at, it.disabled_at) = (None, None);",
    ),
}
