import type { UserDetails } from '../users/user.schema.js';

const HEAD = ['NAME', 'ROLE', 'STATE', 'SINCE'];

/** The accounts for people: a line each, in columns. */
export function userTable(users: readonly UserDetails[]): string {
  const rows = [HEAD, ...users.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function rowOf({ username, role, state, created_on }: UserDetails): string[] {
  const [since] = new Date(created_on * 1_000).toISOString().split('T', 1);
  return [username, role, state === 1 ? 'enabled' : 'disabled', since!];
}
