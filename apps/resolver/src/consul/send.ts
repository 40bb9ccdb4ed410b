import type { FastifyReply, FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from './answer-cache.js';
import { has, type Query } from './query.js';

/** Consul compresses what is longer than about this, in octets. */
const COMPRESS_ABOVE = 1_400;

const compress = promisify(gzip);

/** Errors are plain text, as Consul's clients show them to people. */
export function sendText(reply: FastifyReply, status: number, text: string): void {
  reply.code(status).header('Content-Type', 'text/plain; charset=utf-8').send(text);
}

/** Sends a client to another address of this server. */
export function redirect(reply: FastifyReply, location: string): void {
  sendText(reply.header('Location', location), 301, 'Moved Permanently');
}

/** Answers with JSON that depends on no index. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<void> {
  return sendAnswer(request, reply, { index: 0, bytes: toJson(body, has(request.query as Query, 'pretty')) });
}

/** Sends an answer of JSON, compressed if the client can read that and it is worth it. */
export async function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<void> {
  reply.header('Content-Type', 'application/json').header('Vary', 'Accept-Encoding');
  if (answer.bytes.length <= COMPRESS_ABOVE || !acceptsGzip(request)) return void reply.send(answer.bytes);
  answer.compressed ??= await compress(answer.bytes);
  reply.header('Content-Encoding', 'gzip').send(answer.compressed);
}

/** JSON as Consul writes it: `?pretty` indents by four and ends the line. */
export function toJson(body: unknown, pretty: boolean): Buffer {
  return Buffer.from(pretty ? `${JSON.stringify(body, undefined, 4)}\n` : JSON.stringify(body));
}

function acceptsGzip(request: FastifyRequest): boolean {
  const accepted = request.headers['accept-encoding'];
  return typeof accepted === 'string' && /(?:^|[,\s])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted);
}
