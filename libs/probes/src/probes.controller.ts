import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { Logger } from '#libs/observability';
import { runProbe, runProbes, type Probe, type ProbeResult } from './probe.js';
import { reportGroup, reportOne, type Report } from './report.js';

/** The checks behind `/livez` and `/readyz`. `/healthz`, their elder, runs all of them. */
export interface ProbeGroups {
  /** Whether the process itself works. Never asks a dependency: a restart would not mend it. */
  readonly live: readonly Probe[];
  /** Whether requests should be sent here. */
  readonly ready: readonly Probe[];
}

export const PROBE_GROUPS = Symbol('probe groups');
export const PROBE_LOG = Symbol('probe log');

/** The part of Fastify's reply that a probe uses: its answers are plain text, whatever the app's own format is. */
interface Reply {
  status(code: number): this;
  headers(values: Record<string, string>): this;
  send(body: string): unknown;
}

type ProbeQuery = Record<string, string | string[] | undefined>;

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache, private',
};

@Controller()
export class ProbesController {
  private readonly groups: Readonly<Record<string, readonly Probe[]>>;

  constructor(
    @Inject(PROBE_GROUPS) { live, ready }: ProbeGroups,
    @Inject(PROBE_LOG) private readonly log: Logger,
  ) {
    const ping: Probe = { name: 'ping', check: () => {} };
    this.groups = { livez: [ping, ...live], readyz: [ping, ...ready], healthz: [ping, ...live, ...ready] };
  }

  @Get(['livez', 'livez/:check'])
  live(@Param('check') check: string | undefined, @Query() query: ProbeQuery, @Res() reply: Reply): Promise<void> {
    return this.answer('livez', check, query, reply);
  }

  @Get(['readyz', 'readyz/:check'])
  ready(@Param('check') check: string | undefined, @Query() query: ProbeQuery, @Res() reply: Reply): Promise<void> {
    return this.answer('readyz', check, query, reply);
  }

  @Get(['healthz', 'healthz/:check'])
  health(@Param('check') check: string | undefined, @Query() query: ProbeQuery, @Res() reply: Reply): Promise<void> {
    return this.answer('healthz', check, query, reply);
  }

  private async answer(group: string, check: string | undefined, query: ProbeQuery, reply: Reply): Promise<void> {
    const report = check === undefined ? await this.group(group, query) : await this.one(group, check);
    if (report) reply.status(report.status).headers(HEADERS).send(report.text);
    else reply.status(404).headers(HEADERS).send('404 page not found\n');
  }

  private async group(group: string, query: ProbeQuery): Promise<Report> {
    const probes = this.groups[group]!;
    const excluded = new Set([query['exclude'] ?? []].flat());
    const results = await runProbes(probes, excluded);
    for (const result of results) this.logFailure(group, result);
    const unmatched = [...excluded].filter((name) => !probes.some((probe) => probe.name === name));
    return reportGroup(group, results, { verbose: query['verbose'] !== undefined, unmatched });
  }

  private async one(group: string, name: string): Promise<Report | undefined> {
    const probe = this.groups[group]!.find((candidate) => candidate.name === name);
    if (!probe) return undefined;
    const result = await runProbe(probe);
    this.logFailure(group, result);
    return reportOne(result);
  }

  private logFailure(group: string, { name, cause }: ProbeResult): void {
    if (cause) this.log.warn({ probe: `${group}/${name}`, err: cause }, 'probe failed');
  }
}
