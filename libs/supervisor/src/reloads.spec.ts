import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, type Config } from '#libs/config';
import { createLogger, type Logger } from '#libs/observability';
import { Reloads } from './reloads.js';

function configWith(env: Record<string, string> = {}): Config {
  return loadConfig({ file: 'config/app.ini', env });
}

describe('Reloads', () => {
  let next: Config | ConfigError;
  let lines: { msg: string; [detail: string]: unknown }[];
  let log: Logger;
  let reloads: Reloads;
  beforeEach(() => {
    next = configWith();
    lines = [];
    const write = (line: string) => void lines.push(JSON.parse(line) as { msg: string });
    log = createLogger({ level: 'info', format: 'json' }, 'test', { write });
    const read = () => {
      if (next instanceof ConfigError) throw next;
      return next;
    };
    reloads = new Reloads({ config: configWith(), read, log });
  });

  it('waits until the program has started', async () => {
    const taken: Config[] = [];
    const reloaded = reloads.reload();
    next = configWith({ SIGNPOST_DNS_DOMAIN: 'corp' });
    reloads.follow((config) => (taken.push(config), []));
    await reloaded;
    expect(taken).toEqual([next]);
    expect(lines).toMatchObject([{ msg: 'reloaded', changed: ['[dns] domain'] }]);
  });

  it('does one at a time, also after one that failed', async () => {
    const steps: string[] = [];
    reloads.follow(async () => {
      steps.push('begin');
      await Promise.resolve();
      steps.push('end');
      if (steps.length === 2) throw new Error('broken');
      return [];
    });
    const outcomes = await Promise.allSettled([reloads.reload(), reloads.reload()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(steps).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it.each([
    ['the configuration is wrong', () => new ConfigError(['first', 'second']), { problems: ['first', 'second'] }],
    [
      'the program cannot take it on',
      () => configWith({ SIGNPOST_LOG_LEVEL: 'error' }),
      { err: { message: 'broken' } },
    ],
  ])('changes nothing and says why when %s', async (_, given, told) => {
    next = given();
    reloads.follow(() => {
      throw new Error('broken');
    });
    await expect(reloads.reload()).rejects.toThrow();
    expect(lines).toMatchObject([{ msg: 'not reloaded: all settings stay as they were', ...told }]);
    expect(log.level).toBe('info');
  });

  it('names what waits for the next start for as long as it differs from what the program was started with', async () => {
    reloads.follow(({ resolver }) => (resolver.dns_port === 8600 ? [] : ['[resolver] dns_port']));
    const waiting = async (env: Record<string, string>) => {
      next = configWith(env);
      lines.length = 0;
      await reloads.reload();
      return lines.flatMap(({ settings }) => settings ?? []);
    };
    const changes = { SIGNPOST_RESOLVER_DNS_PORT: '53', SIGNPOST_LOG_FORMAT: 'json', SIGNPOST_DEBUG_HOST: '::1' };
    const names = ['[resolver] dns_port', '[debug] host', '[log] format'];
    expect(await waiting(changes)).toEqual(names);
    expect(await waiting(changes)).toEqual(names);
    expect(await waiting({ SIGNPOST_LOG_LEVEL: 'debug' })).toEqual([]);
    expect(log.level).toBe('debug');
  });
});
