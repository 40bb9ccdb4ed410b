import type { Socket } from 'node:net';
import { endWithAnswer } from '#libs/http';

const ANSWERS: Readonly<Record<string, readonly [status: number, text: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

const MALFORMED = [400, 'Bad Request: malformed HTTP request'] as const;

/** Answers in plain text what Node's HTTP parser refuses, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // ECONNRESET: the other side is gone.
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy(error);
  const [status, text] = ANSWERS[error.code ?? ''] ?? MALFORMED;
  endWithAnswer(socket, status, 'text/plain; charset=utf-8', text);
}
