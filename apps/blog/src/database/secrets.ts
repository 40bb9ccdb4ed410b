import { randomBytes } from 'node:crypto';
import type { Database } from './database.js';
import { isUniqueViolation } from './errors.js';
import { insertRow } from './rows.js';

const OCTETS = 32;

/**
 * A secret that all processes over a database share, by name: random, and made by the first that asks.
 *
 * @returns 32 octets
 */
export async function sharedSecret(database: Database, name: string): Promise<Buffer> {
  const known = await find(database, name);
  if (known) return known;
  const value = randomBytes(OCTETS).toString('base64');
  try {
    await database.write((manager) => insertRow(manager, 'blog_secret', { name, value }));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  return (await find(database, name))!;
}

async function find(database: Database, name: string): Promise<Buffer | undefined> {
  const [row] = await database.select<{ value: string }>('SELECT value FROM blog_secret WHERE name = ?', [name]);
  return row && Buffer.from(row.value, 'base64');
}
