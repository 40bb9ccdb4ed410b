import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, tempFolder } from '#libs/testing';
import { SigningKeys } from './signing-keys.js';

const MADE = Date.UTC(2026, 0, 1);
const ROTATION = 30 * 24 * 3_600_000;
const LIFETIME = 15 * 60_000;
/** How long a key is kept beyond the tokens that it has signed. */
const OVERLAP = 60_000;

let folder: string;
let temporary: ReturnType<typeof tempFolder>;
let clock: FakeClock;
const errors: string[] = [];

beforeEach(() => {
  temporary = tempFolder();
  folder = join(temporary.path, 'keys');
  clock = new FakeClock(MADE);
  errors.length = 0;
});
afterEach(() => temporary.remove());

function open(): SigningKeys {
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  return SigningKeys.open({ folder, clock, log, rotation: ROTATION, tokenLifetime: LIFETIME });
}

function kids(keys: SigningKeys): string[] {
  return keys.publicKeys().map(({ kid }) => kid);
}

describe('SigningKeys', () => {
  it('makes a key once, and finds it again', () => {
    const first = open();
    expect(open().current().kid).toBe(first.current().kid);
    expect(readdirSync(folder)).toEqual([`${MADE}.pem`]);
    expect(first.find('unknown')).toBeUndefined();
  });

  it('signs with a new key when its time has come, and knows the old one until its last token has ended', async () => {
    const keys = open();
    const old = keys.current().kid;
    await clock.advance(ROTATION - 1);
    expect(keys.current().kid).toBe(old);
    await clock.advance(1);
    const next = keys.current().kid;
    expect(kids(keys)).toEqual([old, next]);
    await clock.advance(LIFETIME + OVERLAP - 1);
    expect(kids(keys)).toEqual([old, next]);
    expect(keys.find(old)).toBeDefined();
    await clock.advance(1);
    expect(kids(keys)).toEqual([next]);
    expect(keys.find(old)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([`${MADE + ROTATION}.pem`]);
  });

  it('makes one key for all processes, also when none ran at the time, and finds what another one made', async () => {
    const [first, second] = [open(), open()];
    await clock.advance(2.5 * ROTATION);
    const { kid } = first.current();
    expect(second.find(kid)).toBeDefined();
    expect(second.current().kid).toBe(kid);
    expect(open().current().kid).toBe(kid);
    expect(readdirSync(folder).at(-1)).toBe(`${MADE + 2 * ROTATION}.pem`);
  });

  it('goes on with the old key when no new one can be made', async () => {
    const keys = open();
    const { kid } = keys.current();
    await clock.advance(ROTATION);
    temporary.remove();
    expect(keys.current().kid).toBe(kid);
    expect(errors.join()).toContain('the keys could not be rotated');
  });
});
