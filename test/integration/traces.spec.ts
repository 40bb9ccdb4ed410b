// Traces across both built programs, and that nothing of this is loaded when nobody asks for it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, tempFolder, TestProgram } from '#libs/testing';
import { Collector } from '../collector.js';

describe('both programs', () => {
  const folder = tempFolder();
  const started: TestProgram[] = [];
  let collector: Collector;

  beforeAll(async () => {
    collector = await Collector.start();
    const traced = { SIGNPOST_TRACE_OTLP_URL: collector.url };
    const resolver = TestProgram.start('resolver', {
      ...traced,
      SIGNPOST_RESOLVER_HTTP_PORT: '0',
      SIGNPOST_RESOLVER_DNS_PORT: '0',
      SIGNPOST_RESOLVER_DATA_DIR: join(folder.path, 'resolver'),
    });
    started.push(resolver);
    const { endpoints } = await resolver.ready();
    const blog = TestProgram.start('blog', {
      ...traced,
      SIGNPOST_BLOG_HTTP_PORT: '0',
      SIGNPOST_BLOG_DATA_DIR: join(folder.path, 'blog'),
      SIGNPOST_BLOG_REGISTRY_URL: endpoints['registry']!,
      SIGNPOST_DATABASE_URL: `sqlite:${join(folder.path, 'blog.sqlite')}`,
    });
    started.push(blog);
    await blog.ready();
  });
  afterAll(async () => {
    for (const program of started.toReversed()) await program.end();
    collector.stop();
    folder.remove();
  });

  it('tell of one trace what each of them did', async () => {
    const registration = () =>
      collector.spans.find(({ attributes }) => attributes['url.path'] === '/v1/agent/service/register');
    await eventually('the registration', 10_000, () => registration() !== undefined);
    const { traceId, parentSpanId, service, kind } = registration()!;
    const call = () => collector.spans.find(({ spanId }) => spanId === parentSpanId);
    await eventually('who registered', 10_000, () => call() !== undefined);
    expect([service, kind]).toEqual(['signpost-resolver', 2]);
    expect(call()).toMatchObject({ traceId, service: 'signpost-blog', kind: 3, name: 'PUT' });
  });

  it('send what is left when they stop', async () => {
    await started.pop()!.end();
    const deregistered = ({ service, attributes }: (typeof collector.spans)[number]) =>
      service === 'signpost-blog' && String(attributes['url.full']).includes('/v1/agent/service/deregister/');
    expect(collector.spans.filter(deregistered)).toHaveLength(2);
  });
});

describe('without a collector', () => {
  /** Which parts of OpenTelemetry the built program loads for `[trace] otlp_url`. */
  async function loadedFor(url: string): Promise<string[]> {
    const script = `
      import { registerHooks } from 'node:module';
      const seen = new Set();
      registerHooks({
        load(url, context, next) {
          const name = /@opentelemetry\\/([\\w-]+)/.exec(url)?.[1];
          if (name) seen.add(name);
          return next(url, context);
        },
      });
      const { startTracing } = await import('./dist/libs/observability/src/index.js');
      await startTracing({ otlp_url: ${JSON.stringify(url)}, otlp_headers: {}, sample: 1 }, 'test', '1', undefined);
      console.log(JSON.stringify([...seen].sort()));
      process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    return JSON.parse(stdout) as string[];
  }

  it('no part of it is loaded but the interfaces that prom-client has', async () => {
    expect(await loadedFor('')).toEqual(['api']);
    expect(await loadedFor('http://127.0.0.1:4318/v1/traces')).toEqual(
      expect.arrayContaining(['exporter-trace-otlp-http', 'sdk-trace']),
    );
  });
});
