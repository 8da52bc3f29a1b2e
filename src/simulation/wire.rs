//! The way from one run of akm to the cloud, where everything may go wrong; and who else is at work meanwhile.

use super::cloud::{self, ACCOUNT, Direct, Late, Maker, about};
use super::fate::die;
use super::faults::{Fault, action, response};
use super::world::World;
use crate::cloud::Client;
use crate::cloud::transport::{Request, Response, Service, Transport, Undelivered};
use crate::core::access_key::{AccessKey, AccessKeyId, Status};
use crate::core::time;
use crate::sys::clock::Clock;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) struct Wire {
    pub(super) world: Arc<World>,
    pub(super) run: u32,
}

impl Transport for Wire {
    fn send(
        &self,
        _service: Service,
        request: &Request,
        _limit: usize,
        _fresh: bool,
    ) -> Result<Response, Undelivered> {
        let world = &self.world;
        world.clock.turn(TimeDelta::milliseconds(50));
        world.cloud.arrive();
        self.others_act();
        world.ledger.judge(world, self.run, request);
        let on = about(request).map_or_else(String::new, |id| id.to_string());
        if world.fate.effect(action(request), &on) {
            self.half_sent(request);
            die();
        }
        match world.fate.fault() {
            Some(fault) => self.go_wrong(fault, request),
            None => Ok(self.execute(request)),
        }
    }

    fn host(&self, _service: Service) -> String {
        "sandbox.akm".to_owned()
    }

    fn tries(&self) -> u32 {
        self.world.nature.tries
    }

    fn may_execute_late(&self) -> bool {
        self.world.nature.network
    }
}

impl Wire {
    /// For what others do between two runs.
    pub(super) fn stranger(world: &Arc<World>) -> Self {
        let world = world.clone();
        Self { world, run: 0 }
    }

    fn execute(&self, request: &Request) -> Response {
        let world = &self.world;
        let lag = world.nature.lag;
        if lag > 0 && action(request) == "ListAccessKeys" && world.fate.one_in(2) {
            return self.late_list(request, lag);
        }
        let mut response = self.world.cloud.execute(request, Maker::Run(self.run));
        if self.world.nature.elsewhere && action(request) == "GetCallerIdentity" {
            let told = String::from_utf8_lossy(&response.body);
            response.body = told.replace(ACCOUNT, "6543210987654321").into_bytes();
        }
        self.world.ledger.learn(self.run, request, &response);
        response
    }

    /// Shows how the owner's pairs were within so many seconds.
    fn late_list(&self, request: &Request, lag: usize) -> Response {
        let world = &self.world;
        let span = TimeDelta::seconds(world.fate.below(lag).try_into().unwrap());
        let body = list(&world.cloud.lagging(span));
        let answer = response(200, body, world.cloud.clock.now());
        world.ledger.learn(self.run, request, &answer);
        answer
    }

    /// Killed while it waited for the answer: done, still under way, or lost.
    fn half_sent(&self, request: &Request) {
        match self.world.fate.below(3) {
            0 => drop(self.world.cloud.execute(request, Maker::Run(self.run))),
            1 if self.world.nature.network => self.delay(request),
            _ => (),
        }
    }

    fn delay(&self, request: &Request) {
        let world = &self.world;
        let seconds = 1 + world.fate.below(900);
        let until = world.cloud.clock.now() + TimeDelta::seconds(seconds.try_into().unwrap());
        let (request, by) = (request.clone(), Maker::Run(self.run));
        let typed = about(&request).is_some_and(|id| world.ledger.book().is_word(&id));
        world.cloud.delay(Late {
            until,
            request,
            by,
            typed,
        });
    }

