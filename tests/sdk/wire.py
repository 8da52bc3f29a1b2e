"""What SDKs differ in on the wire, and what was tampered with on the way: requests signed by the official SDKs' own signers,
by V3 and by V4, and sent by hand. The line that the server printed comes on standard input."""

import datetime
import hashlib
import http.client
import json
import sys
import uuid

from alibabacloud_gateway_pop.client import Client as Gateway
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

SANDBOX = json.load(sys.stdin)
ADDRESS = SANDBOX["endpoint"].removeprefix("http://")
PAIR = (SANDBOX["access_key_id"], SANDBOX["access_key_secret"])
NAME = "UserName"
FORM = "application/x-www-form-urlencoded"


def v3(request, digest):
    return Utils.get_authorization(request, "ACS3-HMAC-SHA256", digest, *PAIR)


def v4(request, digest):
    algorithm, gateway, date = "ACS4-HMAC-SHA256", Gateway(), request.headers["x-acs-date"][:10].replace("-", "")
    scope = ("Ram", "cn-hangzhou", date)
    key = gateway.get_signingkey(algorithm, PAIR[1], *scope)
    parts = (request.pathname, request.method, request.query, request.headers)
    return gateway.get_authorization(*parts, algorithm, digest, PAIR[0], key, *scope)


def signed(query, body="", headers=(), method="POST", action="GetUser"):
    request = DaraRequest()
    request.method, request.pathname, request.query = method, "/", query
    digest = hashlib.sha256(body.encode()).hexdigest()
    now = datetime.datetime.now(datetime.timezone.utc)
    request.headers = {
        "host": ADDRESS,
        "x-acs-action": action,
        "x-acs-version": "2015-05-01",
        "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": digest,
        **dict(headers),
    }
    request.headers["Authorization"] = AUTHORIZE(request, digest)
    return request.headers


def send(line, headers, body="", method="POST", extra=()):
    """The status and code; `line` is the query as it goes over the wire."""
    connection = http.client.HTTPConnection(ADDRESS)
    connection.putrequest(method, "/" + line, skip_host=True, skip_accept_encoding=True)
    chunked = "transfer-encoding" in dict(extra)
    for name, value in [*headers.items(), *extra]:
        connection.putheader(name, value)
    if not chunked:
        connection.putheader("content-length", str(len(body)))
    connection.endheaders()
    if chunked:
        for byte in body:
            connection.send(b"1\r\n" + byte.encode() + b"\r\n")
        connection.send(b"0\r\n\r\n")
    elif body:
        connection.send(body.encode())
    answer = connection.getresponse()
    read = json.loads(answer.read())
    assert read["RequestId"] == answer.getheader("x-acs-request-id") and answer.getheader("date")
    assert answer.getheader("content-type") == "application/json"
    return answer.status, read.get("Code")


def expect(what, got, wanted):
    assert got == wanted, f"{AUTHORIZE.__name__}: {what}: {got} instead of {wanted}"


BAD = (400, "SignatureDoesNotMatch")
READ = (400, "InvalidParameter.UserName.InvalidChars")
odd = {NAME: "a b*~+é"}

for AUTHORIZE in (v3, v4):
    # One value, as each SDK and curl would write it.
    for line in ("?UserName=a+b%2A~%2B%C3%A9", "?UserName=a%20b*~%2b%c3%a9", "?UserName=%61%20b%2A%7E%2B%C3%A9&"):
        expect(line, send(line, signed(odd)), READ)
    expect("a plus that is a blank", send("?UserName=a+b*~+é".replace("é", "%C3%A9"), signed(odd)), BAD)
    two = {NAME: "x", "Empty": ""}
    for line in ("?UserName=x&Empty=", "?Empty=&UserName=x", "?Empty&UserName=x"):
        expect(line, send(line, signed(two)), (404, "EntityNotExist.User"))
    expect("an empty value left out", send("?UserName=x", signed(two)), BAD)
    expect("GET", send("?UserName=x", signed({NAME: "x"}, method="GET"), method="GET"), (404, "EntityNotExist.User"))
    for names in (("accept", "user-agent"), ("accept",), ()):
        fresh = lambda: signed({NAME: "x"}, headers=[(name, "a, b;c") for name in names])
        expect(names, send("?UserName=x", fresh()), (404, "EntityNotExist.User"))
        expect("unsigned ones more", send("?UserName=x", fresh(), extra=[("x-other", "1")]), (404, "EntityNotExist.User"))
    shouting = {name.upper(): value for name, value in signed({NAME: "x"}).items()}
    expect("names in upper case", send("?UserName=x", shouting), (404, "EntityNotExist.User"))
    form = [("content-type", FORM)]
    for extra in ((), [("transfer-encoding", "chunked")]):
        headers = signed({}, body="UserName=a+b", headers=form)
        expect("a form body", send("", headers, body="UserName=a+b", extra=extra), READ)
        headers = signed({}, body="UserName=a+b", headers=form)
        expect("another body", send("", headers, body="UserName=a+c", extra=extra), BAD)

    # Each part that is signed, changed.
    changes = {
        "host": "127.0.0.1:1",
        "x-acs-action": "DeleteUser",
        "x-acs-version": "2019-08-15",
        "x-acs-date": "2026-01-01T00:00:00Z",
        "x-acs-signature-nonce": "other",
        "x-acs-content-sha256": hashlib.sha256(b"other").hexdigest(),
    }
    # Only the signer of V3 signs this one.
    if AUTHORIZE is v3:
        changes["accept"] = "text/xml"
    for name, value in changes.items():
        headers = signed({NAME: "x"}, headers=[("accept", "application/json")])
        headers[name] = value
        wanted = (400, "InvalidTimeStamp.Expired") if name == "x-acs-date" else BAD
        expect(name, send("?UserName=x", headers), wanted)
    for what, line in {"a value": "?UserName=y", "a name": "?Username=x", "one more": "?UserName=x&A=b", "none": ""}.items():
        expect(what, send(line, signed({NAME: "x"})), BAD)
    expect("the method", send("?UserName=x", signed({NAME: "x"}), method="GET"), BAD)
    expect("the body", send("?UserName=x", signed({NAME: "x"}), body="more"), BAD)
    expect("another path", send("x?UserName=x", signed({NAME: "x"})), (404, "InvalidAction.NotFound"))
    headers = signed({NAME: "x"})
    tail = "0" if headers["Authorization"][-1] != "0" else "1"
    expect("the signature", send("?UserName=x", {**headers, "Authorization": headers["Authorization"][:-1] + tail}), BAD)
    expect("whose pair", send("?UserName=x", {**headers, "Authorization": headers["Authorization"].replace("Credential=LTAI", "Credential=LTAJ")}), (404, "InvalidAccessKeyId.NotFound"))
    fewer = headers["Authorization"].replace(";x-acs-version", "")
    expect("fewer signed headers", send("?UserName=x", {**headers, "Authorization": fewer}), (400, "IncompleteSignature"))
    expect("as it was", send("?UserName=x", headers), (404, "EntityNotExist.User"))
    expect("a replay", send("?UserName=x", headers), (400, "SignatureNonceUsed"))
    twice = "?UserName=x&UserName=y"
    expect("a parameter twice", send(twice, signed({NAME: "x"})), (400, "InvalidParameter"))
    second = [("x-acs-signature-nonce", "b")]
    expect("a header twice", send("?UserName=x", signed({NAME: "x"}), extra=second), (400, "IncompleteSignature"))
    headers = signed({NAME: "x"})
    expect("a form that nobody signed", send("?UserName=x", headers, extra=form), (400, "IncompleteSignature"))
