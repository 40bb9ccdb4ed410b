import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A host and a port, as a program tells them: `127.0.0.1:8600`. */
export function hostAndPort(address: string): { host: string; port: string } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: address.slice(colon + 1) };
}

/** Asks the DNS server at `address` with the real dig, once, and gives the lines of its output. */
export async function dig(address: string, ...args: string[]): Promise<string[]> {
  const { host, port } = hostAndPort(address);
  const { stdout } = await run('dig', [`@${host}`, '-p', port, '+tries=1', '+time=3', ...args]);
  return stdout.trim() === '' ? [] : stdout.trim().split('\n');
}

/** The SRV records that dig shows: port and target, with the address that came along. */
export async function digSrv(address: string, name: string, ...args: string[]) {
  const lines = (await dig(address, name, 'SRV', '+noall', '+answer', '+additional', ...args)).map((line) =>
    line.split(/\s+/),
  );
  const addresses = new Map(lines.filter(([, , , type]) => type === 'A').map(([owner, , , , ip]) => [owner, ip]));
  return lines
    .filter(([, , , type]) => type === 'SRV')
    .map((fields) => ({ port: fields[6], target: fields[7], ip: addresses.get(fields[7]!) }));
}

/** A line of shell, as a reader of the README pastes it. */
export async function shell(line: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run('bash', ['-c', line], { env: { ...process.env, ...env } });
  return stdout;
}
