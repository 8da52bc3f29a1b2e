"""Tries calls with whatever credentials the official default chain finds: `narrowed.py HOST:PORT USER`.

Prints a line for each call: its name, and `allowed` or the code of the refusal."""

import sys

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import CreateAccessKeyRequest, GetUserRequest, ListUsersRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

endpoint, user = sys.argv[1:]
ram = Ram(Config(credential=Credentials(), endpoint=endpoint, protocol="http", region_id="cn-hangzhou"))
for name, call in [
    ("ListUsers", lambda: ram.list_users(ListUsersRequest())),
    ("GetUser", lambda: ram.get_user(GetUserRequest(user_name=user))),
    ("CreateAccessKey", lambda: ram.create_access_key(CreateAccessKeyRequest(user_name=user))),
]:
    try:
        call()
        print(name, "allowed")
    except ClientException as error:
        print(name, error.code)
