import { MAX_COLUMNS, TableFileError, TableTooLargeError, type TableRow } from './table-file.js';
import { parseXlsxText } from './xlsx-text.js';
import type { XmlHandlers } from './xml.js';

type Attributes = Readonly<Record<string, string>>;

/** The text of an element's `t` and `v`, without what says how it is pronounced (`rPh`). */
class Content {
  value = '';
  private isTaken = false;
  private isAside = false;

  open(name: string): void {
    if (name === 'rPh') this.isAside = true;
    if (isText(name)) this.isTaken = !this.isAside;
  }

  text(text: string): void {
    if (this.isTaken) this.value += text;
  }

  close(name: string): void {
    if (name === 'rPh') this.isAside = false;
    if (isText(name)) this.isTaken = false;
  }
}

function isText(name: string): boolean {
  return name === 't' || name === 'v';
}

/** Reads the shared strings, which cells refer to by their place among them. */
export class SharedStrings implements XmlHandlers {
  readonly texts: string[] = [];
  private content = new Content();

  open(name: string): void {
    if (name === 'si') this.content = new Content();
    else this.content.open(name);
  }

  text(text: string): void {
    this.content.text(text);
  }

  close(name: string): void {
    if (name === 'si') this.texts.push(parseXlsxText(this.content.value));
    else this.content.close(name);
  }
}

/** Reads the rows of a sheet (ECMA-376 part 1, 18.3.1.73), those without any cell too. */
export class SheetRows implements XmlHandlers {
  private rows: TableRow[] = [];
  private number = 0;
  private cells: string[] = [];
  private column = -1;
  private type = '';
  private content = new Content();

  constructor(private readonly shared: readonly string[]) {}

  /** The rows that have been read since the last time. */
  take(): TableRow[] {
    return this.rows.splice(0);
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'row') this.beginRow(attributes);
    else if (name === 'c') this.beginCell(attributes);
    else this.content.open(name);
  }

  text(text: string): void {
    this.content.text(text);
  }

  close(name: string): void {
    if (name === 'row') this.rows.push({ number: this.number, cells: this.cells });
    else if (name === 'c') this.endCell();
    else this.content.close(name);
  }

  /** A row says which one it is, unless it follows the one before it. */
  private beginRow({ r = '' }: Attributes): void {
    this.number = /^\d{1,7}$/.test(r) ? Number(r) : this.number + 1;
    this.cells = [];
    this.column = -1;
  }

  private beginCell({ r = '', t = 'n' }: Attributes): void {
    this.column = columnOf(r) ?? this.column + 1;
    this.type = t;
    this.content = new Content();
  }

  private endCell(): void {
    const text = this.parse(this.content.value);
    if (text === '') return;
    if (this.column >= MAX_COLUMNS) {
      throw new TableTooLargeError(`row ${this.number} has more than ${MAX_COLUMNS} columns`);
    }
    while (this.cells.length < this.column) this.cells.push('');
    this.cells[this.column] = text;
  }

  /** The text of a cell by its type (ST_CellType, 18.18.11). */
  private parse(value: string): string {
    switch (this.type) {
      case 's':
        return this.findShared(value);
      case 'b':
        return value === '1' ? 'TRUE' : 'FALSE';
      case 'n':
        return value === '' || Number.isNaN(Number(value)) ? value : String(Number(value));
      default:
        return parseXlsxText(value);
    }
  }

  private findShared(place: string): string {
    const text = /^\d{1,9}$/.test(place) ? this.shared[Number(place)] : undefined;
    if (text !== undefined) return text;
    throw new TableFileError(`row ${this.number} refers to a text that the workbook does not have`);
  }
}

/** The column, from 0, of a cell's address: `AB7` is in column 27. */
function columnOf(address: string): number | undefined {
  const [letters] = /^[A-Z]{1,3}(?=\d)/.exec(address) ?? [];
  if (letters === undefined) return undefined;
  return Array.from(letters).reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
