import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsulApi, type ConsulApi } from '../../../../test/consul-api.js';

const ID = '6f5c1f3e-0c1a-4d1e-9a51-0d2f3b4c5d6e';
const OTHER_ID = '11111111-2222-3333-4444-555555555555';
const OWN_ID = '1d7ae6c5-2d6f-4a54-9d2b-6b1d8a3f0c11';

describe('catalog/register', () => {
  let api: ConsulApi;
  beforeAll(async () => void (api = await startConsulApi()));
  afterAll(() => api.stop());

  async function put(path: string, body: unknown) {
    const response = await fetch(api.url + path, { method: 'PUT', body: JSON.stringify(body) });
    return { status: response.status, text: await response.text() };
  }

  function register(body: object, query = '') {
    return put(`/v1/catalog/register${query}`, { Node: 'n1', Address: '10.0.0.1', ...body });
  }

  it.each([
    [{ ID: 'zz' }, 'Bad node ID: uuid string is wrong length'],
    [{ ID: ID.replaceAll('-', '_') }, 'Bad node ID: uuid is improperly formatted'],
    [{ Check: { Name: 'c', Node: 'n2' } }, 'check node "n2" does not match node "n1"'],
    [{ Datacenter: 'elsewhere' }, 'No path to datacenter'],
  ])('of %j is 500', async (body, text) => {
    const { revision } = api.registry.catalog;
    expect(await register(body)).toEqual({ status: 500, text });
    expect(api.registry.catalog.revision).toBe(revision);
  });

  it.each([
    [{ Check: { Notes: 'nameless' } }, 'Missing check ID: neither CheckID nor Name is set'],
    [{ Checks: [{ Name: 'c', Status: 'purple' }] }, "Invalid check status: 'purple'"],
    [
      { Service: { Service: 'web', Namespace: 'x' } },
      'Request decode failed: json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    [{ Partition: 'x' }, 'Request decode failed: json: unknown field "Partition"'],
  ])('of %j is 400', async (body, text) => {
    const { revision } = api.registry.catalog;
    expect(await register(body)).toEqual({ status: 400, text });
    expect(api.registry.catalog.revision).toBe(revision);
  });

  it.each(['register', 'deregister'])('takes dc and ns from the query too: %s', async (verb) => {
    const body = { Node: 'n1', ...(verb === 'register' && { Address: '10.0.0.1' }) };
    expect(await put(`/v1/catalog/${verb}?dc=elsewhere`, { ...body, Datacenter: 'dc1' })).toEqual({
      status: 500,
      text: 'No path to datacenter',
    });
    expect(await put(`/v1/catalog/${verb}?dc=dc1`, { ...body, Datacenter: 'elsewhere', Token: 't' })).toMatchObject({
      status: 200,
    });
    expect(await put(`/v1/catalog/${verb}?ns=x`, body)).toMatchObject({ status: 400 });
  });

  it('takes a check for the node that it names in other letters', async () => {
    expect(await register({ Check: { Node: 'N1', Name: 'c' } })).toMatchObject({ status: 200 });
  });

  describe('of a node with an id', () => {
    const nodes = async () =>
      ((await (await fetch(`${api.url}/v1/catalog/nodes`)).json()) as { Node: string; ID: string }[]).map(
        ({ Node, ID: id }) => `${Node} ${id}`,
      );

    it('renames it, and what was on it is gone', async () => {
      await register({ Node: 'old', ID, Service: { Service: 'moved' } });
      expect(await register({ Node: 'new', ID: ID.toUpperCase() })).toEqual({ status: 200, text: 'true' });
      expect(await nodes()).toContain(`new ${ID}`);
      expect(api.registry.catalog.node('old')).toBeUndefined();
      expect(api.registry.catalog.service('moved')).toBeUndefined();
    });

    it('keeps what is on it when only the letter case changes', async () => {
      await register({ Node: 'new', ID, Service: { Service: 'kept' } });
      expect(await register({ Node: 'NEW', ID })).toMatchObject({ status: 200 });
      expect(api.registry.catalog.instance('new', 'kept')).toBeDefined();
      expect(await nodes()).toContain(`NEW ${ID}`);
    });

    it('is refused the name of another node whose agent is alive', async () => {
      await register({ Node: 'taken', ID: OTHER_ID, Check: { CheckID: 'serfHealth', Status: 'passing' } });
      expect(await register({ Node: 'Taken', ID, Address: '10.0.0.9' })).toEqual({
        status: 500,
        text:
          `failed inserting node: Error while renaming Node ID: "${ID}" (10.0.0.9): ` +
          `Node name Taken is reserved by node ${OTHER_ID} with name taken (10.0.0.1)`,
      });
      expect(await nodes()).toContain(`NEW ${ID}`);
    });

    it('takes over the name of one that is dead', async () => {
      await register({ Node: 'taken', ID: OTHER_ID, Check: { CheckID: 'serfHealth', Status: 'critical' } });
      expect(await register({ Node: 'taken', ID })).toMatchObject({ status: 200 });
      expect(await nodes()).toContain(`taken ${ID}`);
    });
  });

  describe("of the registry's own node", () => {
    it.each([{}, { ID: OWN_ID, NodeMeta: { a: 'b' } }])('leaves it as it is configured: %j', async (more) => {
      const { revision } = api.registry.catalog;
      expect(await register({ Node: 'node1', ...more })).toEqual({ status: 200, text: 'true' });
      expect(api.registry.catalog.revision).toBe(revision);
      const service = { Service: { Service: 'guest' } };
      expect(await register({ Node: 'node1', ...more, ...service })).toMatchObject({ status: 200 });
      expect(api.registry.catalog.node('node1')!.node).toEqual(api.registry.node);
    });

    it('is refused under another name, or for another id', async () => {
      const prefix = 'failed inserting node: Error while renaming Node ID:';
      expect(await register({ Node: 'thief', ID: OWN_ID })).toEqual({
        status: 500,
        text: `${prefix} "${OWN_ID}" (10.0.0.1): the registry runs on node node1`,
      });
      expect(await register({ Node: 'node1', ID: OTHER_ID })).toEqual({
        status: 500,
        text: `${prefix} "${OTHER_ID}" (10.0.0.1): Node name node1 is reserved by node ${OWN_ID} with name node1 (127.0.0.1)`,
      });
    });
  });
});
