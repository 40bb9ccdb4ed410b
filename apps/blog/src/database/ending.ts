import type { AtEnd, Ended, PlainValue } from './database.js';

const PLAIN = /^[\w -]*$/;

/** A statement at the end of a transaction. */
interface Last {
  readonly sql: string;
  readonly values: readonly PlainValue[];
  readonly ended: Ended;
}

/** What one transaction ends with. */
export class Ending {
  readonly statements: Last[] = [];

  /** @throws Error when a value is not plain, whichever store it is for */
  readonly atEnd: AtEnd = (sql, values) => {
    if (!values.every(isPlain)) throw new Error('a value at the end of a transaction is not plain');
    const ended = { raw: undefined };
    this.statements.push({ sql, values, ended });
    return ended;
  };

  /** All of it and the commit as one text. */
  toText(): string {
    return [...this.statements.map(({ sql, values }) => inlined(sql, values)), 'COMMIT'].join('; ');
  }

  /** The same without the values, for people. */
  toString(): string {
    return [...this.statements.map(({ sql }) => sql), 'COMMIT'].join('; ');
  }
}

function isPlain(value: PlainValue): boolean {
  return typeof value === 'string' ? PLAIN.test(value) : Number.isSafeInteger(value);
}

/** Plain values need no escaping. */
function inlined(sql: string, values: readonly PlainValue[]): string {
  const [first, ...others] = sql.split('?');
  return first + others.map((part, n) => literal(values[n]!) + part).join('');
}

function literal(value: PlainValue): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
