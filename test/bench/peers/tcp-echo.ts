// The least that a TCP server of DNS frames on Node can do: each frame goes back as it came, with the QR bit set.
// Arguments, how frames that came together are sent: `each`, a write for each; `gathered`, a buffer for each, and one write
// for all; `whole`, one write of the octets that came, in which only the QR bits are touched. And, for `gathered`, the least octets of
// an answer, its length included: zeros fill it up.
import { createServer, type AddressInfo } from 'node:net';

const way = process.argv[2];
const least = Number(process.argv[3] ?? 0);

/** The frame as an answer of at least `least` octets. */
function fill(frame: Buffer): Buffer {
  if (frame.length >= least) return Buffer.from(frame);
  const answer = Buffer.alloc(least);
  frame.copy(answer);
  answer.writeUInt16BE(least - 2);
  return answer;
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const frames: Buffer[] = [];
    let at = 0;
    while (at + 2 <= bytes.length) {
      const end = at + 2 + bytes.readUInt16BE(at);
      if (end > bytes.length) break;
      bytes[at + 4]! |= 0x80;
      if (way === 'each') socket.write(bytes.subarray(at, end));
      else if (way === 'gathered') frames.push(fill(bytes.subarray(at, end)));
      at = end;
    }
    if (way === 'gathered') socket.write(Buffer.concat(frames));
    else if (way === 'whole') socket.write(bytes.subarray(0, at));
    rest = bytes.subarray(at);
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const { address, port } = server.address() as AddressInfo;
  process.send!({ event: 'ready', endpoints: { dns: `${address}:${port}` } });
});
