import type { CursorPage, Cursors, Page } from '#libs/http';
import { allOf, type Condition } from '../access.js';
import type { Database } from '../database/database.js';
import { after, orderBy, totalOrder, type SortKey } from './sort.js';

/** The part of a list's query that says which items, in which order. */
export interface ListRequest {
  readonly page: number;
  readonly page_size: number;
  /** Given when the list is read by cursors: empty to begin. */
  readonly cursor?: string | undefined;
  readonly sort: readonly SortKey[];
}

/** Where the list of one query comes from. */
export interface ListSource {
  /** `tags` */
  readonly name: string;
  /** The name that the table goes by in the queries. */
  readonly table: string;
  /** Reads rows; a condition follows. */
  readonly select: string;
  /** Counts rows as `total`; a condition follows. */
  readonly count: string;
  readonly where: Condition;
  /** The filters that the list was asked with: a cursor holds for the same ones alone. */
  readonly filters: object;
}

/** Items page by page, or from a cursor on. */
export type List<Item> = Page<Item> | CursorPage<Item>;

/** What every sorted row has, whatever else: the columns that lists are sorted by. */
type Row = Readonly<Record<string, unknown>>;

/** How the pages of a list are read. */
interface PagePlan {
  readonly select: string;
  readonly count: string;
}

/** Reads the lists of one database. */
export class Lists {
  /** Of sources that are used again: to put a statement together, and to look for it by a new text, takes as long as to read a row. */
  private readonly plans = new WeakMap<ListSource, PagePlan>();

  constructor(
    private readonly database: Database,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Reads the rows of a page, or those from a cursor on.
   *
   * @throws Problem 400 for a cursor that was not given out for this list
   */
  read<Item extends Row>(source: ListSource, request: ListRequest): Promise<List<Item>> {
    return request.cursor === undefined
      ? this.readPage(source, request)
      : this.readFrom(source, request.cursor, request.page_size, totalOrder(request.sort));
  }

  private async readPage<Item extends Row>(
    source: ListSource,
    { page, page_size, sort }: ListRequest,
  ): Promise<Page<Item>> {
    const { values } = source.where;
    const { select, count } = this.planOf(source, sort);
    const rows = { sql: select, values: [...values, page_size, (page - 1) * page_size] };
    const { items, total } = await this.database.page<Item>(rows, { sql: count, values });
    return { items, page, page_size, total };
  }

  private planOf(source: ListSource, sort: readonly SortKey[]): PagePlan {
    let plan = this.plans.get(source);
    if (!plan) {
      const { where, count } = source;
      plan = { select: selectFrom(source, where, totalOrder(sort)), count: `${count} ${where.sql}` };
      this.plans.set(source, plan);
    }
    return plan;
  }

  /** Goes by where the last row stands, not by how many came before it: rows that come or go meanwhile shift nothing. */
  private async readFrom<Item extends Row>(
    source: ListSource,
    cursor: string,
    page_size: number,
    keys: readonly SortKey[],
  ): Promise<CursorPage<Item>> {
    const scope = JSON.stringify([source.name, source.filters, keys]);
    const position = cursor === '' ? [] : [after(keys, source.table, this.cursors.parse(scope, cursor))];
    const where = allOf([source.where, ...position]);
    const select = selectFrom(source, where, keys);
    const rows = await this.database.select<Item>(select, [...where.values, page_size + 1, 0]);
    const items = rows.slice(0, page_size);
    const last = rows.length > page_size ? items.at(-1)! : undefined;
    const next_cursor = last ? this.cursors.build(scope, positionOf(last, keys)) : null;
    return { items, page_size, next_cursor };
  }
}

/** A statement whose last values are how many rows are read, and how many are passed over. */
function selectFrom({ select, table }: ListSource, { sql }: Condition, keys: readonly SortKey[]): string {
  return `${select} ${sql} ORDER BY ${orderBy(keys, table)} LIMIT ? OFFSET ?`;
}

function positionOf(row: Row, keys: readonly SortKey[]): (string | number)[] {
  return keys.map(({ column }) => row[column] as string | number);
}

/** Changes the items of a list, and leaves the rest of it. */
export function mapList<From, To>(list: List<From>, toItem: (item: From) => To): List<To> {
  return { ...list, items: list.items.map(toItem) };
}
