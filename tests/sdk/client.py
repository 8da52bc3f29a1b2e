"""Signs calls with whatever credentials the official default chain finds: `client.py HOST:PORT` or `client.py HOST:PORT loop FILE N`.

Prints the AccessKey ID that signed, the caller's ARN (STS), and the number of RAM users, or the code of the refusal (RAM). With
`loop`, N threads sign ten calls a second each until FILE exists: a line `THREAD ID` for each call, or `THREAD failed REASON`."""

import os
import sys
import threading
import time

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import ListUsersRequest
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

ENDPOINT = sys.argv[1]
LONGEST = 600


class Recorded(Credentials):
    """The official client, which keeps the id that it gave last."""

    id = None

    def get_credential(self):
        credential = super().get_credential()
        self.id = credential.access_key_id
        return credential


def client(service, credential):
    config = Config(credential=credential, endpoint=ENDPOINT, protocol="http", region_id="cn-hangzhou")
    return service(config)


def once():
    credential = Recorded()
    arn = client(Sts, credential).get_caller_identity().body.arn
    print(credential.id, arn, sep="\n")
    try:
        users = client(Ram, credential).list_users(ListUsersRequest()).body.users.user
        print(len(users), "users")
    except ClientException as error:
        print(error.code)


def loop(file, thread):
    end = time.monotonic() + LONGEST
    count = 0
    while not os.path.exists(file) and time.monotonic() < end:
        begun = time.monotonic()
        if count % 10 == 0:
            # As a program that has just started.
            credential = Recorded()
            sts = client(Sts, credential)
        count += 1
        try:
            sts.get_caller_identity()
            line = f"{thread} {credential.id}"
        except Exception as error:
            line = f"{thread} failed {credential.id} {error!r}".replace("\n", " ")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        time.sleep(max(0, begun + 0.1 - time.monotonic()))


if len(sys.argv) == 2:
    once()
else:
    threads = [threading.Thread(target=loop, args=(sys.argv[3], number)) for number in range(int(sys.argv[4]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
