import { describe, expect, it } from 'vitest';
import type { DirectoryChange } from '#libs/dns';
import { Catalog } from '#libs/registry';
import { CatalogDirectory } from './catalog-directory.js';

describe('CatalogDirectory', () => {
  it('is stale while the catalog may lack what others committed, and says that nothing need be true any more', () => {
    const catalog = new Catalog();
    const directory = new CatalogDirectory(catalog);
    const changes: DirectoryChange[] = [];
    directory.subscribe((change) => changes.push(change));
    expect(directory.stale).toBe(false);
    catalog.markStale(true);
    catalog.markStale(true);
    expect(directory.stale).toBe(true);
    catalog.markStale(false);
    expect(directory.stale).toBe(false);
    expect(changes).toMatchObject([{ everything: true }, { everything: true }]);
  });
});
