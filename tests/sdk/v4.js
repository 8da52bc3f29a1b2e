// Drives the sandbox's server with the official Node SDKs, which the official gateway makes sign by V4. The line that the server
// printed comes on standard input; the first surprise ends the program.
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const { default: Signer } = require('@alicloud/darabonba-signature-util');
const { default: Gateway } = require('@alicloud/gateway-pop');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { default: Ram, ...ram } = require('@alicloud/ram20150501');
const { default: Sts, ...sts } = require('@alicloud/sts20150401');

// The gateway asks for 0.0.5 of its signer, which the registry lacks. 0.0.4 makes UTF-8 text of a binary key, so that different
// keys become one and no server could take what it signs. This alone is changed.
Signer.HmacSHA256SignByBytes = (text, key) => crypto.createHmac('sha256', key).update(text).digest();

const sandbox = JSON.parse(fs.readFileSync(0, 'utf8'));
const own = [sandbox.access_key_id, sandbox.access_key_secret];
const odd = 'a b*c~d+e/f=g&h%20 你好';

function make(Client, productId, [accessKeyId, accessKeySecret] = own, more = {}) {
  const endpoint = sandbox.endpoint.replace('http://', '');
  const client = new Client(new $OpenApiUtil.Config({
    accessKeyId, accessKeySecret, endpoint, protocol: 'http', regionId: 'cn-hangzhou', signatureVersion: 'v4', ...more,
  }));
  client.setGatewayClient(new Gateway());
  client._productId = productId;
  return client;
}

const whoami = async (pair, more) => (await make(Sts, 'Sts', pair, more).getCallerIdentity()).body;
const users = async (client) =>
  (await client.listUsers(new ram.ListUsersRequest({}))).body.users.user.map((user) => user.userName);

// The error, which must be of that code.
async function refused(code, call) {
  try {
    await call();
  } catch (error) {
    assert.equal(error.code, code, String(error));
    return error;
  }
  throw new Error(`${code} did not come`);
}

async function pairs(client) {
  const userName = 'v4';
  const made = (await client.createAccessKey(new ram.CreateAccessKeyRequest({ userName }))).body.accessKey;
  const pair = [made.accessKeyId, made.accessKeySecret];
  const listed = (await client.listAccessKeys(new ram.ListAccessKeysRequest({ userName }))).body.accessKeys.accessKey;
  assert.deepEqual(listed.map((key) => key.accessKeyId), [pair[0]]);
  assert.ok((await whoami(pair)).arn.endsWith(':user/v4'));
  const set = (status) =>
    client.updateAccessKey(new ram.UpdateAccessKeyRequest({ userName, userAccessKeyId: pair[0], status }));
  await set('Inactive');
  await refused('InvalidAccessKeyId.Inactive', () => whoami(pair));
  await set('Active');
  const error = await refused('SignatureDoesNotMatch', () => whoami([pair[0], 'x'.repeat(30)]));
  assert.ok(String(error).includes('server string to sign is:ACS4-HMAC-SHA256\n'), String(error));
  await client.deleteAccessKey(new ram.DeleteAccessKeyRequest({ userName, userAccessKeyId: pair[0] }));
  await refused('InvalidAccessKeyId.NotFound', () => whoami(pair));
}

async function session() {
  const request = new sts.AssumeRoleRequest({ roleArn: sandbox.role_arn, roleSessionName: 'v4' });
  const role = (await make(Sts, 'Sts').assumeRole(request)).body.credentials;
  const more = { type: 'sts', securityToken: role.securityToken };
  const pair = [role.accessKeyId, role.accessKeySecret];
  assert.equal((await whoami(pair, more)).identityType, 'AssumedRoleUser');
  await refused('InvalidSecurityToken.Malformed', () => whoami(pair, { ...more, securityToken: 'x' }));
}

(async () => {
  const client = make(Ram, 'Ram');
  assert.deepEqual(await users(client), ['sandbox-administrator']);
  const request = new ram.CreateUserRequest({ userName: 'v4', comments: odd, displayName: '' });
  assert.equal((await client.createUser(request)).body.user.comments, odd);
  assert.deepEqual(await users(client), ['sandbox-administrator', 'v4']);
  await pairs(client);
  for (const product of ['ram', 'RAM']) assert.ok(await users(make(Ram, product)), product);
  assert.ok(await users(make(Ram, 'Ram', own, { regionId: '' })));
  await session();
  await refused('SignatureDoesNotMatch', () => users(make(Ram, 'Ram', [own[0], 'x'.repeat(30)])));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
