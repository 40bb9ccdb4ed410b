import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#libs/config';
import { CommandError } from '#libs/supervisor';
import { tempFolder } from '#libs/testing';
import { openDatabase } from '../database/open.js';
import { USER_COMMANDS } from './user-commands.js';

let folder: ReturnType<typeof tempFolder>;
let databaseUrl: string;
beforeEach(() => {
  folder = tempFolder();
  databaseUrl = `sqlite:${join(folder.path, 'blog.sqlite')}`;
});
afterEach(() => folder.remove());

/** Runs a command, and gives the code and the sentence with which it refuses. */
async function refusal(name: string, operands: string[], options: Record<string, unknown>): Promise<unknown[]> {
  const config = loadConfig({ env: { SIGNPOST_DATABASE_URL: databaseUrl } });
  const error: unknown = await USER_COMMANDS.find((one) => one.name === name)!
    .run({ config, operands, options })
    .then(() => undefined)
    .catch((reason: unknown) => reason);
  if (!(error instanceof CommandError)) throw error ?? new Error('it was done');
  return [error.code, error.message];
}

function passwordFile(password: string): Record<string, unknown> {
  const file = join(folder.path, 'password');
  writeFileSync(file, password);
  return { 'password-file': file };
}

describe('user add', () => {
  it.each([
    ['Ann', 'a long password', {}, 1, 'a name is 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
    ['', 'a long password', {}, 1, 'a name is 1 to 50 of a-z, 0-9, dot, hyphen and underscore'],
    ['ann', 'a long password', { role: 'root' }, 2, 'a role is author or admin'],
    ['ann', 'short', {}, 1, 'the password must have 8 to 128 characters'],
    ['ann', '', {}, 1, 'the password must have 8 to 128 characters'],
    ['ann', 'password1', {}, 1, 'the password is one of the passwords that are guessed first'],
    ['long-name', 'long-name', {}, 1, 'the password must not be the name'],
    ['ann', 'a long password', { 'password-stdin': true }, 2, 'give --password-file or --password-stdin, not both'],
  ])('of %j with %j and %j is refused, and adds nothing', async (name, password, options, code, message) => {
    expect(await refusal('user add', [name], { ...passwordFile(password), ...options })).toEqual([code, message]);
    const database = await openDatabase(databaseUrl);
    expect(await database.select('SELECT username FROM blog_auth')).toEqual([]);
    await database.close();
  });

  it('says which file cannot be read', async () => {
    const [code, message] = await refusal('user add', ['ann'], { 'password-file': join(folder.path, 'none') });
    expect([code, message]).toEqual([1, expect.stringMatching(/^the password cannot be read from .*none: ENOENT/)]);
  });
});

describe('the other commands', () => {
  it.each(['user passwd', 'user disable', 'user enable'])('know no account that there is not: %s', async (name) => {
    expect(await refusal(name, ['nobody'], {})).toEqual([1, 'there is no account nobody']);
  });
});
