import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, spawnServer, startServer, subject, type Subject } from '../subject.js';
import { untilAnswered } from './answers.js';
import { nsdConfiguration } from './nsd.js';

/** The zone file of a peer, in a folder of its own. */
interface Zone {
  readonly folder: string;
  readonly file: string;
  /** `127.0.0.1:5353` */
  readonly address: string;
}

const NSD = '/usr/sbin/nsd';
const MIEKG = pathOf('./peers/miekg/miekg');

/** The least that a UDP server on Node can do: the ratios are to it. */
export async function startUdpEcho(): Promise<Subject> {
  const { ready, child } = await startServer('./peers/udp-echo.js');
  return subject('dgram echo', ready.endpoints['dns']!, child);
}

/** Servers of others that answer from `zone`, a zone file; those that the machine lacks are said to be missing. */
export async function startPeers(zone: string): Promise<Subject[]> {
  const peers: Subject[] = [];
  if (existsSync(MIEKG)) {
    peers.push(await startPeer('minimal miekg/dns', zone, ({ address, file }) => [MIEKG, address, file]));
  } else console.log('\nminimal miekg/dns is missing: it needs Go');
  if (existsSync(NSD)) peers.push(await startPeer('NSD', zone, nsdCommand));
  else console.log("\nNSD is missing: it is installed by root, from Debian's packages");
  return peers;
}

function nsdCommand({ folder, file, address }: Zone): string[] {
  const configuration = join(folder, 'nsd.conf');
  writeFileSync(configuration, nsdConfiguration(folder, file, address));
  return [NSD, '-d', '-c', configuration];
}

async function startPeer(name: string, records: string, command: (zone: Zone) => string[]): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const zone = { folder, file: join(folder, 'zone'), address: `127.0.0.1:${await freePort()}` };
  writeFileSync(zone.file, records);
  const child = spawnServer(command(zone), ['ignore', 'ignore', 'inherit']);
  const peer = subject(name, zone.address, child);
  const stop = () => {
    // NSD ends its children on this signal only.
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilAnswered(peer);
  } catch (error) {
    stop();
    throw error;
  }
  return { ...peer, stop };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(resolve));
  return port;
}
