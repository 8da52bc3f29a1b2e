"""How the sandbox behaves under `--rate 5 --propagation 800ms`, and what is executed although its answer is lost. The line that
the server printed comes on standard input."""

import json
import sys
import time
import urllib.request

from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501 import models as ram
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi import exceptions as tea
from alibabacloud_tea_openapi.models import Config

SANDBOX = json.load(sys.stdin)


def new(service, id=SANDBOX["access_key_id"], secret=SANDBOX["access_key_secret"]):
    address = SANDBOX["endpoint"].removeprefix("http://")
    return service(Config(access_key_id=id, access_key_secret=secret, endpoint=address, protocol="http"))


def control(**order):
    request = urllib.request.Request(
        SANDBOX["endpoint"] + "/_control",
        json.dumps(order).encode(),
        {"authorization": "Bearer " + SANDBOX["control_token"]},
    )
    urllib.request.urlopen(request).read()


client = new(Ram)
client.create_user(ram.CreateUserRequest(user_name="alice"))
throttled = []
for _ in range(12):
    try:
        client.get_user(ram.GetUserRequest(user_name="alice"))
    except tea.ThrottlingException as error:
        throttled.append(error.retry_after)
assert throttled and all(1 <= wait <= 201 for wait in throttled), throttled
client.list_policies_for_user(ram.ListPoliciesForUserRequest(user_name="alice"))
time.sleep(throttled[-1] / 1000)
client.get_user(ram.GetUserRequest(user_name="alice"))

start = time.monotonic()
pair = client.create_access_key(ram.CreateAccessKeyRequest(user_name="alice")).body.access_key
refused = 0
while True:
    try:
        new(Sts, pair.access_key_id, pair.access_key_secret).get_caller_identity()
        break
    except tea.ClientException as error:
        assert error.code in ("InvalidAccessKeyId.NotFound", "Throttling.User"), error
        refused += error.code == "InvalidAccessKeyId.NotFound"
        time.sleep(0.05)
assert refused > 3 and 0.7 < time.monotonic() - start < 2.5, refused


def lost(**order):
    control(action="CreateAccessKey", **order)
    try:
        client.create_access_key(ram.CreateAccessKeyRequest(user_name="alice"))
    except Exception as error:
        return error
    raise AssertionError(order)


def pairs():
    time.sleep(0.25)
    listed = client.list_access_keys(ram.ListAccessKeysRequest(user_name="alice"))
    return [key.access_key_id for key in listed.body.access_keys.access_key]


def executed():
    """Whether there is a second pair; it is deleted then."""
    found = [id for id in pairs() if id != pair.access_key_id]
    for id in found:
        client.delete_access_key(ram.DeleteAccessKeyRequest(user_name="alice", user_access_key_id=id))
    return len(found) == 1


for order, done in [
    ({"fault": "lose-request"}, False),
    ({"fault": "fail-before", "status": 502}, False),
    ({"fault": "throttle"}, False),
    ({"fault": "lose-answer"}, True),
    ({"fault": "cut-body"}, True),
    ({"fault": "fail-after"}, True),
]:
    time.sleep(0.25)
    lost(**order)
    assert executed() == done, order
time.sleep(0.25)
lost(fault="execute-late", delay_ms=1500)
assert len(pairs()) == 1
time.sleep(1.5)
assert executed(), "late"
