// SPDX-License-Identifier: Apache-2.0
// What a user of the AWS SDK for JavaScript writes: nothing here knows of awsintercept. Prints what
// it saw as JSON; the same steps as programs/sdk.py. It lies beside the node_modules it imports.
// sdk.mjs SECOND [agent|http2]: with an https.Agent of one's own, or over the HTTP/2 handler.
import { Agent } from 'node:https';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, GetItemCommand, ListTablesCommand,
  PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, ListObjectsV2Command,
  PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttp2Handler, NodeHttpHandler } from '@smithy/node-http-handler';

const handlers = {
  agent: () => new NodeHttpHandler({ httpsAgent: new Agent({ keepAlive: true, maxSockets: 4 }) }),
  http2: () => new NodeHttp2Handler({ requestTimeout: 60000 }),
};
const how = process.argv[3] ? { requestHandler: handlers[process.argv[3]]() } : {};
const bucket = 'second-sdk';
const object = { Bucket: bucket, Key: 'folder/hello.txt' };

async function code(client, command) {
  try {
    await client.send(command);
  } catch (error) {
    return error.name;
  }
  return 'no error';
}

function changed(token) {
  const middle = Math.floor(token.length / 2);
  return token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
}

async function useSecond(credentials, seen) {
  const s3 = new S3Client({ ...how, credentials });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new PutObjectCommand({ ...object, Body: 'what the second account wrote' }));
  seen.object = await (await s3.send(new GetObjectCommand(object))).Body.transformToString();
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  seen.keys = listed.Contents.map((entry) => entry.Key);
  seen['no object'] = await code(s3, new GetObjectCommand({ Bucket: bucket, Key: 'nothing' }));
  seen.buckets = (await s3.send(new ListBucketsCommand({}))).Buckets.map((entry) => entry.Name);

  const db = new DynamoDBClient({ ...how, credentials });
  await db.send(new CreateTableCommand({
    TableName: 'visits',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  }));
  await waitUntilTableExists({ client: db, maxWaitTime: 120, minDelay: 1, maxDelay: 1 },
    { TableName: 'visits' });
  const item = { id: { S: '1' }, n: { N: '42' } };
  await db.send(new PutItemCommand({ TableName: 'visits', Item: item }));
  const got = await db.send(new GetItemCommand({ TableName: 'visits', Key: { id: { S: '1' } } }));
  seen.item = got.Item;
  seen.tables = (await db.send(new ListTablesCommand({}))).TableNames;
}

async function useFirst(seen) {
  const s3 = new S3Client(how);
  const buckets = (await s3.send(new ListBucketsCommand({}))).Buckets ?? [];
  seen['first buckets'] = buckets.map((entry) => entry.Name);
  seen['first object'] = await code(s3, new GetObjectCommand(object));
  seen['first create'] = await code(s3, new CreateBucketCommand({ Bucket: bucket }));
  const db = new DynamoDBClient(how);
  seen['first tables'] = (await db.send(new ListTablesCommand({}))).TableNames;
  seen['first table'] = await code(db, new DescribeTableCommand({ TableName: 'visits' }));
}

const seen = {};
const sts = new STSClient(how);
seen.who = (await sts.send(new GetCallerIdentityCommand({}))).Account;
const { Credentials: keys } = await sts.send(new AssumeRoleCommand({
  RoleArn: `arn:aws:iam::${process.argv[2]}:role/Visitor`, RoleSessionName: 'visit',
}));
const credentials = {
  accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.SessionToken,
};
const visitor = new STSClient({ ...how, credentials });
seen.visitor = (await visitor.send(new GetCallerIdentityCommand({}))).Arn;
await useSecond(credentials, seen);
await useFirst(seen);
const forged = new STSClient({
  ...how,
  credentials: { ...credentials, sessionToken: changed(keys.SessionToken) },
});
seen.forged = await code(forged, new GetCallerIdentityCommand({}));
console.log(JSON.stringify(seen));
