import sax, { type QualifiedTag, type Tag } from 'sax';
import { TableFileError } from './table-file.js';

/** What is done with the parts of a document. Names are without the prefix of their namespace. */
export interface XmlHandlers {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

/** More of them than any spreadsheet has: each one that is open takes memory. */
const MAX_DEPTH = 32;
const MAX_ATTRIBUTES = 64;

/**
 * Parses XML piece by piece, and gives the turn back after each.
 *
 * @param part its name, for messages
 * @throws TableFileError when it is malformed; nor may it have a document type, whose entities can unfold without end
 */
export async function* parseXml(
  pieces: AsyncIterable<Buffer>,
  part: string,
  handlers: XmlHandlers,
): AsyncGenerator<void> {
  const parser = createLimitedParser(part, handlers);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of pieces) {
    parser.write(decode(decoder, part, piece));
    yield;
  }
  parser.write(decode(decoder, part)).close();
  yield;
}

function createLimitedParser(part: string, handlers: XmlHandlers) {
  const parser = sax.parser(true);
  let depth = 0;
  let attributes = 0;
  const fail = (reason: string) => {
    throw new TableFileError(`${part} in the workbook: ${reason}`);
  };
  parser.onerror = ({ message }) => fail(`malformed XML: ${message.split('\n', 1)[0]}`);
  parser.ondoctype = () => fail('it has a document type');
  parser.onopentagstart = () => void (attributes = 0);
  parser.onattribute = () => void ((attributes += 1) > MAX_ATTRIBUTES && fail('an element has too many attributes'));
  parser.onopentag = (tag: Tag | QualifiedTag) => {
    if ((depth += 1) > MAX_DEPTH) fail('elements stand too deep in each other');
    handlers.open(localName(tag.name), (tag as Tag).attributes);
  };
  parser.onclosetag = (name) => {
    depth -= 1;
    handlers.close(localName(name));
  };
  parser.ontext = (text) => handlers.text(text);
  parser.oncdata = (text) => handlers.text(text);
  return parser;
}

function decode(decoder: TextDecoder, part: string, piece?: Buffer): string {
  try {
    return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
  } catch {
    throw new TableFileError(`${part} in the workbook is not UTF-8`);
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
