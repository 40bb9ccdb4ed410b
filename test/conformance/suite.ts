import { readFileSync } from 'node:fs';

/** A request that brings the registry into a state. */
export interface SetupRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** A recorded suite: a state, and cases with what a reference server answered. */
export interface Suite<Case> {
  readonly setup: readonly SetupRequest[];
  readonly cases: readonly Case[];
}

/** @param name of a file beside this one, without its ending */
export function loadSuite<Case>(name: string): Suite<Case> {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as Suite<Case>;
}

/** @throws when one of the requests is not answered with success */
export async function setUp(registry: string, requests: readonly SetupRequest[]): Promise<void> {
  for (const { method, path, body } of requests) {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(registry + path, { method, ...json });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}
