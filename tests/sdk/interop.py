"""A pair that akm made signs here, by both signatures, and a pair made here goes back to akm as the console's CSV.

Standard input: one JSON object, {"endpoint", "ram_user", "access_key_id", "access_key_secret", "administrator": [id, secret]}."""

import json
import sys

from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501 import models as ram
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

GIVEN = json.load(sys.stdin)
ADDRESS = GIVEN["endpoint"].removeprefix("http://")
PAIR = (GIVEN["access_key_id"], GIVEN["access_key_secret"])


def new(service, pair):
    return service(
        Config(
            access_key_id=pair[0],
            access_key_secret=pair[1],
            endpoint=ADDRESS,
            protocol="http",
            region_id="cn-hangzhou",
        )
    )


caller = new(Sts, PAIR).get_caller_identity().body
assert caller.arn.endswith(":user/" + GIVEN["ram_user"]), caller.arn

old = AcsClient(*PAIR, "cn-hangzhou")
request = CommonRequest(domain=ADDRESS, version="2015-04-01", action_name="GetCallerIdentity")
request.set_accept_format("json")
assert json.loads(old.do_action_with_exception(request))["Arn"] == caller.arn

administrator = new(Ram, GIVEN["administrator"])
made = administrator.create_access_key(ram.CreateAccessKeyRequest(user_name=GIVEN["ram_user"]))
pair = made.body.access_key
print(f"AccessKey ID,AccessKey Secret\n{pair.access_key_id},{pair.access_key_secret}")