    fn go_wrong(&self, fault: Fault, request: &Request) -> Result<Response, Undelivered> {
        let world = &self.world;
        let now = world.cloud.clock.now();
        let execute = || world.cloud.execute(request, Maker::Run(self.run));
        match fault {
            Fault::Lagging if action(request) == "ListAccessKeys" => {
                Ok(self.late_list(request, 20))
            }
            Fault::Lagging if !cloud::signed_by_console(request) => {
                world
                    .ledger
                    .learn(self.run, request, &response(404, Vec::new(), now));
                fault.answer(None, now)
            }
            Fault::Lagging => Ok(self.execute(request)),
            // These answers have no field that could be missing.
            Fault::FieldMissing if cloud::changes(request) && about(request).is_some() => {
                Ok(self.execute(request))
            }
            Fault::LimitExceeded if action(request) != "CreateAccessKey" => {
                Fault::Throttled.answer(None, now)
            }
            Fault::ExecutedLate => {
                self.delay(request);
                fault.answer(None, now)
            }
            Fault::Timeout => {
                world.clock.turn(TimeDelta::seconds(30));
                self.half_sent(request);
                fault.answer(None, now)
            }
            // Whoever answers in the cloud's place may have handed it on.
            Fault::NoApiError => {
                self.half_sent(request);
                fault.answer(None, now)
            }
            Fault::NamesAnother if action(request) == "CreateAccessKey" => {
                let (known, answer) = (world.some_known(), execute());
                match known.filter(|_| answer.status == 200) {
                    Some(id) => Ok(naming(&id, answer)),
                    None => fault.answer(Some(&answer), now),
                }
            }
            Fault::DateOff => {
                let mut answer = self.execute(request);
                let minutes = [20, -20, 30 * 24 * 60, -30 * 24 * 60];
                let off = TimeDelta::minutes(minutes[world.fate.below(minutes.len())]);
                answer.date = Some(now + off);
                Ok(answer)
            }
            // Some copy of it arrived; what comes of that one may take its time.
            Fault::NonceUsed if world.fate.one_in(2) => {
                self.delay(request);
                fault.answer(None, now)
            }
            fault if fault.executes() => fault.answer(Some(&execute()), now),
            fault => fault.answer(None, now),
        }
    }

    /// Between two of our calls: a second actor in the console, and another akm on this machine.
    fn others_act(&self) {
        let world = &self.world;
        let rates = world.fate.rates();
        if world.fate.intrudes() {
            self.stranger_creates();
        }
        if world.fate.one_in(rates.actor) {
            self.stranger_acts();
        }
        if world.fate.one_in(rates.rival) {
            world.rival();
        }
    }

    /// The second actor, in the console.
    fn console(&self) -> Client {
        let wire = Arc::new(Direct(self.world.cloud.clone()));
        cloud::client(wire, self.world.clock.clone())
    }

    fn stranger_creates(&self) {
        let client = self.console();
        let made = client.prepare_pair(&cloud::owner()).unwrap();
        let made = client.create_pair(&made);
        self.world
            .fate
            .tell(|| format!("       a stranger creates: {:?}", made.map(|pair| pair.id)));
    }

    pub(super) fn stranger_acts(&self) {
        let world = &self.world;
        let live = world.cloud.live();
        if live.is_empty() || world.fate.one_in(3) {
            return self.stranger_creates();
        }
        let (client, owner) = (self.console(), cloud::owner());
        let key = &live[world.fate.below(live.len())];
        let done = match world.fate.below(3) {
            0 => client.set_status(&owner, &key.id, Status::Inactive),
            1 => client.set_status(&owner, &key.id, Status::Active),
            _ => client.delete_pair(&owner, &key.id),
        };
        done.unwrap();
        world.ledger.stranger_harmed(&key.id);
        world.fate.tell(|| {
            let now = world.cloud.status(&key.id);
            format!("       a stranger touches {}: {now:?}", key.id)
        });
    }
}

/// The answer to a create, with that id in the place of the one that was made.
fn naming(id: &AccessKeyId, mut answer: Response) -> Response {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["AccessKey"]["AccessKeyId"] = id.as_str().into();
    answer.body = body.to_string().into_bytes();
    answer
}

fn list(keys: &[AccessKey]) -> Vec<u8> {
    let shown = keys.iter().map(|key| {
        json!({
            "AccessKeyId": key.id,
            "Status": key.status,
            "CreateDate": time::format(key.created_at),
        })
    });
    let shown: Vec<_> = shown.collect();
    json!({ "AccessKeys": { "AccessKey": shown } })
        .to_string()
        .into_bytes()
}
