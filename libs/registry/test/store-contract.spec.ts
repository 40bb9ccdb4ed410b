import SqliteDatabase from 'better-sqlite3';
import { join } from 'node:path';
import { describe } from 'vitest';
import { MemoryStore, tempFolder } from '#libs/testing';
import { SqliteStore } from '../src/stores/sqlite/sqlite-store.js';
import { StoreError } from '../src/stores/store.js';
import { storeContract, type Backing } from './store-contract.js';

describe('SqliteStore', () => {
  storeContract(sqlite);
});

describe('MemoryStore', () => {
  storeContract(memory);
});

function sqlite(): Backing {
  const folder = tempFolder();
  /** As an administrator might in the middle of things: with the latest revision gone, nothing can be written or followed. */
  const rename = (from: string, to: string) => {
    const database = new SqliteDatabase(join(folder.path, 'registry.sqlite'));
    database.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
    database.close();
  };
  return {
    open: (clock) => new SqliteStore({ folder: folder.path, clock }),
    goAway: () => rename('latest', 'away'),
    comeBack: () => rename('away', 'latest'),
    remove: () => folder.remove(),
  };
}

function memory(): Backing {
  const stores: MemoryStore[] = [];
  const each = (beforeWrite: () => void) => stores.forEach((store) => (store.beforeWrite = beforeWrite));
  return {
    open() {
      const store = new MemoryStore(stores[0]);
      stores.push(store);
      return store;
    },
    goAway() {
      each(() => {
        throw new StoreError('away', 'the store is away');
      });
    },
    comeBack: () => each(() => {}),
    remove() {},
  };
}
