import { GET, secondsOf, type Page, type PageAnswer, type PageRequest } from './page.js';
import { Profiler, ProfilerBusyError, UnsupportedProfileError } from './profiler.js';
import { eventLoopPage, handlesPage } from './process-pages.js';

export const PPROF = '/debug/pprof/';

/** As `go tool pprof` asks for when nothing is said. */
const CPU_SECONDS = 30;
const HEAP_SECONDS = 5;
const LONGEST_SECONDS = 300;

/** What Go's programs have and a JavaScript program cannot. */
const ABSENT: Readonly<Record<string, string>> = {
  symbol: 'the profiles have their symbols in them',
  trace: 'for the event loop see eventloop; for a timeline start Node with --cpu-prof or --trace-event-categories',
  goroutine: 'there is one thread; what waits is in handles',
  threadcreate: 'there is one thread that runs JavaScript',
  block: 'nothing blocks but the event loop: see eventloop',
  mutex: 'nothing locks',
};

/** Profiles where Go's programs have them, so that `go tool pprof` and what reads its format find them. */
export function pprofPages(): Page[] {
  const profiler = new Profiler();
  const profiles = [
    profilePage('profile', CPU_SECONDS, (ms, signal) => profiler.cpu(ms, signal)),
    profilePage(
      'heap',
      () => (profiler.sampling ? 0 : HEAP_SECONDS),
      (ms, signal) => profiler.heap(ms, signal),
    ),
    profilePage('allocs', HEAP_SECONDS, (ms, signal) => profiler.allocations(ms, signal)),
  ];
  return [indexPage, cmdlinePage, ...profiles, eventLoopPage(`${PPROF}eventloop`), handlesPage(`${PPROF}handles`)];
}

/** What to say of a path below that there is not. */
export function absentProfile(path: string): string {
  const hint = ABSENT[path.slice(PPROF.length)] ?? `${PPROF} lists what there is`;
  return `not found: ${hint}\n`;
}

const INDEX = `profile?seconds=N    what the CPU does, for N seconds (30)
heap                 what is in use of all that was allocated since this was first asked for
allocs?seconds=N     what is allocated in N seconds (5), in use or not
cmdline              how the program was started
eventloop?seconds=N  how late the event loop is, over N seconds (5)
handles              what keeps the program running: sockets, timers, ...

go tool pprof http://HOST${PPROF}profile?seconds=10
`;

const indexPage: Page = {
  path: PPROF,
  methods: GET,
  guarded: true,
  answer: ({ accept }) =>
    accept?.includes('text/html')
      ? { status: 200, body: toHtml(INDEX), contentType: 'text/html; charset=utf-8' }
      : { status: 200, body: INDEX },
};

/** For a browser: what stands at the beginning of a line leads there. */
function toHtml(index: string): string {
  const linked = index.replaceAll(/^(\w+)(\?seconds=N)?(?= {2})/gm, '<a href="$1">$&</a>');
  return `<!doctype html><title>pprof</title><pre>${linked}</pre>\n`;
}

const cmdlinePage: Page = {
  path: `${PPROF}cmdline`,
  methods: GET,
  guarded: true,
  answer: () => ({ status: 200, body: [process.execPath, ...process.execArgv, ...process.argv.slice(1)].join('\0') }),
};

function profilePage(
  name: string,
  fallback: number | (() => number),
  take: (ms: number, signal: AbortSignal) => Promise<Buffer>,
): Page {
  return {
    path: `${PPROF}${name}`,
    // Not HEAD: it would take as long, for nothing.
    methods: ['GET'],
    guarded: true,
    answer: (request) => answerProfile(request, typeof fallback === 'number' ? fallback : fallback(), take),
  };
}

async function answerProfile(
  request: PageRequest,
  fallback: number,
  take: (ms: number, signal: AbortSignal) => Promise<Buffer>,
): Promise<PageAnswer> {
  const seconds = secondsOf(request, fallback, LONGEST_SECONDS);
  if (seconds === undefined) return { status: 400, body: `seconds must be a number from 1 to ${LONGEST_SECONDS}\n` };
  try {
    const body = await take(seconds * 1_000, request.signal);
    return { status: 200, body, contentType: 'application/octet-stream' };
  } catch (error) {
    if (error instanceof ProfilerBusyError) return { status: 409, body: `${error.message}\n` };
    if (error instanceof UnsupportedProfileError) return { status: 404, body: `not found: ${error.message}\n` };
    throw error;
  }
}
