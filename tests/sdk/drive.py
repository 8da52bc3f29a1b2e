"""Drives the sandbox's server with the official Python SDKs, unmodified. The line that the server printed comes on standard
input; the first surprise ends the program."""

import json
import sys
import urllib.request

from alibabacloud_ims20190815.client import Client as Ims
from alibabacloud_ims20190815 import models as ims
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501 import models as ram
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401 import models as sts
from alibabacloud_tea_openapi import exceptions as tea
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ClientException as OldClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException as OldServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkram.request.v20150501 import (
    CreateAccessKeyRequest,
    CreateUserRequest,
    DeleteAccessKeyRequest,
    GetUserRequest,
    ListAccessKeysRequest,
    UpdateAccessKeyRequest,
)

SANDBOX = json.load(sys.stdin)
ADDRESS = SANDBOX["endpoint"].removeprefix("http://")
HOST, PORT = ADDRESS.split(":")
OWN = (SANDBOX["access_key_id"], SANDBOX["access_key_secret"])
LIMIT = "LimitExceeded.User.AccessKey"


def control(**order):
    request = urllib.request.Request(
        SANDBOX["endpoint"] + "/_control",
        json.dumps(order).encode(),
        {"authorization": "Bearer " + SANDBOX["control_token"]},
    )
    urllib.request.urlopen(request).read()


def new(service, pair=OWN, token=None):
    config = Config(
        access_key_id=pair[0],
        access_key_secret=pair[1],
        security_token=token,
        endpoint=ADDRESS,
        protocol="http",
        region_id="cn-hangzhou",
    )
    return service(config)


def raises(kind, code, call, *arguments):
    """The exception, which must be of exactly that class and code."""
    try:
        call(*arguments)
    except Exception as error:
        got = error.get_error_code() if hasattr(error, "get_error_code") else getattr(error, "code", None)
        assert type(error) is kind and got == code, f"{type(error)} {got}: {error}"
        return error
    raise AssertionError(f"{code} did not come")


def whoami(pair, token=None):
    return new(Sts, pair, token).get_caller_identity().body


def v3_pairs(client, models, name, extra):
    """Creates, lists, disables, enables and deletes a pair, with the errors on the way."""
    pair = client.create_access_key(models.CreateAccessKeyRequest(**name)).body.access_key
    pair = (pair.access_key_id, pair.access_key_secret)
    listed = client.list_access_keys(models.ListAccessKeysRequest(**name)).body.access_keys.access_key
    assert [key.access_key_id for key in listed] == [pair[0]] and listed[0].status == "Active"
    assert whoami(pair).arn.endswith(":user/" + extra["user"])

    def set_status(status):
        client.update_access_key(
            models.UpdateAccessKeyRequest(user_access_key_id=pair[0], status=status, **name)
        )

    set_status("Inactive")
    raises(tea.ClientException, "InvalidAccessKeyId.Inactive", whoami, pair)
    set_status("Active")
    raises(tea.ClientException, "SignatureDoesNotMatch", whoami, (pair[0], "x" * 30))
    second = client.create_access_key(models.CreateAccessKeyRequest(**name)).body.access_key
    error = raises(
        tea.ClientException, LIMIT, client.create_access_key, models.CreateAccessKeyRequest(**name)
    )
    assert error.status_code == 409 and error.request_id, error
    used = client.get_access_key_last_used(
        models.GetAccessKeyLastUsedRequest(user_access_key_id=pair[0], **name)
    ).body.access_key_last_used
    assert used.last_used_date.endswith("Z")
    for id in (pair[0], second.access_key_id):
        client.delete_access_key(models.DeleteAccessKeyRequest(user_access_key_id=id, **name))
    raises(tea.ClientException, "InvalidAccessKeyId.NotFound", whoami, pair)


def v3():
    client, central = new(Ram), new(Ims)
    domain = "@" + SANDBOX["default_domain"]
    # What the encodings of SDKs differ in: blanks, `*`, `~`, `+`, other alphabets, empty values.
    odd = "a b*c~d+e/f=g&h%20 你好"
    made = client.create_user(ram.CreateUserRequest(user_name="v3-ram", comments=odd, display_name=""))
    assert made.body.user.comments == odd, made
    got = client.get_user(ram.GetUserRequest(user_name="v3-ram")).body.user
    assert got.comments == odd and got.display_name == "", got
    v3_pairs(client, ram, {"user_name": "v3-ram"}, {"user": "v3-ram"})
    principal = {"user_principal_name": "v3-ims" + domain}
    central.create_user(ims.CreateUserRequest(display_name=odd[:12], **principal))
    v3_pairs(central, ims, principal, {"user": "v3-ims"})
    assert central.get_account_summary().body.summary_map.access_keys_per_user_quota == 2
    own = central.list_access_keys(ims.ListAccessKeysRequest()).body.access_keys.access_key
    assert [key.access_key_id for key in own] == [OWN[0]]
    found = central.get_user(ims.GetUserRequest(user_access_key_id=OWN[0])).body.user
    assert found.user_principal_name == "sandbox-administrator" + domain
    central.generate_credential_report()
    assert central.get_credential_report(ims.GetCredentialReportRequest()).body.is_truncated == "false"
    names = [user.user_name for user in client.list_users(ram.ListUsersRequest()).body.users.user]
    assert names == ["sandbox-administrator", "v3-ims", "v3-ram"], names


