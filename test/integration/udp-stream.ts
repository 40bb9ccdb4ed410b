import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { hostAndPort } from './commands.js';

/** Queries that are under way at a time. */
const WINDOW = 32;

/** Silence after which what is unanswered counts as lost, in milliseconds: whoever is slow has not lost anything yet. */
const QUIET = 5_000;

/** What came of a stream of queries. */
export interface Stream {
  /** By the ID of the query. */
  readonly replies: ReadonlyMap<number, Buffer>;
  /** IDs that had no reply. */
  readonly lost: readonly number[];
}

/**
 * Sends queries over one UDP socket, each once, and waits for their replies.
 *
 * @param queries each with an ID of its own
 * @param onReply told how many replies there are so far
 */
export async function streamQueries(
  address: string,
  queries: readonly Buffer[],
  onReply: (count: number) => void = () => {},
): Promise<Stream> {
  const { host, port } = hostAndPort(address);
  const socket = createSocket('udp4');
  socket.connect(Number(port), host);
  await once(socket, 'connect');
  const replies = new Map<number, Buffer>();
  let sent = 0;
  const send = () => sent < queries.length && socket.send(queries[sent++]!);
  await new Promise<void>((resolve) => {
    const quiet = setTimeout(resolve, QUIET);
    socket.on('message', (reply) => {
      quiet.refresh();
      replies.set(reply.readUInt16BE(0), reply);
      onReply(replies.size);
      send();
      if (replies.size === queries.length) resolve();
    });
    for (let i = 0; i < WINDOW; i++) send();
  });
  socket.close();
  const ids = queries.map((query) => query.readUInt16BE(0));
  return { replies, lost: ids.filter((id) => !replies.has(id)) };
}
