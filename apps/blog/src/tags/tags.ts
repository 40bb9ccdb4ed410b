import type { EntityManager } from 'typeorm';
import { buildEtag, HTTP_PROBLEMS, Problem, requireMatch, type Page } from '#libs/http';
import type { Clock } from '#libs/time';
import { isUniqueViolation, type Database } from '../database/database.js';
import { BLOG_PROBLEMS } from '../problems.js';
import type { User, Viewer } from '../users/account.js';
import { allOf, equals, isVisible, mayChange, visibleTo, type Change } from '../access.js';
import { TagRow } from './tag.row.js';
import type { Tag, TagInput, TagPatch, TagQuery } from './tag.schema.js';

export interface TagsOptions {
  readonly database: Database;
  readonly clock: Clock;
}

const COLUMNS = 'id, name, state, created_by, modified_by, created_on, modified_on, version';

/** The tags that articles are filed under. */
export class Tags {
  constructor(private readonly options: TagsOptions) {}

  /** A page of the tags that a viewer may see, oldest first. */
  async list({ page, page_size, name, state, created_by }: TagQuery, viewer: Viewer): Promise<Page<Tag>> {
    const { database } = this.options;
    const { sql, values } = allOf([
      visibleTo(viewer, 'blog_tag'),
      ...equals('name', name?.normalize('NFC').trim()),
      ...equals('state', state),
      ...equals('created_by', created_by),
    ]);
    const items = await database.select<Tag>(
      `SELECT ${COLUMNS} FROM blog_tag WHERE ${sql} ORDER BY id LIMIT ? OFFSET ?`,
      [...values, page_size, (page - 1) * page_size],
    );
    const [count] = await database.select<{ total: number }>(
      `SELECT COUNT(*) AS total FROM blog_tag WHERE ${sql}`,
      values,
    );
    return { items, page, page_size, total: count!.total };
  }

  /** @throws Problem when there is none that the viewer may see */
  async read(id: number, viewer: Viewer): Promise<Tag> {
    const { sql, values } = visibleTo(viewer, 'blog_tag');
    const [tag] = await this.options.database.select<Tag>(`SELECT ${COLUMNS} FROM blog_tag WHERE id = ? AND ${sql}`, [
      id,
      ...values,
    ]);
    if (!tag) throw new Problem(BLOG_PROBLEMS.noSuchTag);
    return tag;
  }

  /** @throws Problem when the name is taken */
  async create(input: TagInput, user: User): Promise<Tag> {
    const now = this.now();
    const stamps = { created_by: user.name, modified_by: user.name, created_on: now, modified_on: now };
    return this.write(async (manager) => {
      const row = { name: input.name, state: input.state, ...stamps, deleted_on: 0, version: 1 };
      const { identifiers } = await manager.insert(TagRow, row);
      return find(manager, identifiers[0]!['id'] as number, user);
    });
  }

  /** Replaces the whole of a tag. @throws Problem when it may not be changed, or the name is taken */
  replace(id: number, { name, state }: TagInput, change: Change): Promise<Tag> {
    return this.change(id, change, () => ({ name, state }));
  }

  /** Applies a merge patch to a tag. @throws Problem when it may not be changed, or the name is taken */
  patch(id: number, { name, state }: TagPatch, change: Change): Promise<Tag> {
    return this.change(id, change, (tag) => ({
      name: name ?? tag.name,
      state: state === undefined ? tag.state : (state ?? 1),
    }));
  }

  /** Deletes a tag that no article uses. Its name is free from then on. */
  async remove(id: number, change: Change): Promise<void> {
    await this.write(async (manager) => {
      const tag = await findForChange(manager, id, change);
      const [use] = (await manager.query(
        'SELECT COUNT(*) AS articles FROM blog_article WHERE tag_id = ? AND deleted_on = 0',
        [id],
      )) as [{ articles: number }];
      if (use.articles > 0)
        throw new Problem(BLOG_PROBLEMS.tagInUse, { detail: `articles that use it: ${use.articles}` });
      await this.update(manager, tag, change.user, { deleted_on: this.now() });
    });
  }

  private change(id: number, change: Change, toFields: (tag: Tag) => Pick<Tag, 'name' | 'state'>): Promise<Tag> {
    return this.write(async (manager) => {
      const tag = await findForChange(manager, id, change);
      await this.update(manager, tag, change.user, toFields(tag));
      return find(manager, id, change.user);
    });
  }

  /** Writes the next version of a tag, unless somebody else has by now. */
  private async update(manager: EntityManager, tag: Tag, user: User, fields: Partial<TagRow>): Promise<void> {
    const { id, version } = tag;
    const { affected } = await manager
      .createQueryBuilder()
      .update(TagRow)
      .set({ ...fields, modified_by: user.name, modified_on: this.now(), version: version + 1 })
      .where({ id, version, deleted_on: 0 })
      .andWhere(user.role === 'admin' ? '1 = 1' : 'created_by = :name', { name: user.name })
      .execute();
    if (affected !== 1) throw new Problem(HTTP_PROBLEMS.preconditionFailed);
  }

  /** Runs a write and tells a name that is taken: the unique index decides, however many write at once. */
  private async write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.options.database.write(work);
    } catch (error) {
      throw isUniqueViolation(error) ? new Problem(BLOG_PROBLEMS.tagExists, { cause: error }) : error;
    }
  }

  private now(): number {
    return Math.floor(this.options.clock.now() / 1_000);
  }
}

async function find(manager: EntityManager, id: number, user: User): Promise<Tag> {
  const sql = `SELECT ${COLUMNS} FROM blog_tag WHERE id = ? AND deleted_on = 0`;
  const [tag] = (await manager.query(sql, [id])) as Tag[];
  if (!tag || !isVisible(user, tag)) throw new Problem(BLOG_PROBLEMS.noSuchTag);
  return tag;
}

async function findForChange(manager: EntityManager, id: number, { ifMatch, user }: Change): Promise<Tag> {
  const tag = await find(manager, id, user);
  if (!mayChange(user, tag)) throw new Problem(BLOG_PROBLEMS.notYours);
  requireMatch(ifMatch, tagEtag(tag));
  return tag;
}

/** The entity tag of a tag: it changes with each version. */
export function tagEtag({ id, version }: Pick<Tag, 'id' | 'version'>): string {
  return buildEtag(id, version);
}
