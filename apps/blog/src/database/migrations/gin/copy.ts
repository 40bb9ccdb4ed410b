import type { QueryRunner } from 'typeorm';
import { buildSlug } from '../../../articles/slug.js';
import { ADMIN } from '../../../users/first-admin.js';
import { Passwords } from '../../../users/passwords.js';
import { insertRow } from '../../rows.js';
import { freeName } from './names.js';
import { readGinTable } from './tables.js';

const NAME_MAX = 100;
const SLUG_MAX = 120;
const USERNAME_MAX = 50;

/** The account that go-gin-example comes with: everybody knows its password. */
const SEED = { username: 'test', password: 'test123' };

const STAMPS = { created_on: 0, created_by: '', modified_on: 0, modified_by: '', deleted_on: 0, state: 1 };

/** Copies the tags. Of live ones with the same name all but the first get their id behind it. @returns the ids */
export async function copyTags(runner: QueryRunner): Promise<Set<number>> {
  const ids = new Set<number>();
  const taken = new Set<string>();
  for await (const tag of readGinTable(runner, 'blog_tag', { name: '', ...STAMPS })) {
    const wanted = tag.name.normalize('NFC').trim() || `tag ${tag.id}`;
    const name = tag.deleted_on === 0 ? freeName(wanted, ` (${tag.id})`, NAME_MAX, taken) : wanted;
    await insertRow(runner.manager, 'blog_tag', { ...tag, name, state: stateOf(tag) });
    ids.add(tag.id);
  }
  return ids;
}

/** Copies the articles. Those of a tag that there is not are filed under one that is made for them. */
export async function copyArticles(runner: QueryRunner, tags: ReadonlySet<number>): Promise<void> {
  const fields = { tag_id: 0, title: '', desc: '', content: '', cover_image_url: '' };
  const taken = new Set<string>();
  let untagged: number | undefined;
  for await (const article of readGinTable(runner, 'blog_article', { ...fields, ...STAMPS })) {
    const known = tags.has(article.tag_id);
    if (!known) untagged ??= await makeUntagged(runner);
    const tag_id = known ? article.tag_id : untagged!;
    const wanted = buildSlug(article.title);
    const slug = article.deleted_on === 0 ? freeName(wanted, `-${article.id}`, SLUG_MAX, taken) : wanted;
    await insertRow(runner.manager, 'blog_article', { ...article, tag_id, slug, state: stateOf(article) });
  }
}

/**
 * Copies the accounts, with their passwords hashed. Everybody could do everything: here that is the one named admin. The
 * account that comes with go-gin-example is disabled, and so are those without a name of their own.
 */
export async function copyAccounts(runner: QueryRunner): Promise<void> {
  const passwords = new Passwords();
  const taken = new Set<string>();
  for await (const { id, username: wanted, password: clear } of readGinTable(runner, 'blog_auth', {
    username: '',
    password: '',
  })) {
    const username = freeName(wanted || `user-${id}`, `-${id}`, USERNAME_MAX, taken);
    const seed = wanted === SEED.username && clear === SEED.password;
    const state = clear === '' || seed || username !== wanted ? 0 : 1;
    const password = clear === '' ? '' : await passwords.hash(clear);
    const role = username === ADMIN ? 'admin' : 'author';
    await insertRow(runner.manager, 'blog_auth', { id, username, password, role, state });
  }
}

/** Anything but 0 was shown. */
function stateOf({ state }: { readonly state: number }): number {
  return state === 0 ? 0 : 1;
}

async function makeUntagged(runner: QueryRunner): Promise<number> {
  const rows = (await runner.query('SELECT name FROM blog_tag WHERE deleted_on = 0')) as { name: string }[];
  const name = freeName('untagged', ' (articles without a tag)', NAME_MAX, new Set(rows.map((row) => row.name)));
  return insertRow(runner.manager, 'blog_tag', { name });
}
