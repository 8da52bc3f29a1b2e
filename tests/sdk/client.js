// As client.py does, with the official SDKs for Node.
'use strict';
const fs = require('fs');
const { default: Credentials } = require('@alicloud/credentials');
const { default: Ram, ListUsersRequest } = require('@alicloud/ram20150501');
const { default: Sts } = require('@alicloud/sts20150401');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

const [, , endpoint, mode, file, clients] = process.argv;
const LONGEST = 600_000;

// The official client, which keeps the id that it gave last.
class Recorded extends Credentials {
  async getCredential() {
    const credential = await super.getCredential();
    this.id = credential.accessKeyId;
    return credential;
  }
}

function client(Service, credential) {
  return new Service(new $OpenApiUtil.Config({ credential, endpoint, protocol: 'http', regionId: 'cn-hangzhou' }));
}

async function once() {
  const credential = new Recorded();
  const { body } = await client(Sts, credential).getCallerIdentity();
  console.log(`${credential.id}\n${body.arn}`);
  try {
    const { body } = await client(Ram, credential).listUsers(new ListUsersRequest({}));
    console.log(`${body.users.user.length} users`);
  } catch (error) {
    console.log(error.code);
  }
}

async function loop(number) {
  const end = Date.now() + LONGEST;
  let credential, sts;
  for (let count = 0; !fs.existsSync(file) && Date.now() < end; count += 1) {
    const begun = Date.now();
    if (count % 10 === 0) {
      // As a program that has just started.
      credential = new Recorded();
      sts = client(Sts, credential);
    }
    try {
      await sts.getCallerIdentity();
      fs.writeSync(1, `${number} ${credential.id}\n`);
    } catch (error) {
      fs.writeSync(1, `${number} failed ${credential.id} ${error}`.replaceAll('\n', ' ') + '\n');
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + 100 - Date.now())));
  }
}

async function main() {
  if (mode === 'loop') {
    await Promise.all([...Array(Number(clients)).keys()].map(loop));
  } else {
    await once();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
