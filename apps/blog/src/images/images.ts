import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from '#libs/http';
import { BLOG_PROBLEMS } from '../problems.js';
import { imageForm, MEDIA_TYPES, type ImageForm, type ImageFormat } from './image-format.js';

/** Octets of the largest file. */
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;

/** A small file can unfold to very many pixels, and whoever shows it pays for them. */
const MAX_SIDE = 10_000;
const MAX_PIXELS = 40_000_000;

const NAME = /^([0-9a-f]{64})\.(png|jpg|gif|webp)$/;

export interface StoredImage extends ImageForm {
  /** Its name in the store: the SHA-256 of its octets and the format. */
  readonly name: string;
  readonly bytes: number;
}

/** Images in a folder, under the hash of what they hold: the same image is stored once, and none is ever replaced by another. */
export class Images {
  constructor(private readonly folder: string) {}

  /** Stores an image. It is there for good when the promise resolves. @throws Problem when it is none, or has too many pixels */
  async add(bytes: Buffer): Promise<StoredImage> {
    const form = imageForm(bytes);
    if (!form) {
      throw new Problem(BLOG_PROBLEMS.notAnImage, { detail: `known formats: ${Object.keys(MEDIA_TYPES).join(', ')}` });
    }
    const { width, height, format } = form;
    if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
      const detail = `${width} x ${height} pixels; at most ${MAX_SIDE} a side and ${MAX_PIXELS} in all`;
      throw new Problem(BLOG_PROBLEMS.notAnImage, { detail });
    }
    const name = `${createHash('sha256').update(bytes).digest('hex')}.${format}`;
    await this.write(this.pathOf(name), bytes);
    return { ...form, name, bytes: bytes.length };
  }

  /** @throws Problem when there is none of that name */
  async read(name: string): Promise<{ readonly bytes: Buffer; readonly mediaType: string }> {
    const [, , format] = NAME.exec(name) ?? [];
    if (!format) throw new Problem(BLOG_PROBLEMS.noSuchImage);
    try {
      return { bytes: await readFile(this.pathOf(name)), mediaType: MEDIA_TYPES[format as ImageFormat] };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Problem(BLOG_PROBLEMS.noSuchImage);
    }
  }

  /** Files spread over 256 folders: few file systems like a hundred thousand in one. */
  private pathOf(name: string): string {
    return join(this.folder, name.slice(0, 2), name);
  }

  /** Under another name first, so that nobody ever reads the half of it. */
  private async write(path: string, bytes: Buffer): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    try {
      const file = await open(temporary, 'wx', 0o644);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
