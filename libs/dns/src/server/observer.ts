import type { Transport } from '../zone/query.js';

/** Where a query came from. */
export interface Client {
  readonly address: string;
  readonly port: number;
}

/** Sees queries with their replies once these are on their way; without a `see` nobody looks, and nothing is paid for it. */
export interface Observer {
  see?: ((query: Buffer, reply: Buffer, transport: Transport, from: Client) => void) | undefined;
}
