import type { TestRedis } from '#libs/testing';
import type { Entry } from '../src/entry.js';
import type { PlainCache } from './controls/design.js';

/** Redis as the usual designs use it: to show that a fault would be noticed. */
export class PlainRedis implements PlainCache {
  constructor(private readonly redis: TestRedis) {}

  async get(key: string): Promise<Entry | undefined> {
    const text = (await this.redis.command('GET', `plain:${key}`)) as string | null;
    if (text === null) return undefined;
    const { version, body, etag } = JSON.parse(text) as { version: number; body: string; etag: string };
    return { version, body: Buffer.from(body), etag };
  }

  async set(key: string, { version, body, etag }: Entry): Promise<void> {
    await this.redis.command('SET', `plain:${key}`, JSON.stringify({ version, body: String(body), etag }), 'EX', 300);
  }

  async delete(key: string): Promise<void> {
    await this.redis.command('DEL', `plain:${key}`);
  }
}
