/** A kind of problem: what stays the same each time that it occurs. */
export interface ProblemKind {
  /** The last part of the problem's `type`; never changes once published. */
  readonly name: string;
  readonly status: number;
  /** A short sentence for people, the same for each occurrence. */
  readonly title: string;
  /** A number that older clients switch on. */
  readonly code?: number;
}

/** One field that is wrong, and what would be right. */
export interface FieldError {
  /** Where in the body: a JSON Pointer as a URI fragment (RFC 6901 section 6), `#/title`. */
  readonly pointer?: string;
  /** Which parameter of the path or the query. */
  readonly parameter?: string;
  readonly detail: string;
}

export interface ProblemOptions extends ErrorOptions {
  /** What happened this time, and what to do about it. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Headers that the answer carries too, such as `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What this kind tells besides (RFC 9457 section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An error that is answered as problem details (RFC 9457). */
export class Problem extends Error {
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly kind: ProblemKind,
    { detail, errors, headers = {}, extensions = {}, ...rest }: ProblemOptions = {},
  ) {
    super(detail ?? kind.title, rest);
    this.name = 'Problem';
    this.detail = detail;
    this.errors = errors;
    this.headers = headers;
    this.extensions = extensions;
  }
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The `type` of a kind: a URN, so that it stays the same wherever the program runs. */
export function problemType(kind: ProblemKind): string {
  return `urn:signpost:problem:${kind.name}`;
}

/**
 * Builds the body of the answer.
 *
 * @param instance a URI by which this occurrence is found in the log (RFC 9457 section 3.1.5)
 */
export function buildProblem({ kind, detail, errors, extensions }: Problem, instance?: string): string {
  return JSON.stringify({
    type: problemType(kind),
    title: kind.title,
    status: kind.status,
    ...(detail !== undefined && { detail }),
    ...(instance !== undefined && { instance }),
    ...(kind.code !== undefined && { code: kind.code }),
    ...(errors !== undefined && { errors }),
    ...extensions,
  });
}
