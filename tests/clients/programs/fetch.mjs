// SPDX-License-Identifier: Apache-2.0
// Node's own http and https modules: carries out the requests of a file one after another with
// keep-alive agents. Same arguments and output as fetch.c; the requests come signed.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

function fetchOne(method, address, body, fields) {
  return new Promise((resolve) => {
    const url = new URL(address);
    const headers = {};
    for (const field of fields) {
      const colon = field.indexOf(':');
      headers[field.slice(0, colon)] = field.slice(colon + 1).trim();
    }
    if (body || ['POST', 'PUT'].includes(method)) headers['Content-Length'] = Buffer.byteLength(body);
    const module = url.protocol === 'https:' ? https : http;
    const request = module.request(url, { method, headers, agent: agents[url.protocol] }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve([answer.statusCode, Buffer.concat(parts)]));
      answer.on('error', (error) => resolve([0, Buffer.from(String(error))]));
    });
    request.on('error', (error) => resolve([0, Buffer.from(String(error))]));
    request.end(body);
  });
}

const [requests, outdir] = process.argv.slice(2);
const lines = fs.readFileSync(requests, 'utf8').split('\n').filter(Boolean);
for (const [number, line] of lines.entries()) {
  const [method, url, body, , , ...fields] = line.split('\t');
  const [status, data] = await fetchOne(method, url, body, fields.filter(Boolean));
  fs.writeFileSync(`${outdir}/${number}`, data);
  console.log(`${number} ${status}`);
}
agents['http:'].destroy();
agents['https:'].destroy();
