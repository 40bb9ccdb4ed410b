import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a check looks like in Consul's API, as far as tests here care. */
export interface CheckState {
  readonly CheckID: string;
  readonly Status: string;
  readonly Output: string;
}

/** A PUT. @returns the status and the text of the answer */
export async function put(url: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url, { method: 'PUT', ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: answer.status, text: await answer.text() };
}

export async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

/** The ids of the instances of the service web that pass, in order. */
export async function passing(url: string): Promise<string[]> {
  const entries = (await getJson(`${url}/v1/health/service/web?passing`)) as { Service: { ID: string } }[];
  return entries.map(({ Service }) => Service.ID).sort();
}

/** The check that came with the instance `id`. */
export async function checkOf(url: string, id: string): Promise<CheckState> {
  return ((await getJson(`${url}/v1/agent/checks`)) as Record<string, CheckState>)[`service:${id}`]!;
}

/** What DNS (`127.0.0.1:8600`) answers when asked for the service web, as dig shows it. */
export async function dig(dns: string, ...options: string[]): Promise<string> {
  const [host, port] = dns.split(':');
  return (await run('dig', [`@${host}`, '-p', port!, 'web.service.consul', 'SRV', ...options])).stdout;
}

/** The ports in that answer. */
export async function ports(dns: string): Promise<string[]> {
  const lines = (await dig(dns, '+short')).trim().split('\n');
  return lines.map((line) => line.split(' ')[2]!).sort();
}
