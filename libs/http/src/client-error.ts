import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HTTP_PROBLEMS } from './http-problems.js';
import { buildProblem, Problem, PROBLEM_MEDIA_TYPE, type ProblemKind } from './problem.js';

const KINDS: Readonly<Record<string, ProblemKind>> = {
  HPE_HEADER_OVERFLOW: HTTP_PROBLEMS.headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: HTTP_PROBLEMS.timeout,
};

/**
 * Answers what Node's HTTP parser refuses: there is no request yet, only a connection, which is closed after it.
 *
 * @see https://nodejs.org/api/http.html#event-clienterror
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // ECONNRESET: the other side is gone.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const kind = KINDS[error.code ?? ''] ?? HTTP_PROBLEMS.malformedRequest;
  endWithAnswer(socket, kind.status, PROBLEM_MEDIA_TYPE, buildProblem(new Problem(kind)));
}

/** Sends an answer to a request that could not be read, and closes its connection. */
export function endWithAnswer(socket: Socket, status: number, mediaType: string, body: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${mediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