def v3_errors():
    client = new(Ram)
    ask = lambda: client.get_user(ram.GetUserRequest(user_name="nobody"))
    error = raises(tea.ClientException, "EntityNotExist.User", ask)
    assert error.status_code == 404 and error.data["HostId"] == ADDRESS, error
    control(fault="throttle", retry_after_ms=1500)
    assert raises(tea.ThrottlingException, "Throttling.User", ask).retry_after == 1500
    control(fault="throttle")
    raises(tea.ClientException, "Throttling.User", ask)
    control(fault="fail-before")
    assert raises(tea.ServerException, "ServiceUnavailable", ask).status_code == 503
    control(fault="fail-after", status=500)
    raises(tea.ServerException, "InternalError", ask)
    for fault in ("lose-request", "lose-answer", "cut-body"):
        control(fault=fault, action="GetUser")
        try:
            ask()
        except Exception as error:
            assert not isinstance(error, tea.AlibabaCloudException), (fault, error)
        else:
            raise AssertionError(fault)
    raises(tea.ClientException, "EntityNotExist.User", ask)


def v3_role():
    request = sts.AssumeRoleRequest(
        role_arn=SANDBOX["role_arn"], role_session_name="py", duration_seconds=900
    )
    given = new(Sts).assume_role(request).body
    role = given.credentials
    session = (role.access_key_id, role.access_key_secret)
    assert whoami(session, role.security_token).identity_type == "AssumedRoleUser"
    new(Ram, session, role.security_token).list_users(ram.ListUsersRequest())
    raises(tea.ClientException, "InvalidSecurityToken.Malformed", whoami, session, "x")
    raises(tea.ClientException, "InvalidSecurityToken.MismatchWithAccessKey", whoami, OWN, role.security_token)
    request.duration_seconds = 899
    raises(tea.ClientException, "InvalidParameter.DurationSeconds", new(Sts).assume_role, request)
    return role


def old(pair=OWN, credential=None):
    if credential is None:
        return AcsClient(*pair, "cn-hangzhou", port=int(PORT))
    return AcsClient(region_id="cn-hangzhou", port=int(PORT), credential=credential)


def asked(client, module, method="POST", **parameters):
    request = getattr(module, module.__name__.split(".")[-1])()
    request.set_endpoint(HOST)
    request.set_protocol_type("http")
    request.set_method(method)
    for name, value in parameters.items():
        getattr(request, "set_" + name)(value)
    return json.loads(client.do_action_with_exception(request))


def old_sts(client, action, **parameters):
    request = CommonRequest(domain=HOST, version="2015-04-01", action_name=action)
    request.set_protocol_type("http")
    request.set_method("POST")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return json.loads(client.do_action_with_exception(request))


def v1(role):
    client = old()
    odd = "a b*c~d+e/f=g&h%20 你好"
    asked(client, CreateUserRequest, UserName="v1", Comments=odd, DisplayName="")
    assert asked(client, GetUserRequest, "GET", UserName="v1")["User"]["Comments"] == odd
    make = lambda: asked(client, CreateAccessKeyRequest, UserName="v1")["AccessKey"]
    pair, second = make(), make()
    raises(OldServerException, LIMIT, make)
    listed = asked(client, ListAccessKeysRequest, UserName="v1")["AccessKeys"]["AccessKey"]
    assert [key["AccessKeyId"] for key in listed] == [pair["AccessKeyId"], second["AccessKeyId"]]
    own = (pair["AccessKeyId"], pair["AccessKeySecret"])
    assert old_sts(old(own), "GetCallerIdentity")["Arn"].endswith(":user/v1")
    set_status = lambda status: asked(
        client, UpdateAccessKeyRequest, UserName="v1", UserAccessKeyId=own[0], Status=status
    )
    set_status("Inactive")
    raises(OldServerException, "InvalidAccessKeyId.Inactive", old_sts, old(own), "GetCallerIdentity")
    set_status("Active")
    # The SDK compares the server's string to sign, after the colon, with its own, and finds the secret guilty; a common
    # request does not know its own.
    wrong = old((own[0], "x" * 30))
    raises(OldServerException, "InvalidAccessKeySecret", asked, wrong, ListAccessKeysRequest)
    raises(OldServerException, "SignatureDoesNotMatch", old_sts, wrong, "GetCallerIdentity")
    for key in (pair, second):
        asked(client, DeleteAccessKeyRequest, UserName="v1", UserAccessKeyId=key["AccessKeyId"])
    raises(OldServerException, "InvalidAccessKeyId.NotFound", old_sts, old(own), "GetCallerIdentity")

    ask = lambda: asked(client, GetUserRequest, UserName="nobody")
    assert raises(OldServerException, "EntityNotExist.User", ask).get_http_status() == 404
    control(fault="throttle")
    raises(OldServerException, "Throttling.User", ask)
    control(fault="fail-before")
    raises(OldServerException, "ServiceUnavailable", ask)
    control(fault="lose-answer")
    raises(OldClientException, "SDK.HttpError", ask)

    credential = StsTokenCredential(role.access_key_id, role.access_key_secret, role.security_token)
    me = old_sts(old(credential=credential), "GetCallerIdentity")
    assert me["IdentityType"] == "AssumedRoleUser", me
    given = old_sts(client, "AssumeRole", RoleArn=SANDBOX["role_arn"], RoleSessionName="old")
    assert given["Credentials"]["AccessKeyId"].startswith("STS.")
    body = CommonRequest(domain=HOST, version="2015-05-01", action_name="GetUser")
    body.set_protocol_type("http")
    body.set_method("POST")
    body.add_body_params("UserName", "v1")
    assert json.loads(client.do_action_with_exception(body))["User"]["UserName"] == "v1"


v3()
v3_errors()
v1(v3_role())
control(leaked=OWN[0])
raises(tea.ClientException, "Forbidden", new(Ram).list_users, ram.ListUsersRequest())
whoami(OWN)
