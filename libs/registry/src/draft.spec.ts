import { beforeEach, describe, expect, it } from 'vitest';
import { aCheck, anInstance, aNode } from '#libs/testing';
import { Catalog } from './catalog.js';
import { Draft, viewOf } from './draft.js';

describe('Draft', () => {
  let catalog: Catalog;
  beforeEach(() => {
    catalog = new Catalog();
    const first = new Draft(viewOf(catalog));
    first.putNode(aNode());
    first.putInstance(anInstance({ meta: { a: '1', b: '2' } }));
    first.putCheck(aCheck({ id: 'c', serviceId: 'web-1', serviceName: 'web' }));
    first.putCheck(aCheck({ id: 'n' }));
    catalog.apply(1, first.changes);
  });
  const draftOf = () => new Draft(viewOf(catalog));

  it('leaves out what is there already, whatever the order of keys', () => {
    const draft = draftOf();
    draft.putNode(aNode());
    draft.putInstance(anInstance({ meta: { b: '2', a: '1' } }));
    draft.putCheck(aCheck({ id: 'n' }));
    draft.removeInstance('node1', 'unknown');
    expect(draft.changes).toEqual([]);
  });

  it('shows what it changed', () => {
    const draft = draftOf();
    draft.putInstance(anInstance({ id: 'web-2' }));
    draft.removeInstance('node1', 'web-1');
    expect(draft.instancesOf('NODE1').map(({ id }) => id)).toEqual(['web-2']);
    expect(draft.check('node1', 'c')).toBeUndefined();
    expect(catalog.instance('node1', 'web-1')).toBeDefined();
  });

  it('removes what hangs on an instance or a node, dependants first', () => {
    const draft = draftOf();
    draft.removeNode('node1');
    expect(draft.changes.map(({ kind }) => kind)).toEqual([
      'remove-check',
      'remove-instance',
      'remove-check',
      'remove-node',
    ]);
    expect(draft.checksOf('node1', '')).toEqual([]);
  });

  it('refuses an instance without its node and a check without its instance', () => {
    expect(() => draftOf().putInstance(anInstance({ node: 'other' }))).toThrow('unknown node other');
    expect(() => draftOf().putCheck(aCheck({ serviceId: 'other' }))).toThrow('unknown instance other');
  });

  it('carries a new service name to the checks', () => {
    const draft = draftOf();
    draft.putInstance(anInstance({ service: 'api' }));
    expect(draft.check('node1', 'c')?.serviceName).toBe('api');
  });

  it('absorbs a draft on top of it', () => {
    const below = draftOf();
    below.removeCheck('node1', 'n');
    const above = new Draft(below);
    above.removeCheck('node1', 'n');
    above.putInstance(anInstance({ id: 'web-2' }));
    below.absorb(above);
    expect(below.changes.map(({ kind }) => kind)).toEqual(['remove-check', 'put-instance']);
    expect(below.instance('node1', 'web-2')).toBeDefined();
  });
});
