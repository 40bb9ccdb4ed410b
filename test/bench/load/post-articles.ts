// Posts articles, one after the other on each of many keep-alive connections, and counts the answers.
// Arguments: the blog's URL, milliseconds, connections, the header Authorization, a tag's id.
import { Agent, request } from 'node:http';
import { anArticle } from '../blog/articles.js';

const [url, ms, connections, authorization, tag] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
let sent = 0;
let answers = 0;

function post(): Promise<void> {
  const body = JSON.stringify(anArticle(Number(tag), sent++));
  const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/api/v1/articles`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', resolve);
      if (answer.statusCode !== 201) reject(new Error(`unexpected answer: ${answer.statusCode}`));
    });
    sending.on('error', reject).end(body);
  });
}

async function postAll(): Promise<never> {
  for (;;) {
    await post();
    answers++;
  }
}

for (let i = 0; i < Number(connections); i++) void postAll();
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers }));
  process.exit(0);
}, Number(ms));
