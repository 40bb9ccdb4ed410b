// Sends one DNS question again and again, so many at a time, and counts the answers.
// Arguments: host, port, milliseconds, questions under way, the question in hex.
import { createSocket } from 'node:dgram';

const [host, port, ms, window, hex] = process.argv.slice(2);
const question = Buffer.from(hex!, 'hex');
const socket = createSocket('udp4');
let answers = 0;
let answersBefore = 0;

function ask(): void {
  socket.send(question, Number(port), host);
}

function fillWindow(): void {
  for (let i = 0; i < Number(window); i++) ask();
}

socket.on('message', () => {
  answers++;
  ask();
});
socket.bind(0, '127.0.0.1', () => {
  socket.setRecvBufferSize(4 * 1024 * 1024);
  fillWindow();
  // Lost datagrams thin the window out; when none comes any more it is filled again.
  setInterval(() => {
    if (answers === answersBefore) fillWindow();
    answersBefore = answers;
  }, 50);
  setTimeout(() => {
    process.stdout.write(JSON.stringify({ answers }));
    process.exit(0);
  }, Number(ms));
});
