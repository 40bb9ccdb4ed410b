import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tempFolder } from '#libs/testing';

/** The built programs once more, for a test to change while they run. */
export class BuildCopy {
  /** The folder that has `dist`. */
  readonly root: string;
  readonly #folder = tempFolder();
  readonly #originals = new Map<string, string>();

  constructor() {
    this.root = this.#folder.path;
    cpSync('dist', join(this.root, 'dist'), { recursive: true });
    cpSync('package.json', join(this.root, 'package.json'));
    symlinkSync(resolve('node_modules'), join(this.root, 'node_modules'));
  }

  /** Replaces a text, which must be there, in a file such as `dist/apps/blog/src/program.js`. */
  edit(file: string, from: string, to: string): void {
    const path = join(this.root, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    if (!this.#originals.has(path)) this.#originals.set(path, text);
    writeFileSync(path, text.replace(from, to));
  }

  /** Takes all edits back. */
  restore(): void {
    for (const [path, text] of this.#originals) writeFileSync(path, text);
    this.#originals.clear();
  }

  remove(): void {
    this.#folder.remove();
  }
}
