import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { Registry } from '#libs/registry';
import { anInstance, aNode, FakeClock, MemoryStore } from '#libs/testing';
import { Agent } from './agent.js';

describe('Agent', () => {
  let lines: string[];
  let agent: Agent;

  beforeEach(async () => {
    lines = [];
    const log = createLogger({ level: 'warn', format: 'json' }, 'test', { write: (line) => void lines.push(line) });
    const registry = new Registry({ store: new MemoryStore(), clock: new FakeClock(), log, node: aNode() });
    await registry.start();
    agent = new Agent(registry, log);
  });

  function register(service: string): Promise<void> {
    return agent.register({ instance: anInstance({ service }), checks: [], replaceExistingChecks: false });
  }

  it('warns once of a name that DNS cannot answer for', async () => {
    await register('web_1');
    await register('web_1');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"service":"web_1"');
    await register('a b');
    expect(lines).toHaveLength(2);
    await register('web-1');
    expect(lines).toHaveLength(2);
  });
});
