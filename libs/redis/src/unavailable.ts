/** The store cannot be reached, did not answer in time or refused; nobody knows whether it did what it was asked. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
}

/** While it is not even tried: made once, as an error's stack takes longer than a read. */
export const AWAY = new StoreUnavailableError('Redis is away');

/** The server's memory is full: it is there, and refuses to store. */
export class MemoryFullError extends StoreUnavailableError {
  override readonly name = 'MemoryFullError';
}
