import { hash } from 'node:crypto';

/** What somebody may do: each role includes those before it. */
export type Role = 'read' | 'write' | 'operator';

export const ROLES: readonly Role[] = ['read', 'write', 'operator'];

/** A token as the file knows it: never the token itself. */
export interface Token {
  readonly role: Role;
  /** Names the token in answers and in the log, as Consul's AccessorID does, and opens nothing. */
  readonly accessor: string;
}

/** Tokens by their SHA-256, in lower-case hexadecimal. */
export type TokenTable = ReadonlyMap<string, Token>;

/** All that is wrong with a file of tokens, without what stands in it: somebody may have written a token there. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
}

const LINE = /^(\S+)\s+sha256:([0-9a-fA-F]{64})(?:\s.*)?$/;

/**
 * Parses a file of tokens: one line each of a role, `sha256:` with the hash of the token in hexadecimal, and anything that tells people
 * whose it is. Empty lines and those that begin with `#` are passed over.
 *
 * @throws TokenFileError that names each line that is wrong
 */
export function parseTokens(content: string): TokenTable {
  const table = new Map<string, Token>();
  const problems: string[] = [];
  for (const [index, raw] of content.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const problem = addLine(table, line);
    if (problem) problems.push(`line ${index + 1}: ${problem}`);
  }
  if (problems.length > 0) throw new TokenFileError(problems.join('; '));
  return table;
}

function addLine(table: Map<string, Token>, line: string): string | undefined {
  const [, role, digits] = LINE.exec(line) ?? [];
  if (!digits) return 'expected a role, sha256: and 64 hexadecimal digits, such as read sha256:<hash> prometheus';
  if (!isRole(role)) return `the role is none of ${ROLES.join(', ')}`;
  const key = digits.toLowerCase();
  if (table.has(key)) return 'the token is there already';
  table.set(key, { role, accessor: accessorOf(key) });
  return undefined;
}

function isRole(word: string | undefined): word is Role {
  return (ROLES as readonly (string | undefined)[]).includes(word);
}

/** The key of a token in the table. Looking up a hash tells a caller who tries nothing about how near he came. */
export function keyOf(token: string): string {
  return hash('sha256', token);
}

/** In the form of a UUID, as Consul's are. */
function accessorOf(key: string): string {
  const digits = hash('sha256', `accessor of ${key}`);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
