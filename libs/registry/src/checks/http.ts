import * as http from 'node:http';
import * as https from 'node:https';
import type { HttpProbe } from './probe.js';
import { guardedLookup, refuseForbidden } from './target.js';
import { firstOctets, type Verdict } from './verdict.js';

/** As Go's HTTP client, which Consul uses. */
const MAX_REDIRECTS = 10;

/** Fields that are for the server that the check names and for no other, such as one that it redirects to; Go's client drops them too. */
const FOR_ONE_ORIGIN: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'cookie2',
  'host',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
]);

/** One request on the way to the final answer. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly body: string;
  readonly headers: HttpProbe['headers'];
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly location: string | undefined;
  readonly body: string;
}

/** Asks an HTTP server how it is: 2xx passes, 429 warns, everything else is critical. */
export async function runHttp(probe: HttpProbe, signal: AbortSignal): Promise<Verdict> {
  const { method, body, headers } = probe;
  const answer = await follow(probe, { url: new URL(probe.url), method, body, headers }, signal);
  const output = `HTTP ${probe.method} ${probe.url}: ${answer.status} ${answer.reason} Output: ${answer.body}`;
  return { status: toStatus(answer.status), output };
}

function toStatus(code: number): Verdict['status'] {
  if (code >= 200 && code < 300) return 'passing';
  return code === 429 ? 'warning' : 'critical';
}

async function follow(probe: HttpProbe, first: Hop, signal: AbortSignal): Promise<Answer> {
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await ask(probe, hop, signal);
    if (probe.disableRedirects || !isRedirect(answer)) return answer;
    if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
    hop = next(hop, answer);
  }
}

function isRedirect({ status, location }: Answer): boolean {
  return location !== undefined && [301, 302, 303, 307, 308].includes(status);
}

/** RFC 9110, 15.4: 307 and 308 keep the method and the body; the others, as all browsers do, ask with GET. */
function next(hop: Hop, { status, location }: Answer): Hop {
  const url = new URL(location!, hop.url);
  const headers = url.origin === hop.url.origin ? hop.headers : headersForOthers(hop.headers);
  if (status === 307 || status === 308 || hop.method === 'HEAD') return { ...hop, url, headers };
  return { url, method: 'GET', body: '', headers };
}

function headersForOthers(headers: Hop['headers']): Hop['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !FOR_ONE_ORIGIN.has(name.toLowerCase())));
}

function ask(probe: HttpProbe, { url, method, body, headers }: Hop, signal: AbortSignal): Promise<Answer> {
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:')
    throw new Error(`unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
  refuseForbidden(url.hostname);
  const options: https.RequestOptions = {
    method,
    headers: headersOf(headers, body),
    agent: false, // a connection of its own: whether the server still accepts some is part of the question
    lookup: guardedLookup,
    signal,
    rejectUnauthorized: !probe.tlsSkipVerify,
    ...(probe.tlsServerName !== '' && { servername: probe.tlsServerName }),
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, options, (response) => {
      read(response, probe).then(resolve, reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function headersOf(given: Hop['headers'], body: string): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = { 'user-agent': 'Consul Health Check', accept: 'text/plain, text/*, */*' };
  if (body !== '') headers['content-length'] = Buffer.byteLength(body);
  for (const [name, values] of Object.entries(given)) {
    // More than one Host is an error on the wire.
    headers[name.toLowerCase()] = name.toLowerCase() === 'host' ? values[0] : [...values];
  }
  return headers;
}

/** Reads as much of the body as is kept and hangs up. */
async function read(response: http.IncomingMessage, probe: HttpProbe): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= probe.outputMaxSize) break;
  }
  response.destroy();
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    location: response.headers.location,
    body: firstOctets(Buffer.concat(chunks).toString(), probe.outputMaxSize),
  };
}
