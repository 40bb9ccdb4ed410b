// Asks a DNS server over TCP with many questions under way on each connection (RFC 7766 section 6.2.1.1) and counts the
// answers. Arguments: host, port, milliseconds, connections, questions under way on each. Standard input: one question,
// its length in front.
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

const [host, port, ms, connections, window] = process.argv.slice(2);
const question = await buffer(process.stdin);
const questions = Buffer.concat(Array.from({ length: Number(window) }, (_, id) => withId(question, id)));
const began = performance.now();
let answers = 0;

function withId(framed: Buffer, id: number): Buffer {
  const copy = Buffer.from(framed);
  copy.writeUInt16BE(id, 2);
  return copy;
}

/** Counts frames in a stream that comes in any pieces. */
class FrameCounter {
  /** Octets of the present frame that are still to come, when its length is known. */
  #rest = 0;
  /** The first octet of a length whose second one is still to come. */
  #half: number | undefined;

  /** @returns how many frames end in `chunk` */
  count(chunk: Buffer): number {
    let frames = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.#rest === 0) at = this.#readLength(chunk, at);
      const taken = Math.min(this.#rest, chunk.length - at);
      if (this.#rest > 0 && (this.#rest -= taken) === 0) frames++;
      at += taken;
    }
    return frames;
  }

  #readLength(chunk: Buffer, at: number): number {
    if (this.#half === undefined && at + 1 < chunk.length) {
      this.#rest = chunk.readUInt16BE(at);
      return at + 2;
    }
    if (this.#half === undefined) this.#half = chunk[at]!;
    else {
      this.#rest = (this.#half << 8) | chunk[at]!;
      this.#half = undefined;
    }
    return at + 1;
  }
}

for (let i = 0; i < Number(connections); i++) {
  const socket = connect({ port: Number(port), host, noDelay: true });
  const counter = new FrameCounter();
  socket.on('connect', () => socket.write(questions));
  socket.on('data', (chunk: Buffer) => {
    const frames = counter.count(chunk);
    answers += frames;
    if (frames > 0) socket.write(questions.subarray(0, frames * question.length));
  });
}

setTimeout(() => {
  const { user, system } = process.cpuUsage();
  const busy = (user + system) / 1_000 / (performance.now() - began);
  process.stdout.write(JSON.stringify({ answers, busy }), () => process.exit(0));
}, Number(ms));
