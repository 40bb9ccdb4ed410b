/** What was asked of the debug port. */
export interface PageRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  /** The header `Accept`. */
  readonly accept: string | undefined;
  /** At most `MAX_BODY` characters of it. */
  readonly body: string;
  /** Aborted when whoever asked has gone. */
  readonly signal: AbortSignal;
}

export interface PageAnswer {
  readonly status: number;
  readonly body: string | Buffer;
  /** Plain text unless it says something else. */
  readonly contentType?: string;
}

/** Something to look at, or to set, on the debug port. */
export interface Page {
  readonly path: string;
  readonly methods: readonly string[];
  /** More than numbers: for who has the token, or for this machine. */
  readonly guarded: boolean;
  answer(request: PageRequest): PageAnswer | Promise<PageAnswer>;
}

export const GET = ['GET', 'HEAD'];

/** The whole seconds that `?seconds=` asks for, or `fallback`; undefined for what is no number from 1 to `longest`. */
export function secondsOf({ query }: PageRequest, fallback: number, longest: number): number | undefined {
  const text = query.get('seconds');
  if (text === null) return fallback;
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return seconds >= 1 && seconds <= longest ? seconds : undefined;
}
