/** An error that the client is told of: a status and a text, which is Consul's wherever Consul has one. */
export class ConsulError extends Error {
  override readonly name = 'ConsulError';
  readonly status: number;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The request itself is wrong. */
export function badRequest(message: string): ConsulError {
  return new ConsulError(400, message);
}

export function notFound(message: string): ConsulError {
  return new ConsulError(404, message);
}

/** Consul answers many a user's mistake with 500; clients have come to expect it. */
export function serverError(message: string): ConsulError {
  return new ConsulError(500, message);
}

export function unknownService(id: string): ConsulError {
  return notFound(`Unknown service ID ${quote(id)}. Ensure that the service ID is passed, not the service name.`);
}

export function unknownCheck(id: string): ConsulError {
  return notFound(`Unknown check ID ${quote(id)}. Ensure that the check ID is passed, not the check name.`);
}

/** The id belongs to the registry itself. */
export function reserved(kind: 'service' | 'check', id: string): ConsulError {
  return badRequest(`Invalid ${kind} ID ${quote(id)}: it is reserved for internal use`);
}

/** Text in double quotes with escapes, as Go's `%q` writes it. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
