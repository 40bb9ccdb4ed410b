import type { Readable } from 'node:stream';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { TableFileError, TableTooLargeError } from './table-file.js';
import { parseXml, type XmlHandlers } from './xml.js';

/** What the parts of a workbook that are read may unpack to together, in octets. */
export const MAX_UNPACKED = 16 * 1024 * 1024;
/** How many files a workbook may have. */
const MAX_PARTS = 1_000;

/** The files that a workbook consists of (ECMA-376 part 2), unpacked as they are read. */
export class XlsxParts {
  private unpacked = 0;

  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws TableFileError when it is no ZIP archive */
  static async open(bytes: Buffer): Promise<XlsxParts> {
    try {
      const zip = await fromBufferPromise(bytes);
      if (zip.entryCount > MAX_PARTS) throw new TableTooLargeError(`the workbook has more than ${MAX_PARTS} files`);
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      return new XlsxParts(zip, entries);
    } catch (error) {
      throw damaged(error);
    }
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Parses a part, and gives the turn back after each piece. @throws TableFileError when it is not there or malformed */
  async *parse(name: string, handlers: XmlHandlers): AsyncGenerator<void> {
    yield* parseXml(this.unpack(name), name, handlers);
  }

  /** Parses a part as a whole. @throws TableFileError when it is not there or malformed */
  async parseAll(name: string, handlers: XmlHandlers): Promise<void> {
    for await (const _ of this.parse(name, handlers));
  }

  private async *unpack(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (!entry) throw new TableFileError(`the file is no workbook: it has no ${name}`);
    if (entry.isEncrypted()) throw new TableFileError('the workbook is encrypted');
    this.unpacked += entry.uncompressedSize;
    // What a part says of its size is held to when it is unpacked.
    if (this.unpacked > MAX_UNPACKED)
      throw new TableTooLargeError(`the workbook unpacks to more than ${MAX_UNPACKED} octets`);
    try {
      const stream: Readable = await this.zip.openReadStreamPromise(entry);
      yield* stream as AsyncIterable<Buffer>;
    } catch (error) {
      throw damaged(error);
    }
  }
}

function damaged(error: unknown): TableFileError {
  if (error instanceof TableFileError) return error;
  return new TableFileError(`the workbook is damaged: ${(error as Error).message}`, { cause: error });
}
