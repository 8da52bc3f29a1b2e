// Prints whom the cloud at the address in the first argument takes this program for. The default chain alone finds credentials.
'use strict';
const { default: Credentials } = require('@alicloud/credentials');
const { default: Sts } = require('@alicloud/sts20150401');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

async function main() {
  const [, , endpoint] = process.argv;
  const credential = new Credentials();
  const config = new $OpenApiUtil.Config({ credential, endpoint, protocol: 'http', regionId: 'cn-hangzhou' });
  console.log((await new Sts(config).getCallerIdentity()).body.arn);
}

main();
