// Drives the sandbox's server with the official Node SDKs, unmodified. The line that the server printed comes on standard
// input; the first surprise ends the program.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const { default: Ram, ...ram } = require('@alicloud/ram20150501');
const { default: Ims, ...ims } = require('@alicloud/ims20190815');
const { default: Sts, ...sts } = require('@alicloud/sts20150401');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { default: OldClient, ...old } = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');

const sandbox = JSON.parse(fs.readFileSync(0, 'utf8'));
const own = [sandbox.access_key_id, sandbox.access_key_secret];
const odd = 'a b*c~d+e/f=g&h%20 你好';

async function control(order) {
  const answer = await fetch(`${sandbox.endpoint}/_control`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.control_token}` },
    body: JSON.stringify(order),
  });
  assert.equal(answer.status, 200);
}

function config([accessKeyId, accessKeySecret], more = {}) {
  const endpoint = sandbox.endpoint.replace('http://', '');
  return { accessKeyId, accessKeySecret, endpoint, protocol: 'http', regionId: 'cn-hangzhou', ...more };
}

const make = (Client, pair = own, more) => new Client(new $OpenApiUtil.Config(config(pair, more)));
const whoami = async (pair, more) => (await make(Sts, pair, more).getCallerIdentity()).body;

// The error, which must be of that class and code.
async function raises(kind, code, call) {
  try {
    await call();
  } catch (error) {
    assert.deepEqual([error.name, error.code], [kind, code], String(error));
    return error;
  }
  throw new Error(`${code} did not come`);
}

async function pairs(client, models, name, user) {
  const create = async () => (await client.createAccessKey(new models.CreateAccessKeyRequest(name))).body.accessKey;
  const one = await create();
  const pair = [one.accessKeyId, one.accessKeySecret];
  const list = async () => (await client.listAccessKeys(new models.ListAccessKeysRequest(name))).body.accessKeys.accessKey;
  assert.deepEqual((await list()).map((key) => [key.accessKeyId, key.status]), [[pair[0], 'Active']]);
  assert.ok((await whoami(pair)).arn.endsWith(`:user/${user}`));
  const set = (status) =>
    client.updateAccessKey(new models.UpdateAccessKeyRequest({ ...name, userAccessKeyId: pair[0], status }));
  await set('Inactive');
  await raises('ClientError', 'InvalidAccessKeyId.Inactive', () => whoami(pair));
  await set('Active');
  await raises('ClientError', 'SignatureDoesNotMatch', () => whoami([pair[0], 'x'.repeat(30)]));
  const two = await create();
  const limit = await raises('ClientError', 'LimitExceeded.User.AccessKey', create);
  assert.equal(limit.statusCode, 409);
  for (const userAccessKeyId of [pair[0], two.accessKeyId]) {
    await client.deleteAccessKey(new models.DeleteAccessKeyRequest({ ...name, userAccessKeyId }));
  }
  await raises('ClientError', 'InvalidAccessKeyId.NotFound', () => whoami(pair));
}

async function v3() {
  const client = make(Ram);
  const central = make(Ims);
  await client.createUser(new ram.CreateUserRequest({ userName: 'node-ram', comments: odd, displayName: '' }));
  const got = (await client.getUser(new ram.GetUserRequest({ userName: 'node-ram' }))).body.user;
  assert.deepEqual([got.comments, got.displayName], [odd, '']);
  await pairs(client, ram, { userName: 'node-ram' }, 'node-ram');
  const userPrincipalName = `node-ims@${sandbox.default_domain}`;
  await central.createUser(new ims.CreateUserRequest({ userPrincipalName, displayName: 'a b*' }));
  await pairs(central, ims, { userPrincipalName }, 'node-ims');

  const ask = () => client.getUser(new ram.GetUserRequest({ userName: 'nobody' }));
  const missing = await raises('ClientError', 'EntityNotExist.User', ask);
  assert.equal(missing.statusCode, 404);
  await control({ fault: 'throttle', retry_after_ms: 1500 });
  assert.equal((await raises('ThrottlingError', 'Throttling.User', ask)).retryAfter, 1500);
  await control({ fault: 'throttle' });
  await raises('ThrottlingError', 'Throttling.User', ask);
  await control({ fault: 'fail-before' });
  await raises('ServerError', 'ServiceUnavailable', ask);
  await control({ fault: 'lose-answer', action: 'GetUser' });
  await assert.rejects(ask);

  const request = new sts.AssumeRoleRequest({ roleArn: sandbox.role_arn, roleSessionName: 'node', durationSeconds: 900 });
  const role = (await make(Sts).assumeRole(request)).body.credentials;
  const session = [role.accessKeyId, role.accessKeySecret];
  const more = { securityToken: role.securityToken, type: 'sts' };
  assert.equal((await whoami(session, more)).identityType, 'AssumedRoleUser');
  await raises('ClientError', 'InvalidSecurityToken.Malformed', () => whoami(session, { ...more, securityToken: 'x' }));
}

// The old client, with either signature: the new one's form bodies are chunked.
async function oldClient(signatureAlgorithm) {
  const more = signatureAlgorithm ? { signatureAlgorithm } : {};
  const client = (pair = own) => new OldClient(new old.Config(config(pair, more)));
  const call = async (action, query, { version = '2015-05-01', body, pair, method = 'POST' } = {}) => {
    const params = new old.Params({
      action, version, protocol: 'HTTP', pathname: '/', method, authType: 'AK', style: 'RPC',
      reqBodyType: 'formData', bodyType: 'json',
    });
    const request = new old.OpenApiRequest({ query, body });
    return (await client(pair).callApi(params, request, new RuntimeOptions({}))).body;
  };
  const UserName = `old-${signatureAlgorithm || 'v3'}`;
  await call('CreateUser', { UserName, Comments: odd });
  assert.equal((await call('GetUser', {}, { body: { UserName } })).User.Comments, odd);
  assert.equal((await call('GetUser', { UserName }, { method: 'GET' })).User.Comments, odd);
  const one = (await call('CreateAccessKey', { UserName })).AccessKey;
  const pair = [one.AccessKeyId, one.AccessKeySecret];
  const me = () => call('GetCallerIdentity', {}, { version: '2015-04-01', pair });
  assert.ok((await me()).Arn.endsWith(`:user/${UserName}`));
  const coded = async (code, ask) => assert.rejects(ask, (error) => (assert.equal(error.code, code), true));
  await call('UpdateAccessKey', { UserName, UserAccessKeyId: pair[0], Status: 'Inactive' });
  await coded('InvalidAccessKeyId.Inactive', me);
  await call('UpdateAccessKey', { UserName, UserAccessKeyId: pair[0], Status: 'Active' });
  await call('CreateAccessKey', { UserName });
  await coded('LimitExceeded.User.AccessKey', () => call('CreateAccessKey', { UserName }));
  await coded('SignatureDoesNotMatch', () => call('ListUsers', {}, { pair: [pair[0], 'x'] }));
  await call('DeleteAccessKey', { UserName, UserAccessKeyId: pair[0] });
  await coded('InvalidAccessKeyId.NotFound', me);
  assert.equal((await call('ListAccessKeys', { UserName })).AccessKeys.AccessKey.length, 1);
}

(async () => {
  await v3();
  await oldClient();
  await oldClient('v2');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
