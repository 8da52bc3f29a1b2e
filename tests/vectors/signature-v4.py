"""Prints `signature-v4.json`: requests, and what the official V4 signer writes into their `Authorization`. Made by
`tests/.venv/bin/python tests/vectors/signature-v4.py > tests/vectors/signature-v4.json`, with `alibabacloud-gateway-pop` 0.1.3."""

import hashlib
import json
import sys

from alibabacloud_gateway_pop.client import Client

ALGORITHM = "ACS4-HMAC-SHA256"
ID, SECRET = "LTAI5tVECTORmadeUpId0001", "vector-made-up-secret-0001"
QUERIES = {
    "empty": {},
    "plain": {"UserName": "alice-ci"},
    "reserved": {"UserName": "a b*c~d+e/f=g&h%20", "Comments": "!'()@:,;[]{}\"\\"},
    "unicode": {"DisplayName": "你好 é", "名": "x"},
    "blank": {"Marker": "", "MaxItems": "100"},
    "order": {"b": "2", "B": "1", "a.10.x": "3", "a.2.x": "4", "a": "5"},
}
# Day, region, product: as different clients spell them.
SCOPES = [("2026-11-24", "cn-hangzhou", "Ram"), ("2027-01-01", "center", "sts"), ("2026-11-24", "ap-southeast-1", "IMS")]
FORM = "UserName=a%20b%2A&Comments=%E4%BD%A0"


def vector(name, query, scope, method="POST", body="", more=()):
    day, region, product = scope
    digest = hashlib.sha256(body.encode()).hexdigest()
    headers = {
        "host": "127.0.0.1:8080",
        "x-acs-action": "ListUsers",
        "x-acs-version": "2015-05-01",
        "x-acs-date": day + "T00:00:00Z",
        "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
        "x-acs-content-sha256": digest,
        "accept": "application/json",
        **dict(more),
    }
    date = day.replace("-", "")
    signer = Client()
    key = signer.get_signingkey(ALGORITHM, SECRET, product, region, date)
    return {
        "name": f"{name}/{region}/{product}",
        "method": method,
        "path": "/",
        "query": query,
        "headers": headers,
        "body": body,
        "ak": ID,
        "sk": SECRET,
        "authorization": signer.get_authorization(
            "/", method, query, headers, ALGORITHM, digest, ID, key, product, region, date
        ),
    }


form = [("content-type", "application/x-www-form-urlencoded")]
session = [("x-acs-accesskey-id", ID), ("x-acs-security-token", "tok/en+1==")]
vectors = [vector(name, query, SCOPES[0]) for name, query in QUERIES.items()]
vectors += [vector("scope", QUERIES["plain"], scope) for scope in SCOPES]
vectors += [
    vector("get", QUERIES["reserved"], SCOPES[0], method="GET"),
    vector("form", {}, SCOPES[0], body=FORM, more=form),
    vector("session", QUERIES["plain"], SCOPES[1], more=session),
    vector("trimmed", {}, SCOPES[0], more=[("x-acs-other", "  a  b ")]),
]
json.dump(vectors, sys.stdout, indent=1, ensure_ascii=False)
print()
