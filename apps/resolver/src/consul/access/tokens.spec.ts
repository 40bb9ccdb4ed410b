import { hash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '#libs/observability';
import { eventually, FakeClock, tempFolder } from '#libs/testing';
import { Tokens } from './tokens.js';

describe('Tokens', () => {
  let folder: ReturnType<typeof tempFolder>;
  let file: string;
  let clock: FakeClock;
  let lines: string[];
  let tokens: Tokens | undefined;

  beforeEach(() => {
    folder = tempFolder();
    file = join(folder.path, 'tokens');
    clock = new FakeClock();
    lines = [];
  });
  afterEach(() => {
    tokens?.close();
    folder.remove();
  });

  function open(): Tokens {
    // A look that is under way when a test ends may still complain: to that test, not to the next one.
    const own = lines;
    const log = createLogger({ level: 'trace', format: 'json' }, 'test', { write: (line) => void own.push(line) });
    return (tokens = new Tokens({ file, clock, log }));
  }

  function line(role: string, token: string): string {
    return `${role} sha256:${hash('sha256', token)} somebody\n`;
  }

  /** Lets the file be looked at until `done`. */
  function looked(what: string, done: () => boolean): Promise<unknown> {
    return eventually(what, 5_000, async () => {
      await clock.advance(1_000);
      return done();
    });
  }

  it('reads the file again when it changes', async () => {
    writeFileSync(file, line('read', 'a'));
    const opened = open();
    expect(opened.find('a')?.role).toBe('read');
    writeFileSync(file, line('write', 'a') + line('operator', 'b'));
    await looked('the new file', () => opened.find('b')?.role === 'operator');
    expect(opened.find('a')?.role).toBe('write');
    writeFileSync(file, '# nobody\n');
    await looked('the empty file', () => opened.find('a') === undefined);
  });

  it('follows a file that is put in its place', async () => {
    writeFileSync(file, line('read', 'a'));
    const opened = open();
    writeFileSync(`${file}.new`, line('read', 'b'));
    renameSync(`${file}.new`, file);
    await looked('the other file', () => opened.find('b') !== undefined);
    expect(opened.find('a')).toBeUndefined();
  });

  it('keeps what it has when the file goes wrong or away, says so once, and goes on', async () => {
    writeFileSync(file, line('read', 'a'));
    const opened = open();
    const complaints = () => lines.filter((text) => text.includes('tokens not read'));
    writeFileSync(file, 'read in-the-clear\n');
    await looked('a complaint', () => complaints().length === 1);
    rmSync(file);
    await looked('another', () => complaints().length === 2);
    for (let i = 0; i < 3; i++) await clock.advance(1_000);
    expect(opened.find('a')).toBeDefined();
    writeFileSync(file, line('read', 'c'));
    await looked('the file again', () => opened.find('c') !== undefined);
    expect(complaints()).toHaveLength(2);
    expect(lines.join('')).not.toContain('in-the-clear');
  });

  it('does not open a file that is not there, or wrong', () => {
    expect(open).toThrow('ENOENT');
    writeFileSync(file, 'x');
    expect(open).toThrow('line 1');
  });
});
