import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCheck, anInstance, aNode } from '#libs/testing';
import { Catalog, type CatalogCounts } from './catalog.js';
import { Draft, viewOf } from './draft.js';
import type { Status } from './model.js';
import type { CatalogEvent } from './touch.js';

describe('Catalog', () => {
  let catalog: Catalog;
  let revision: number;
  let events: CatalogEvent[];

  function change(mutate: (draft: Draft) => void): CatalogEvent {
    const draft = new Draft(viewOf(catalog));
    mutate(draft);
    catalog.apply(++revision, draft.changes);
    return events.at(-1)!;
  }

  beforeEach(() => {
    catalog = new Catalog();
    revision = 0;
    events = [];
    catalog.subscribe((event) => events.push(event));
    change((draft) => draft.putNode(aNode()));
  });

  it('finds nodes and services in any letter case', () => {
    change((draft) => draft.putInstance(anInstance({ service: 'Web' })));
    expect(catalog.node('NODE1')?.node.name).toBe('node1');
    expect(catalog.service('wEB')?.instances[0]?.instance.service).toBe('Web');
    expect(catalog.instance('Node1', 'web-1')).toBeDefined();
  });

  it('lists instances by node and id, and by tag in any letter case', () => {
    change((draft) => draft.putNode(aNode({ name: 'a' })));
    change((draft) => draft.putInstance(anInstance({ id: 'w2', tags: ['Blue'] })));
    change((draft) => draft.putInstance(anInstance({ id: 'w1' })));
    change((draft) => draft.putInstance(anInstance({ node: 'a', id: 'w3' })));
    expect(catalog.service('web')!.instances.map(({ instance }) => instance.id)).toEqual(['w3', 'w1', 'w2']);
    expect(
      catalog
        .service('web')!
        .withTag('bLUE')
        .map(({ instance }) => instance.id),
    ).toEqual(['w2']);
    change((draft) => draft.putInstance(anInstance({ id: 'w2', tags: ['green'] })));
    expect(catalog.service('web')!.withTag('blue')).toEqual([]);
  });

  it('knows what stands behind the dots of the names of its nodes', () => {
    change((draft) => draft.putNode(aNode({ name: 'A.b.C' })));
    change((draft) => draft.putNode(aNode({ name: 'x.c' })));
    change((draft) => draft.putNode(aNode({ name: 'a.B.c', address: '10.0.0.77' })));
    const known = () => ['a.b.c', 'b.c', 'C', 'b', ''].map((name) => Number(catalog.hasNodeBelow(name))).join('');
    expect(known()).toBe('01100');
    change((draft) => draft.removeNode('a.b.c'));
    expect(known()).toBe('00100');
    change((draft) => draft.removeNode('X.C'));
    expect(known()).toBe('00000');
  });

  it('knows which tags a service has, and what stands behind their dots', () => {
    change((draft) => draft.putInstance(anInstance({ id: 'w1', tags: ['V1.Eu.Blue', 'v1.eu.blue', 'green'] })));
    change((draft) => draft.putInstance(anInstance({ id: 'w2', tags: ['v2.blue'] })));
    const known = () => {
      const { tagNames } = catalog.service('web')!;
      const names = ['v1.eu.blue', 'eu.blue', 'blue', 'v2.blue', 'green', 'lue', ''];
      return names.map((name) => [tagNames.has(name), tagNames.hasBelow(name)].map(Number).join('')).join(' ');
    };
    expect(known()).toBe('10 01 01 10 10 00 00');
    change((draft) => draft.putInstance(anInstance({ id: 'w1', tags: [] })));
    expect(known()).toBe('00 00 01 10 00 00 00');
  });

  it('takes the worst of the checks of an instance and of its node', () => {
    change((draft) => draft.putInstance(anInstance()));
    const entry = catalog.instance('node1', 'web-1')!;
    expect(entry.status).toBe('passing');
    change((draft) => draft.putCheck(aCheck({ id: 'c', serviceId: 'web-1', status: 'warning' })));
    expect(entry.status).toBe('warning');
    change((draft) => draft.putCheck(aCheck({ id: 'n', status: 'critical' })));
    expect(entry.status).toBe('critical');
    change((draft) => draft.removeCheck('node1', 'n'));
    expect(entry.status).toBe('warning');
  });

  it('finds nodes and instances by address, in any spelling of it', () => {
    change((draft) => draft.putInstance(anInstance({ address: '2001:DB8:0:0::1' })));
    expect([...catalog.instancesAt('2001:db8::1')]).toHaveLength(1);
    expect([...catalog.nodesAt('10.0.0.1')]).toHaveLength(1);
    change((draft) => draft.putInstance(anInstance({ address: '10.9.9.9' })));
    expect([...catalog.instancesAt('2001:db8::1')]).toEqual([]);
    expect([...catalog.nodesAt('web.example')]).toEqual([]);
  });

  it('finds a node by its id, for as long as it has it', () => {
    change((draft) => draft.putNode(aNode({ id: 'u1' })));
    expect(catalog.nodeById('u1')?.node.name).toBe('node1');
    change((draft) => draft.putNode(aNode({ id: 'u2' })));
    expect(catalog.nodeById('u1')).toBeUndefined();
    change((draft) => {
      draft.removeNode('node1');
      expect(draft.nodeById('u2')).toBeUndefined();
      draft.putNode(aNode({ name: 'node2', id: 'u2' }));
      expect(draft.nodeById('u2')?.name).toBe('node2');
    });
    expect(catalog.nodeById('u2')?.node.name).toBe('node2');
    change((draft) => draft.removeNode('node2'));
    expect(catalog.nodeById('u2')).toBeUndefined();
    change((draft) => draft.putNode(aNode()));
    expect(catalog.nodeById('')).toBeUndefined();
  });

  it('gives each service an index of its own', () => {
    change((draft) => draft.putInstance(anInstance()));
    const before = catalog.serviceRevision('web');
    change((draft) => draft.putInstance(anInstance({ id: 'db-1', service: 'db' })));
    expect(catalog.serviceRevision('web')).toBe(before);
    expect(catalog.serviceRevision('db')).toBe(revision);
    change((draft) => draft.putCheck(aCheck({ serviceId: 'web-1', status: 'critical' })));
    expect(catalog.serviceRevision('web')).toBe(revision);
  });

  it.each([
    ['its address', (draft: Draft) => draft.putNode(aNode({ address: '10.0.0.2' }))],
    ['one of its own checks', (draft: Draft) => draft.putCheck(aCheck())],
  ])('moves every service of a node on with %s', (_what, mutate) => {
    change((draft) => draft.putInstance(anInstance()));
    change((draft) => draft.putInstance(anInstance({ id: 'db-1', service: 'db' })));
    expect([...change(mutate).services].sort()).toEqual(['db', 'web']);
    expect(catalog.serviceRevision('web')).toBe(revision);
  });

  it('keeps the index of a service that is gone from going back', () => {
    change((draft) => draft.putInstance(anInstance()));
    change((draft) => draft.removeInstance('node1', 'web-1'));
    expect(catalog.service('web')).toBeUndefined();
    expect(catalog.serviceRevision('web')).toBe(revision);
    expect(catalog.serviceRevision('never')).toBe(revision);
  });

  it('says which services, nodes and addresses a commit touches', () => {
    const event = change((draft) => draft.putInstance(anInstance({ address: '10.1.1.1' })));
    expect(event).toMatchObject({
      revision,
      services: new Set(['web']),
      nodes: new Set(['node1']),
      addresses: new Set(['10.1.1.1']),
    });
    const moved = change((draft) => draft.putInstance(anInstance({ address: '10.1.1.2', service: 'api' })));
    expect(moved.services).toEqual(new Set(['web', 'api']));
    expect(moved.addresses).toEqual(new Set(['10.1.1.1', '10.1.1.2']));
  });

  it('starts every index at the revision of what it loads', () => {
    const loaded = new Catalog();
    const stamps = { createRevision: 2, modifyRevision: 3 };
    loaded.load({
      revision: 9,
      nodes: [{ ...stamps, node: aNode() }],
      instances: [{ ...stamps, instance: anInstance() }],
      checks: [],
    });
    expect([
      loaded.revision,
      loaded.serviceRevision('web'),
      loaded.serviceRevision('x'),
      loaded.nodeRevision('node1'),
    ]).toEqual([9, 9, 9, 9]);
    expect(loaded.instance('node1', 'web-1')).toMatchObject(stamps);
  });

  it('is the same whether it followed the changes or loaded their outcome', () => {
    const statuses: Status[] = ['passing', 'warning', 'critical'];
    const step = fc.record({
      what: fc.constantFrom('node', 'instance', 'check', 'drop-node', 'drop-instance', 'drop-check'),
      node: fc.constantFrom('a', 'B'),
      id: fc.constantFrom('1', '2'),
      name: fc.constantFrom('web', 'Web', 'db'),
      status: fc.constantFrom(...statuses),
      address: fc.constantFrom('', '10.0.0.9', 'fe00::1'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const followed = new Catalog();
        steps.forEach(({ what, node, id, name, status, address }, i) => {
          const draft = new Draft(viewOf(followed));
          if (what === 'node') draft.putNode(aNode({ name: node, address: address || '10.0.0.1' }));
          if (what === 'instance' && draft.node(node))
            draft.putInstance(anInstance({ node, id, service: name, address }));
          if (what === 'check' && draft.node(node)) {
            const serviceId = draft.instance(node, id) ? id : '';
            draft.putCheck(aCheck({ node, id: `c${id}`, status, serviceId }));
          }
          if (what === 'drop-node') draft.removeNode(node);
          if (what === 'drop-instance') draft.removeInstance(node, id);
          if (what === 'drop-check') draft.removeCheck(node, `c${id}`);
          followed.apply(i + 1, draft.changes);
        });
        const loaded = new Catalog();
        loaded.load(snapshotOf(followed));
        expect(pictureOf(loaded)).toEqual(pictureOf(followed));
        expect([followed.counts, loaded.counts]).toEqual([walk(followed), walk(followed)]);
      }),
      { numRuns: 300 },
    );
  });
});

