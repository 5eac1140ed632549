// Node's own client, with kept connections and without: LABEL and answer.
'use strict';
const http = require('http');
const { Readable } = require('stream');

const LARGE = '0123456789'.repeat(30000);
const base = process.argv[2];

function ask(agent, label, method, body, streamed) {
  return new Promise((resolve, reject) => {
    const headers = body && !streamed ? { 'Content-Length': Buffer.byteLength(body) } : {};
    const asked = http.request(`${base}/${label}`, { agent, method, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('aborted', () => reject(new Error('aborted')));
      answer.on('end', () => resolve(Buffer.concat(parts).toString()));
    });
    asked.on('error', reject);
    if (streamed) Readable.from(body.match(/.{1,7000}/g)).pipe(asked);
    else asked.end(body);
  });
}

async function run(name, agent) {
  console.log(name, 'get', await ask(agent, 'get', 'GET'));
  console.log(name, 'post', await ask(agent, 'post', 'POST', 'hello'));
  console.log(name, 'chunked', await ask(agent, 'chunked', 'POST', LARGE, true));
  console.log(name, 'get', await ask(agent, 'get', 'GET'));
  const numbers = [...Array(50).keys()];
  const answers = await Promise.all(numbers.map((number) => ask(agent, number, 'GET')));
  answers.forEach((answer, number) => console.log(name, number, answer));
  agent.destroy();
}

run('node-kept', new http.Agent({ keepAlive: true, maxSockets: 4 }))
  .then(() => run('node-close', new http.Agent({ keepAlive: false })))
  .catch((error) => { console.error(error); process.exit(1); });
