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

  readonly atEnd: AtEnd = (sql, values) => {
    const ended = { raw: undefined };
    this.statements.push({ sql, values, ended });
    return ended;
  };

  /** All of it and the commit as one text. @throws Error when a value is not plain */
  toText(): string {
    return [...this.statements.map(({ sql, values }) => inlined(sql, values)), 'COMMIT'].join('; ');
  }
}

/** Nothing is escaped here: what would have to be is refused. */
function inlined(sql: string, values: readonly PlainValue[]): string {
  const parts = sql.split('?');
  return parts.map((part, n) => (n === 0 ? part : literal(values[n - 1]) + part)).join('');
}

function literal(value: PlainValue | undefined): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && PLAIN.test(value)) return `'${value}'`;
  throw new Error('a value at the end of a transaction is not plain');
}
