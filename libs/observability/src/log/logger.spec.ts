import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { eventually, tempFolder } from '#libs/testing';
import { createLogger, reopenLog } from './logger.js';

const folder = tempFolder();
afterAll(() => folder.remove());

describe('createLogger', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', format: 'json' }, 'test', { write: (line) => void lines.push(line) });

  it('writes no secret, wherever it stands', () => {
    const secrets = { password: 's3cret', 'set-cookie': 's3cret', 'x-consul-token': 's3cret' };
    log.info({ ...secrets, token: 's3cret', headers: secrets, request: { headers: { authorization: 's3cret' } } }, 'x');
    expect(lines.join()).not.toContain('s3cret');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ msg: 'x', name: 'test', headers: { password: '[redacted]' } });
  });

  it('writes what is at its level or above, which may change', () => {
    lines.length = 0;
    log.debug('a');
    log.level = 'debug';
    log.debug('b');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['b']);
  });

  it('writes for people too', () => {
    const pretty: string[] = [];
    const stream = new Writable({ write: (chunk, _encoding, done) => (pretty.push(String(chunk)), done()) });
    createLogger({ level: 'info', format: 'pretty' }, 'test', stream).info({ port: 1 }, 'serving');
    expect(pretty.join('')).toMatch(/INFO.*test.*serving\n {4}port: 1\n/);
  });
});

describe.each(['json', 'pretty'] as const)('a log in a file, as %s', (format) => {
  it('goes on in a new file once the old one was moved away', () => {
    const file = join(folder.path, format, 'deep', 'signpost.log');
    const log = createLogger({ level: 'info', format, file }, 'test');
    log.info('one');
    renameSync(file, `${file}.1`);
    log.info('two');
    reopenLog(log);
    log.info('three');
    const words = (name: string) => readFileSync(name, 'utf8').match(/one|two|three/g);
    expect([words(`${file}.1`), words(file)]).toEqual([['one', 'two'], ['three']]);
  });

  it('is added to, and has no colours', () => {
    const file = join(folder.path, `${format}.log`);
    writeFileSync(file, 'before\n');
    createLogger({ level: 'info', format, file }, 'test').info('after');
    expect(readFileSync(file, 'utf8')).toMatch(/^before\n.*after/);
    expect(readFileSync(file, 'utf8')).not.toContain('\u001b');
  });
});

describe('a log that cannot be written', () => {
  it('is an error of the file system', () => {
    const options = { level: 'info', format: 'json', file: folder.path } as const;
    expect(() => createLogger(options, 'test')).toThrow(/EISDIR/);
    expect(statSync(folder.path).isDirectory()).toBe(true);
  });

  it('does not end the program later on', async () => {
    const file = join(folder.path, 'moved', 'signpost.log');
    const log = createLogger({ level: 'info', format: 'json', file }, 'test');
    renameSync(join(folder.path, 'moved'), join(folder.path, 'away'));
    writeFileSync(join(folder.path, 'moved'), 'no folder');
    const told: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
    reopenLog(log);
    await eventually('the complaint', 5_000, () => told.length > 0);
    write.mockRestore();
    expect(told.join()).toMatch(/^the log cannot be written: E\w+/);
    log.info('goes on');
    expect(readFileSync(join(folder.path, 'away', 'signpost.log'), 'utf8')).toContain('goes on');
  });

  it('on standard output is not opened anew', () => {
    expect(() => reopenLog(createLogger({ level: 'silent', format: 'json' }, 'test'))).not.toThrow();
  });
});
