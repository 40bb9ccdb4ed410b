import { Controller, Get, Head, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { FailureLog } from './failure-log.js';
import { runProbe, runProbes, type Probe } from './probe.js';
import { reportGroup, reportOne, type Report } from './report.js';

/** The checks behind `/livez` and `/readyz`. `/healthz`, their elder, runs all of them. */
export interface ProbeGroups {
  /** Whether the process itself works. Never asks a dependency: a restart would not mend it. */
  readonly live: readonly Probe[];
  /** Whether requests should be sent here. */
  readonly ready: readonly Probe[];
}

export const PROBE_GROUPS = Symbol('probe groups');

/** The parts of Fastify's request and reply that a probe uses: its answers are plain text, whatever the app's own format is. */
interface Request {
  readonly routeOptions: { readonly url?: string };
}
interface Reply {
  status(code: number): this;
  headers(values: Record<string, string>): this;
  send(body: string): unknown;
}

type ProbeQuery = Record<string, string | string[] | undefined>;

/** With all that is below them: what leads nowhere is told in the words of probes. */
const PATHS = ['livez', 'readyz', 'healthz'].flatMap((group) => [group, `${group}/*`]);

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
    @Inject(FailureLog) private readonly failures: FailureLog,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {
    const ping: Probe = { name: 'ping', cacheMs: 0, check: () => {} };
    this.groups = { livez: [ping, ...live], readyz: [ping, ...ready], healthz: [ping, ...live, ...ready] };
  }

  // Before GET, for which Fastify may add one of its own.
  @Head(PATHS)
  head(
    @Req() request: Request,
    @Param('*') below: string | undefined,
    @Query() query: ProbeQuery,
    @Res() reply: Reply,
  ): Promise<void> {
    return this.answer(request, below, query, reply);
  }

  @Get(PATHS)
  async answer(
    @Req() { routeOptions }: Request,
    @Param('*') below: string | undefined,
    @Query() query: ProbeQuery,
    @Res() reply: Reply,
  ): Promise<void> {
    const group = /\w+/.exec(routeOptions.url!)![0];
    // With a slash at the end too: nothing else could be meant, and a pod would be killed for it.
    const check = below?.replace(/\/$/, '');
    const report = check ? await this.one(group, check) : await this.group(group, query);
    if (report) reply.status(report.status).headers(HEADERS).send(report.text);
    else reply.status(404).headers(HEADERS).send('404 page not found\n');
  }

  private async group(group: string, query: ProbeQuery): Promise<Report> {
    const probes = this.groups[group]!;
    const excluded = new Set([query['exclude'] ?? []].flat());
    const results = await runProbes(this.indicators, probes, excluded);
    for (const result of results) this.failures.tell(result);
    const known = new Set(probes.flatMap((probe) => [probe.name, probe.group]));
    const unmatched = [...excluded].filter((name) => !known.has(name));
    return reportGroup(group, results, { verbose: query['verbose'] !== undefined, unmatched });
  }

  private async one(group: string, name: string): Promise<Report | undefined> {
    const probe = this.groups[group]!.find((candidate) => candidate.name === name);
    if (!probe) return undefined;
    const result = await runProbe(this.indicators, probe);
    this.failures.tell(result);
    return reportOne(result);
  }
}
