import { describe, expect, it } from 'vitest';
import { Ledger, type Known } from './ledger.js';

const up: Known = { port: 1, status: 'passing' };

describe('Ledger', () => {
  function found(services: Record<string, Known>, torn: string[] = []) {
    return { services: new Map(Object.entries(services)), torn };
  }

  it.each<[string, Record<string, Known>, string[]]>([
    ['a lost registration', {}, ['a is not there, acknowledged was passing on port 1']],
    ['a lost change', { a: { ...up, port: 2 } }, ['a is passing on port 2, acknowledged was passing on port 1']],
    ['a lost status', { a: { ...up, status: 'critical' } }, [expect.stringContaining('a is critical on port 1')]],
    ['what nobody registered', { a: up, b: up }, ['b is passing on port 1, acknowledged was not there']],
    ['nothing else', { a: up }, []],
  ])('notices %s', (_what, services, problems) => {
    const ledger = new Ledger();
    ledger.begin('a', up);
    ledger.acknowledge('a');
    expect(ledger.compare(found(services))).toEqual(problems);
  });

  it('takes either state of what was under way, and none between', () => {
    const ledger = new Ledger();
    ledger.begin('a', up);
    expect(ledger.compare(found({}))).toEqual([]);
    expect(ledger.compare(found({ a: up }))).toEqual([]);
    expect(ledger.compare(found({ a: { ...up, status: 'critical' } }))).toHaveLength(1);
    ledger.settle(found({ a: up }));
    expect(ledger.compare(found({}))).toHaveLength(1);
  });

  it('tells what is half there', () => {
    expect(new Ledger().compare(found({}, ['check c']))).toEqual(['half there: check c']);
  });
});
