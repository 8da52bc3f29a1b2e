"""Prints whom the cloud at the address in the first argument takes this program for. The default chain alone finds credentials."""

import sys

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config

config = Config(credential=Credentials(), endpoint=sys.argv[1], protocol="http", region_id="cn-hangzhou")
print(Sts(config).get_caller_identity().body.arn)
