import type { Database } from 'better-sqlite3';
import type { Change, Check, Instance, Node, Revision } from '../../model.js';
import { StoreError, type Committed, type Snapshot, type Stamps } from '../store.js';
import type { Batch, Kind, Row } from './protocol.js';

/** The JSON of a record and the revisions that made it and changed it last. */
type StoredRow = [body: string, createRevision: Revision, modifyRevision: Revision];

/** The state, whose rows are read as the caller goes. */
export function readSnapshot(database: Database): Snapshot {
  return {
    revision: readRevision(database),
    nodes: readRecords<'node', Node>(database, 'node'),
    instances: readRecords<'instance', Instance>(database, 'instance'),
    checks: readRecords<'check', Check>(database, 'check'),
  };
}

function readRevision(database: Database): Revision {
  return Number(database.prepare('SELECT revision FROM latest').pluck().get());
}

/** The rows of one kind, one by one: a whole registry as text and as objects at once would double its size. */
function* readRecords<K extends string, T>(database: Database, kind: K): Generator<Stamps & Record<K, T>> {
  const rows = database
    .prepare<[string], StoredRow>('SELECT body, create_revision, modify_revision FROM record WHERE kind = ?')
    .raw()
    .iterate(kind);
  for (const [body, createRevision, modifyRevision] of rows) {
    yield { [kind]: JSON.parse(body) as T, createRevision, modifyRevision } as Stamps & Record<K, T>;
  }
}

/**
 * What was committed after a revision.
 *
 * @throws StoreError when it is no longer all there
 */
export function readLog(database: Database, after: Revision): Committed[] {
  // First: what is committed between the two looks must not seem to be missing.
  const stored = readRevision(database);
  const rows = database
    .prepare<[number], { revision: Revision; changes: string }>(
      'SELECT revision, changes FROM log WHERE revision > ? ORDER BY revision',
    )
    .all(after);
  const latest = rows.at(-1)?.revision ?? stored;
  if (latest < after)
    throw new StoreError('behind', `the store went back from revision ${after} to ${latest}; start again`);
  if (rows.length < latest - after) throw new StoreError('behind', `revision ${after + 1} is no longer in the log`);
  return rows.map(({ revision, changes }) => ({ revision, changes: JSON.parse(changes) as Change[] }));
}

/** Commits as the writer takes them. */
export function toBatch(commits: readonly (readonly Change[])[]): Batch {
  const changes: string[] = [];
  const rows: Row[number][] = [];
  for (const commit of commits) {
    const texts: string[] = [];
    for (const change of commit) {
      const row = toRow(change);
      rows.push(...row);
      texts.push(toText(change, row));
    }
    changes.push(`[${texts.join(',')}]`);
  }
  return { changes, sizes: commits.map(({ length }) => length), rows };
}

function toRow(change: Change): Row {
  switch (change.kind) {
    case 'put-node':
      return row('node', change.node.name, '', change.node);
    case 'put-instance':
      return row('instance', change.instance.node, change.instance.id, change.instance);
    case 'put-check':
      return row('check', change.check.node, change.check.id, change.check);
    case 'remove-node':
      return row('node', change.node, '', null);
    case 'remove-instance':
      return row('instance', change.node, change.id, null);
    case 'remove-check':
      return row('check', change.node, change.id, null);
  }
}

function row(kind: Kind, node: string, id: string, record: Node | Instance | Check | null): Row {
  return [kind, node.toLowerCase(), id, record && JSON.stringify(record)];
}

/** A change as JSON, around the record that is JSON already. */
function toText(change: Change, [kind, , , body]: Row): string {
  return body === null ? JSON.stringify(change) : `{"kind":"put-${kind}","${kind}":${body}}`;
}
