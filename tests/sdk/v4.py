"""Drives the sandbox's server with the official Python SDKs, which the official gateway makes sign by V4. The line that the server
printed comes on standard input; the first surprise ends the program."""

import json
import sys

from alibabacloud_gateway_pop.client import Client as Gateway
from alibabacloud_ims20190815.client import Client as Ims
from alibabacloud_ims20190815 import models as ims
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501 import models as ram
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401 import models as sts
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from darabonba.exceptions import UnretryableException
from darabonba.runtime import RuntimeOptions

SANDBOX = json.load(sys.stdin)
OWN = (SANDBOX["access_key_id"], SANDBOX["access_key_secret"])
ODD = "a b*c~d+e/f=g&h%20 你好"


def new(service, product, pair=OWN, **more):
    config = Config(
        access_key_id=pair[0],
        access_key_secret=pair[1],
        endpoint=SANDBOX["endpoint"].removeprefix("http://"),
        protocol="http",
        signature_version="v4",
        **{"region_id": "cn-hangzhou", **more},
    )
    client = service(config)
    client.set_gateway_client(Gateway())
    client._product_id = product
    return client


def refused(code, call, *arguments):
    """The error, which must be of that code."""
    try:
        call(*arguments)
    except UnretryableException as error:
        assert error.inner_exception.code == code, error
        return error
    raise AssertionError(f"{code} did not come")


def whoami(pair, **more):
    return new(Sts, "Sts", pair, **more).get_caller_identity().body


def users(client):
    return [user.user_name for user in client.list_users(ram.ListUsersRequest()).body.users.user]


def pairs(client):
    """Creates, lists, disables, enables and deletes a pair."""
    name = {"user_name": "v4"}
    made = client.create_access_key(ram.CreateAccessKeyRequest(**name)).body.access_key
    pair = (made.access_key_id, made.access_key_secret)
    listed = client.list_access_keys(ram.ListAccessKeysRequest(**name)).body.access_keys.access_key
    assert [key.access_key_id for key in listed] == [pair[0]], listed
    assert whoami(pair).arn.endswith(":user/v4")
    change = lambda status: ram.UpdateAccessKeyRequest(user_access_key_id=pair[0], status=status, **name)
    client.update_access_key(change("Inactive"))
    refused("InvalidAccessKeyId.Inactive", whoami, pair)
    client.update_access_key(change("Active"))
    error = refused("SignatureDoesNotMatch", whoami, (pair[0], "x" * 30))
    assert "server string to sign is:ACS4-HMAC-SHA256\n" in str(error), error
    client.delete_access_key(ram.DeleteAccessKeyRequest(user_access_key_id=pair[0], **name))
    refused("InvalidAccessKeyId.NotFound", whoami, pair)


def spellings():
    """Product and region are what the client makes of them."""
    for product in ("Ram", "ram", "RAM", "Ram-2"):
        assert users(new(Ram, product)), product
    for region in (None, "", "ap-southeast-1"):
        assert users(new(Ram, "Ram", region_id=region)), region


def forms(client):
    """The same call by a form, which the gateway signs as it sends it, by a query, and by GET."""
    params = dict(
        action="GetUser", version="2015-05-01", protocol="HTTP", pathname="/", auth_type="AK", style="RPC",
        req_body_type="formData", body_type="json",
    )
    for method, where in (("POST", "body"), ("POST", "query"), ("GET", "query")):
        request = OpenApiRequest(**{where: {"UserName": "v4"}})
        got = client.call_api(Params(method=method, **params), request, RuntimeOptions())["body"]["User"]
        assert got["Comments"] == ODD, got


def session():
    request = sts.AssumeRoleRequest(role_arn=SANDBOX["role_arn"], role_session_name="v4")
    role = new(Sts, "Sts").assume_role(request).body.credentials
    pair = (role.access_key_id, role.access_key_secret)
    assert whoami(pair, security_token=role.security_token).identity_type == "AssumedRoleUser"
    refused("InvalidSecurityToken.Malformed", lambda: whoami(pair, security_token="x"))


client = new(Ram, "Ram")
assert users(client) == ["sandbox-administrator"]
made = client.create_user(ram.CreateUserRequest(user_name="v4", comments=ODD, display_name="")).body.user
assert made.comments == ODD, made
assert users(client) == ["sandbox-administrator", "v4"]
pairs(client)
spellings()
forms(client)
session()
domain = SANDBOX["default_domain"]
found = new(Ims, "Ims").get_user(ims.GetUserRequest(user_principal_name="v4@" + domain)).body.user
assert found.user_principal_name == "v4@" + domain, found
refused("IncompleteSignature", users, new(Ram, "Ram", signature_algorithm="ACS4-HMAC-SM3"))
refused("SignatureDoesNotMatch", users, new(Ram, "Ram", (OWN[0], "x" * 30)))
