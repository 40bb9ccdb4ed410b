// Settings that change while a program runs: the file is written anew, then SIGHUP or PUT /v1/agent/reload.
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { decode, type Answer } from 'dns-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { buildQuery } from '../conformance/dns-client.js';
import { dig, hostAndPort, shell } from './commands.js';
import { streamQueries } from './udp-stream.js';

const folder = tempFolder();
const file = join(folder.path, 'app.ini');
const START = `http_port = 0\ndns_port = 0\nnode_name = node1\ndata_dir = ${join(folder.path, 'resolver')}`;
let resolver: TestProgram;
let registry: string;
let dns: string;

/** Writes the file: `more` may add to [resolver], which comes first, and open other sections. */
function write(more = '', resolverSection = START): void {
  writeFileSync(file, `[resolver]\n${resolverSection}\n${more}\n`);
}

async function reload(): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${registry}/v1/agent/reload`, { method: 'PUT' });
  return { status: answer.status, text: await answer.text() };
}

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [detail: string]: unknown;
}

/** What was logged with a message, in order. */
function logged(program: TestProgram, message: string): Line[] {
  const lines = program.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === message);
}

/** Sends SIGHUP and waits until one more line with `message` is logged. */
async function hangUp(program: TestProgram, message: string): Promise<Line> {
  const before = logged(program, message).length;
  program.signal('SIGHUP');
  await eventually(message, 10_000, () => logged(program, message).length > before);
  return logged(program, message).at(-1)!;
}

const RELOADED = 'reloaded';
const REFUSED = 'not reloaded: all settings stay as they were';
const WAITING = 'changed, but only new workers (SIGHUP) take these settings on';

beforeAll(async () => {
  write();
  resolver = TestProgram.start('resolver', {}, ['--config', file]);
  const { endpoints } = await resolver.ready();
  registry = endpoints['registry']!;
  dns = endpoints['dns']!;
  for (const [id, Status] of [
    ['web-1', 'passing'],
    ['web-2', 'warning'],
  ] as const) {
    const body = { Name: 'web', ID: id, Address: `10.0.0.${id.at(-1)}`, Check: { TTL: '1h', Status } };
    await fetch(`${registry}/v1/agent/service/register`, { method: 'PUT', body: JSON.stringify(body) });
  }
});

beforeEach(async () => {
  write();
  await reload();
});

afterAll(async () => {
  await resolver?.end();
  folder.remove();
});

describe('a reload', () => {
  it.each([
    ['domain = corp', 'node1.node.corp A', /REFUSED/, /NOERROR/],
    ['alt_domain = corp', 'node1.node.corp A', /REFUSED/, /NOERROR/],
    ['node_ttl = 7s', 'node1.node.consul A', /\s0\s+IN\s+A\s/, /\s7\s+IN\s+A\s/],
    ['service_ttl = web=9s', 'web.service.consul A', /\s0\s+IN\s+A\s/, /\s9\s+IN\s+A\s/],
    ['only_passing = true', 'web.service.consul A', /10\.0\.0\.2/, /ANSWER: 1,/],
    ['a_record_limit = 1', 'web.service.consul A', /ANSWER: 2,/, /ANSWER: 1,/],
    ['udp_answer_limit = 1', '+noedns +ignore web.service.consul A', /ANSWER: 2,/, / tc rd;[^]*ANSWER: 1,/],
    ['udp_answer_limit = 1\nenable_truncate = false', '+noedns +ignore web.service.consul A', / 2,/, / aa rd;[^]* 1,/],
    ['soa_refresh = 1m\nsoa_min_ttl = 3s', 'consul SOA', /\s3600 600 86400 0\n/, /\s60 600 86400 3\n/],
    ['version = 1.2.3', 'version.bind CH TXT', /REFUSED/, /"1\.2\.3"/],
    ['server_id = left', '+nsid consul SOA', /^(?!.*NSID)/, /NSID: .*\("left"\)/],
    ['allow_from = 10.0.0.0/8', 'node1.node.consul A', /NOERROR/, /REFUSED/],
    ['cookies = false', '+cookie consul SOA', /COOKIE: .*\(good\)/, /^(?![^]*COOKIE: .*\(good\))/],
  ])('takes on %j, and takes it back', async (setting, question, before, after) => {
    const ask = async () => `${(await dig(dns, ...question.split(' '))).join('\n')}\n`;
    expect(await ask()).toMatch(before);
    write(`[dns]\n${setting}`);
    const { changed } = await hangUp(resolver, RELOADED);
    expect(changed).toEqual(setting.split('\n').map((line) => `[dns] ${line.split(' ')[0]}`));
    expect(await ask()).toMatch(after);
    write();
    expect(await reload()).toEqual({ status: 200, text: '' });
    expect(await ask()).toMatch(before);
  });

  it('takes on the log of queries', async () => {
    write('[dns]\nquery_log = 1');
    await reload();
    await dig(dns, 'node1.node.consul', 'A');
    await eventually('the query in the log', 5_000, () => logged(resolver, 'query').length === 1);
    write();
    await reload();
    await dig(dns, 'node1.node.consul', 'A');
    await hangUp(resolver, RELOADED);
    expect(logged(resolver, 'query')).toHaveLength(1);
  });

  it('takes on the level of the log', async () => {
    const lines = () => logged(resolver, RELOADED).length;
    write('[log]\nlevel = error');
    await reload();
    const told = lines();
    await reload();
    write();
    await reload();
    expect(lines()).toBe(told);
    await reload();
    await eventually('a line at the level that is back', 5_000, () => lines() === told + 1);
  });

  it('that is asked for over HTTP names what has to wait for new workers, and goes on without it', async () => {
    write(
      '[dns]\nnode_ttl = 7s',
      START.replace('dns_port = 0', 'dns_port = 53').replace('node1', 'other\ndatacenter = dc2'),
    );
    await reload();
    const { settings } = logged(resolver, WAITING).at(-1)!;
    expect(settings).toEqual(['[resolver] dns_port', '[resolver] node_name', '[resolver] datacenter']);
    expect((await dig(dns, 'node1.node.dc1.consul', 'A', '+noall', '+answer')).join()).toMatch(/\s7\s+IN\s+A\s/);
    const waiting = logged(resolver, WAITING).length;
    write();
    await reload();
    expect(logged(resolver, WAITING)).toHaveLength(waiting);
  });

  it('refuses a file with mistakes whole: it tells every one, and keeps all settings', async () => {
    write('[dns]\nnode_ttl = 7s\nonly_passing = maybe\n[log]\nlevel = loud\nnonsense');
    const problems = [
      `${file}: line 11: expected [section] or key = value, found "nonsense"`,
      `${file}: [dns] only_passing is "maybe", expected true or false`,
      `${file}: [log] level is "loud", expected one of trace, debug, info, warn, error, silent`,
    ];
    expect((await hangUp(resolver, REFUSED))['problems']).toEqual(problems);
    expect(await reload()).toEqual({ status: 500, text: problems.join('\n') });
    expect((await dig(dns, 'node1.node.consul', 'A', '+noall', '+answer')).join()).toMatch(/\s0\s+IN\s+A\s/);
  });

  it('keeps a TCP connection, and answers by the new settings on it', async () => {
    const { host, port } = hostAndPort(dns);
    const socket = createConnection(Number(port), host);
    expect(await ttlOverTcp(socket)).toBe(0);
    write('[dns]\nnode_ttl = 7s');
    await reload();
    expect(await ttlOverTcp(socket)).toBe(7);
    socket.destroy();
  });

  it('loses no datagram of a stream', async () => {
    const queries = Array.from({ length: 20_000 }, (_, id) => buildQuery({ id, name: 'node1.node.consul', type: 'A' }));
    const { replies, lost } = await streamQueries(dns, queries, (count) => {
      if (count % 1_000 !== 0) return;
      write(`[dns]\nnode_ttl = ${count / 1_000}s`);
      resolver.signal('SIGHUP');
    });
    expect(lost).toEqual([]);
    // Each reply is by the settings of one moment, and there were several.
    const ttls = new Set([...replies.values()].map(ttlOf));
    expect(ttls.size).toBeGreaterThan(3);
    expect(Math.max(...ttls)).toBeLessThanOrEqual(20);
  });

  it('is watched by a stream that notices a lost query', async () => {
    const queries = Array.from({ length: 100 }, (_, id) => buildQuery({ id, name: 'node1.node.consul', type: 'A' }));
    // A reply instead of a query is not answered.
    queries[7]![2]! |= 0x80;
    const { lost } = await streamQueries(dns, queries);
    expect(lost).toEqual([7]);
  });
});

describe('README.md', () => {
  it('shows commands that work as typed', async () => {
    const section = /## Change settings without a restart\n[^]*?(?=\n## )/.exec(readFileSync('README.md', 'utf8'))![0];
    const [edit, ask, look, ...rest] = [...section.matchAll(/^ {4}\$ (.*)$/gm)].map(([, command]) => command!);
    expect(rest).toEqual([]);
    const [shown] = /^ {4}user\..*$/m.exec(section)!;
    const address = hostAndPort(dns);
    write(readFileSync('config/app.ini', 'utf8').replace(/^[^]*?(?=\[dns\])/, ''));
    const body = '{"Name":"user"}';
    expect((await fetch(`${registry}/v1/agent/service/register`, { method: 'PUT', body })).status).toBe(200);
    await shell(edit!.replace('config/app.ini', file));
    expect(await shell(`${ask!.replace('http://127.0.0.1:8500', registry)} --silent --show-error`)).toBe('');
    const answer = await shell(look!.replace('127.0.0.1', address.host).replace('8600', address.port));
    expect(answer.trim().split(/\s+/)).toEqual(shown.trim().split(/\s+/));
  });
});

function ttlOf(message: Buffer): number {
  const [answer] = decode(message).answers as [Answer & { ttl: number }];
  return answer.ttl;
}

/** Asks for the node on a connection that stays open. */
function ttlOverTcp(socket: Socket): Promise<number> {
  const query = buildQuery({ name: 'node1.node.consul', type: 'A' });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  socket.write(Buffer.concat([length, query]));
  return new Promise((resolve, reject) => {
    socket.once('data', (reply: Buffer) => resolve(ttlOf(reply.subarray(2))));
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}