function snapshotOf(catalog: Catalog) {
  const nodes = [...catalog.nodes()];
  return {
    revision: catalog.revision,
    nodes: nodes.map(({ node, createRevision, modifyRevision }) => ({ node, createRevision, modifyRevision })),
    instances: nodes.flatMap((node) => [...node.instances.values()]),
    checks: nodes.flatMap((node) => [...node.checks.values()]),
  };
}

/** What `counts` should be. */
function walk(catalog: Catalog): CatalogCounts {
  const { nodes, instances, checks } = snapshotOf(catalog);
  const count = (status: Status) => checks.filter(({ check }) => check.status === status).length;
  return {
    nodes: nodes.length,
    services: [...catalog.services()].length,
    instances: instances.length,
    checks: { passing: count('passing'), warning: count('warning'), critical: count('critical') },
  };
}

/** All that a reader can see, but for the indexes, which loading raises. */
function pictureOf(catalog: Catalog) {
  const services = [...catalog.services()].map((service) => [
    service.key,
    service.instances.map((entry) => [
      entry.instance,
      entry.status,
      entry.ownChecks.map(({ check }) => check),
      entry.createRevision,
    ]),
  ]);
  const nodes = [...catalog.nodes()].map((entry) => [
    entry.node,
    entry.status,
    [...entry.instances.keys()].sort(),
    [...entry.checks.keys()].sort(),
  ]);
  const at = ['10.0.0.1', '10.0.0.9', 'fe00::1'].map((ip) => [
    [...catalog.nodesAt(ip)].map(({ node }) => node.name).sort(),
    [...catalog.instancesAt(ip)].map(({ instance }) => `${instance.node}/${instance.id}`).sort(),
  ]);
  return { services: new Map(services as [string, unknown][]), nodes, at };
}
