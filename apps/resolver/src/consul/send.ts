import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Body } from './answer-cache.js';
import { has, type Query } from './query.js';

/** Names and values of headers, in turns. */
export type Headers = readonly string[];

/** Consul compresses what is longer than about this, in octets. */
const COMPRESS_ABOVE = 1_400;

const compress = promisify(gzip);

/** Errors are plain text, as Consul's clients show them to people. */
export function sendText(reply: FastifyReply, status: number, text: string): void {
  reply.code(status).header('Content-Type', 'text/plain; charset=utf-8').send(text);
}

/** The same for a request that has waited, of which Fastify has let go. */
export function sendHeldText(reply: FastifyReply, status: number, text: string): void {
  write(reply.code(status), Buffer.from(text), ['Content-Type', 'text/plain; charset=utf-8']);
}

/** Sends a client to another address of this server. */
export function redirect(reply: FastifyReply, location: string): void {
  sendText(reply.header('Location', location), 301, 'Moved Permanently');
}

/** Answers with JSON that depends on no index. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
  sendAnswer(request, reply, { bytes: toJson(body, has(request.query as Query, 'pretty')) }, []);
}

/** Sends an answer of JSON, compressed if the client can read that and it is worth it. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, body: Body, headers: Headers): void {
  // Fastify must not take the handler's return for an empty answer, whether it waits for a change or for the compression.
  reply.hijack();
  const all = jsonHeaders(headers);
  if (!isWorthCompressing(body) || !acceptsGzip(request.headers)) return write(reply, body.bytes, all);
  body.compressed ??= compress(body.bytes).then((bytes) => (body.packed = bytes));
  void body.compressed.then((bytes) => write(reply, bytes, [...all, 'Content-Encoding', 'gzip']));
}

/** Past Fastify, whose `send` costs more than all else when thousands wait for the same bytes. */
function write(reply: FastifyReply, bytes: Buffer, headers: Headers): void {
  const all: string[] = [];
  for (const [name, value] of Object.entries(reply.getHeaders())) all.push(name, String(value));
  all.push(...headers, 'Content-Length', String(bytes.length));
  reply.raw.writeHead(reply.statusCode, all);
  reply.raw.end(bytes);
}

/** JSON as Consul writes it: `?pretty` indents by four and ends the line. */
export function toJson(body: unknown, pretty: boolean): Buffer {
  return Buffer.from(pretty ? `${JSON.stringify(body, undefined, 4)}\n` : JSON.stringify(body));
}

/** What any answer of JSON has, and `more`. */
export function jsonHeaders(more: Headers): Headers {
  return ['Content-Type', 'application/json', 'Vary', 'Accept-Encoding', ...more];
}

export function isWorthCompressing({ bytes }: Body): boolean {
  return bytes.length > COMPRESS_ABOVE;
}

export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  const accepted = headers['accept-encoding'];
  return typeof accepted === 'string' && /(?:^|[,\s])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted);
}
