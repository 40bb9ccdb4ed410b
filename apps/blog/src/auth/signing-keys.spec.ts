import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '#libs/testing';
import { SigningKeys } from './signing-keys.js';

const MADE = 1_767_225_600_000;
let folder: ReturnType<typeof tempFolder>;
beforeEach(() => void (folder = tempFolder()));
afterEach(() => folder.remove());

describe('SigningKeys', () => {
  it('makes a key once, and finds it again', () => {
    const path = join(folder.path, 'keys');
    const first = SigningKeys.load(path, MADE);
    const again = SigningKeys.load(path, MADE + 1);
    expect(again.current.kid).toBe(first.current.kid);
    expect(readdirSync(path)).toEqual([`${MADE}.pem`]);
  });

  it('signs with the newest key and knows the older ones', () => {
    const other = tempFolder();
    const old = SigningKeys.load(folder.path, MADE).current;
    SigningKeys.load(other.path, MADE + 1);
    copyFileSync(join(other.path, `${MADE + 1}.pem`), join(folder.path, `${MADE + 1}.pem`));
    const keys = SigningKeys.load(folder.path, MADE + 2);
    expect(keys.current.kid).not.toBe(old.kid);
    expect(keys.find(old.kid)?.publicKey.equals(old.publicKey)).toBe(true);
    expect(keys.find('unknown')).toBeUndefined();
    other.remove();
  });
});
