import { join } from 'node:path';
import { Mariadb, tempFolder } from '#libs/testing';

/** Where a blog can keep its data: each behaviour is tested on all of them. */
export const STORES = ['SQLite', 'MariaDB'] as const;

export type Store = (typeof STORES)[number];

/** An empty database for one test. */
export class TestDatabase {
  private constructor(
    /** `[database] url` */
    readonly url: string,
    readonly remove: () => void,
  ) {}

  static async create(store: Store): Promise<TestDatabase> {
    // The server forgets its databases when it ends.
    if (store === 'MariaDB') return new TestDatabase(await (await Mariadb.shared()).createDatabase(), () => {});
    const folder = tempFolder();
    return new TestDatabase(`sqlite:${join(folder.path, 'a', 'b', 'blog.sqlite')}`, folder.remove);
  }
}
