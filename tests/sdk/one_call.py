"""One call and its answer, as a script makes it: `one_call.py HOST:PORT call list|create|whoami [USER]`."""

import sys

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_tea_openapi.models import Config

ENDPOINT, NAME = sys.argv[1], sys.argv[3]
CONFIG = Config(credential=Credentials(), endpoint=ENDPOINT, protocol="http", region_id="cn-hangzhou")

if NAME == "whoami":
    from alibabacloud_sts20150401.client import Client

    print(Client(CONFIG).get_caller_identity().body.arn)
else:
    from alibabacloud_ram20150501 import models
    from alibabacloud_ram20150501.client import Client

    user = sys.argv[4]
    if NAME == "create":
        pair = Client(CONFIG).create_access_key(models.CreateAccessKeyRequest(user_name=user)).body.access_key
        print(pair.access_key_id, pair.access_key_secret, sep="\n")
    else:
        listed = Client(CONFIG).list_access_keys(models.ListAccessKeysRequest(user_name=user)).body.access_keys
        for pair in listed.access_key:
            print(pair.access_key_id)
