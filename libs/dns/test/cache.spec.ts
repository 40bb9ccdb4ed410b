// Replies from the cache against replies that are made anew, while the directory changes at random. CACHE_STEPS and CACHE_SEED change how many
// steps and which.
import { expect, it } from 'vitest';
import { TYPE } from '../src/wire/codes.js';
import { parseMessage } from '../src/wire/message.js';
import { Name } from '../src/wire/name.js';
import { nodeOf, type InstanceParts, type MemoryDirectory } from './memory-directory.js';
import { Random } from './mutator.js';
import { queryOctets } from './queries.js';
import { startResponder } from './responder.js';
import { line } from './show.js';

const STEPS = Number(process.env['CACHE_STEPS'] ?? 10_000);
const SEED = Number(process.env['CACHE_SEED'] ?? 1);

const SERVICES = ['web', 'db', 'Inner', '_x'];
const NODES = ['n1', 'a.b', 'b', 'ext'];
const TAGS = ['v1', 'v1.blue', 'blue'];
const ADDRESSES = ['', '10.0.0.7', '2001:db8::7'];
/** One instance at one of these is no random choice. */
const HOSTS = ['web.service.consul', 'b.node.consul', 'inner.service.consul', 'out.example'];
const NAMES = [
  ...SERVICES.map((name) => `${name}.service.consul`),
  ...TAGS.map((tag) => `${tag}.web.service.consul`),
  ...NODES.map((name) => `${name}.node.consul`),
  '_web._v1.service.consul',
  'web.service.my.zone',
  '7.0.0.10.in-addr.arpa',
  '0a000007.addr.consul',
  'service.consul',
  'consul',
];
const TYPES = ['A', 'AAAA', 'SRV', 'ANY', 'TXT', 'CNAME', 'PTR', 'SOA', 'NS'] as const;

/** @param port another one for each, as of instances at one target and port one is chosen at random */
function randomInstance(random: Random, port: number): InstanceParts {
  return {
    address: random.pick(ADDRESSES),
    port,
    tags: [random.pick(TAGS)],
    status: random.pick(['passing', 'warning', 'critical']),
    node: { name: random.pick(NODES), meta: random.below(2) === 0 ? {} : { rack: '1' } },
  };
}

/** Changes the same thing in both directories, and tells them of it as the catalog would. */
function change(directories: readonly MemoryDirectory[], random: Random): void {
  const kind = random.below(3);
  const service = random.pick(SERVICES).toLowerCase();
  const instances = Array.from({ length: random.below(12) }, (_, port) => randomInstance(random, port));
  const host = random.pick(HOSTS);
  const name = random.pick(NODES);
  const address = random.pick(['10.0.0.7', '10.0.0.8', 'b.node.consul']);
  for (const directory of directories) {
    if (kind === 0 && service === 'inner') directory.put(service, { address: host });
    else if (kind === 0) directory.put(service, ...instances);
    else if (kind === 1 && directory.nodes.delete(name)) directory.tell({ nodes: [name] });
    else if (kind === 1) {
      directory.nodes.set(name, nodeOf({ name, address }));
      directory.tell({ nodes: [name] });
    } else {
      if (!directory.addresses.delete('10.0.0.7')) directory.addresses.set('10.0.0.7', { service });
      directory.tell({ addresses: ['10.0.0.7'] });
    }
  }
}

function randomQuery(random: Random): { readonly query: Buffer; readonly transport: 'udp' | 'tcp' } {
  const letters = random.pick([(text: string) => text, (text: string) => text.toUpperCase()]);
  const parts = random.pick([{}, { opt: {} }, { opt: { udpSize: 512 } }, { opt: { dnssecOk: true } }, { rd: true }]);
  const query = queryOctets(letters(random.pick(NAMES)), random.pick(TYPES), { ...parts, id: random.below(65_536) });
  return { query, transport: random.pick(['udp', 'tcp']) };
}

/** What must be the same: all but the order, what is chosen at random, and the letters of names behind pointers to the question. */
function fixed(reply: Buffer): object {
  const { answers, additional, authority, ...rest } = parseMessage(reply);
  if (rest.tc || rest.questions[0]!.type === TYPE.ANY) return { ...rest, answers: answers.length > 0 };
  return {
    ...rest,
    sections: [answers, additional, authority].map((records) => records.map((each) => line(each).toLowerCase()).sort()),
  };
}

it(`a reply from the cache is the one that would be made anew (${STEPS} steps of seed ${SEED})`, () => {
  const random = new Random(SEED);
  const altDomain = Name.fromText('my.zone')!;
  const cached = startResponder({ altDomain });
  const fresh = startResponder({ altDomain }, 1);
  for (let i = 0; i < STEPS; i++) {
    if (random.below(30) === 0) change([cached.directory, fresh.directory], random);
    const { query, transport } = randomQuery(random);
    fresh.cache.clear();
    expect(fixed(cached.respond(query, transport)!)).toEqual(fixed(fresh.respond(query, transport)!));
  }
  expect(cached.counters.hits).toBeGreaterThan(STEPS / 10);
  expect(fresh.counters.hits).toBe(0);
});
