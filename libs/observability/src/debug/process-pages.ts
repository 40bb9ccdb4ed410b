import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { GET, secondsOf, type Page, type PageAnswer } from './page.js';

const SECONDS = 5;
const LONGEST_SECONDS = 60;
const LOOK_EVERY_MS = 1;

/** How late the event loop is, and how busy, over some seconds. */
export function eventLoopPage(path: string): Page {
  return {
    path,
    methods: ['GET'],
    guarded: true,
    async answer(request) {
      const seconds = secondsOf(request, SECONDS, LONGEST_SECONDS);
      if (seconds === undefined)
        return { status: 400, body: `seconds must be a number from 1 to ${LONGEST_SECONDS}\n` };
      return json(await watchEventLoop(seconds, request.signal));
    },
  };
}

/** Times in milliseconds, `utilization` from 0 to 1. */
async function watchEventLoop(seconds: number, signal: AbortSignal): Promise<object> {
  const delays = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  const before = performance.eventLoopUtilization();
  delays.enable();
  await setTimeout(seconds * 1_000, undefined, { signal }).catch(() => {});
  delays.disable();
  const ms = (ns: number) => Math.round(ns / 1e3) / 1e3;
  const percentiles = [50, 90, 99, 99.9].map((p) => [`p${p}`, ms(delays.percentile(p))] as const);
  const { utilization } = performance.eventLoopUtilization(before);
  return { seconds, looks_every: LOOK_EVERY_MS, ...Object.fromEntries(percentiles), max: ms(delays.max), utilization };
}

/** What libuv tells of what keeps the program running: sockets with their addresses, timers, files that are watched. */
export function handlesPage(path: string): Page {
  return { path, methods: GET, guarded: true, answer: () => json(handles()) };
}

interface Handle {
  readonly type: string;
  readonly is_active: boolean;
}

function handles(): object {
  // It would look up the names of all who are connected.
  const report = Object.assign(process.report, { excludeNetwork: true });
  const { libuv } = report.getReport() as unknown as { readonly libuv: readonly Handle[] };
  const counts = Map.groupBy(libuv, ({ type }) => type);
  return { counts: Object.fromEntries([...counts].map(([type, of]) => [type, of.length])), handles: libuv };
}

function json(value: object): PageAnswer {
  return { status: 200, body: `${JSON.stringify(value, undefined, 2)}\n`, contentType: 'application/json' };
}
