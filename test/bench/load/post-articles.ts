// Posts articles, one after the other on each of many keep-alive connections, and counts the answers.
// Arguments: host, port, milliseconds, connections, the header Authorization, a tag's id.
import { anArticle } from '../blog/articles.js';
import { exchange } from './exchange.js';

const [host, port, ms, connections, authorization, tag] = process.argv.slice(2);
const HEAD = ['POST /api/v1/articles HTTP/1.1', 'Host: bench', 'Content-Type: application/json'].join('\r\n');
let sent = 0;
let answers = 0;

function post(): string {
  const body = JSON.stringify(anArticle(Number(tag), sent++));
  return `${HEAD}\r\nAuthorization: ${authorization}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

for (let i = 0; i < Number(connections); i++) {
  exchange({ host: host!, port: Number(port) }, { next: post, status: 201 }, (again) => {
    answers++;
    again();
  });
}
setTimeout(() => {
  process.stdout.write(JSON.stringify({ answers }));
  process.exit(0);
}, Number(ms));
