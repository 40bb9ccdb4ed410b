import { setTimeout as sleep } from 'node:timers/promises';
import type { Oracle } from './oracle.js';
import type { BlogProcess } from './processes.js';

/** What all clients share. */
export interface Load {
  readonly processes: readonly BlogProcess[];
  readonly ids: readonly number[];
  readonly oracle: Oracle;
  /** Of an admin. */
  readonly authorization: string;
  readonly signal: AbortSignal;
}

interface Row {
  readonly id: number;
  readonly version: number;
}

/** A pause between two requests of a client, in milliseconds, so that none of them takes the machine for itself. */
const BETWEEN_MS = 2;
/** The share of reads that are of a list. */
const LISTS = 0.1;
/** A request to a process that is stopped, or was killed, is given up; a write soon, so that others are made meanwhile. */
const GIVE_UP_MS = 15_000;
const GIVE_UP_WRITE_MS = 500;

/** Changes rows at random, through processes at random. What is not acknowledged is left to chance. */
export async function write({ processes, ids, oracle, authorization, signal }: Load): Promise<void> {
  for (let n = 0; !signal.aborted; n += 1) {
    const [id, { url }] = [pick(ids), pick(processes)];
    const headers = { authorization, 'if-match': '*', 'content-type': 'application/json' };
    const body = JSON.stringify({ title: `title ${n}` });
    const change = { method: 'PATCH', headers, body };
    const row = await ask<Row>(`${url}/api/v1/articles/${id}`, change, GIVE_UP_WRITE_MS);
    if (row) oracle.acknowledge(row.id, row.version, performance.now());
    await sleep(BETWEEN_MS);
  }
}

/** Reads rows from one process, and from time to time a list of them. */
export async function read({ ids, oracle, signal }: Load, from: BlogProcess): Promise<void> {
  let seen = new Map<string, number>();
  let { starts } = from;
  while (!signal.aborted) {
    const began = performance.now();
    const kind = Math.random() < LISTS ? 'list' : 'row';
    const rows = kind === 'list' ? await readList(from.url) : await readRow(from.url, pick(ids));
    // One that was started again has given nothing yet.
    if (starts !== from.starts) [seen, starts] = [new Map(), from.starts];
    for (const { id, version } of rows) {
      oracle.judge(id, version, began);
      const before = seen.get(`${kind} ${id}`) ?? 0;
      if (version < before) oracle.wentBackwards();
      seen.set(`${kind} ${id}`, Math.max(version, before));
    }
    await sleep(BETWEEN_MS);
  }
}

/** Reads rows with the version that was acknowledged last, from processes at random. */
export async function readOwn({ processes, ids, oracle, signal }: Load): Promise<void> {
  while (!signal.aborted) {
    const id = pick(ids);
    const minimum = Math.max(1, oracle.latest(id));
    const row = await ask<Row>(`${pick(processes).url}/api/v1/articles/${id}?min_version=${minimum}`);
    if (row && row.version < minimum) oracle.fellBelow();
    await sleep(BETWEEN_MS);
  }
}

async function readRow(url: string, id: number): Promise<readonly Row[]> {
  const row = await ask<Row>(`${url}/api/v1/articles/${id}`);
  return row ? [row] : [];
}

/** The rows of the first page of a list. */
export async function readList(url: string): Promise<readonly Row[]> {
  return (await ask<{ items: Row[] }>(`${url}/api/v1/articles?sort=id&page_size=20&fields=id,version`))?.items ?? [];
}

/** What is answered; undefined for whatever is not a 200. */
export async function ask<T>(url: string, init: RequestInit = {}, giveUpMs = GIVE_UP_MS): Promise<T | undefined> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(giveUpMs) });
    const body = await answer.text();
    return answer.status === 200 ? (JSON.parse(body) as T) : undefined;
  } catch {
    return undefined;
  }
}

function pick<T>(things: readonly T[]): T {
  return things[Math.floor(Math.random() * things.length)]!;
}
