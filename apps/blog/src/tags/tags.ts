import type { EntityManager } from 'typeorm';
import { Problem, requireMatch } from '#libs/http';
import type { Clock } from '#libs/time';
import { allOf, equals, isVisible, requireMine, visibleTo, type Change } from '../access.js';
import { tagChange } from '../caching/keys.js';
import type { Publisher, Tell } from '../caching/publisher.js';
import { isUniqueViolation, type Database } from '../database/database.js';
import { insertRow } from '../database/rows.js';
import { pickFields } from '../lists/fields.js';
import { KeptSources } from '../lists/kept-sources.js';
import { mapList, type List, type Lists, type ListSource } from '../lists/list.js';
import { BLOG_PROBLEMS } from '../problems.js';
import type { User, Viewer } from '../users/account.js';
import { firstStamp, nothingAlongside, stampOf, writeNext, type Alongside } from '../writes.js';
import { COUNT_TAGS, SELECT_TAG_ROWS, SELECT_TAGS, tagEtag, type TagRow } from './tag.query.js';
import type { Tag, TagInput, TagPatch, TagQuery } from './tag.schema.js';

export interface TagsOptions {
  readonly database: Database;
  readonly publisher: Publisher;
  readonly lists: Lists;
  readonly clock: Clock;
}

/** The tags that articles are filed under. */
export class Tags {
  private readonly sources = new KeptSources<TagQuery>(sourceOf);

  constructor(private readonly options: TagsOptions) {}

  /** The tags that a viewer may see, page by page or from a cursor on. */
  async list(query: TagQuery, viewer: Viewer): Promise<List<Partial<Tag>>> {
    const { fields } = query;
    const list = await this.options.lists.read<Tag>(this.sources.of(query, viewer), query);
    return fields ? mapList(list, (tag) => pickFields(tag, fields)) : list;
  }

  /** @throws Problem when the name is taken */
  create({ name, state }: TagInput, user: User, alongside: Alongside<Tag> = nothingAlongside): Promise<Tag> {
    const fields = { name, state, ...firstStamp(stampOf(user, this.options.clock)) };
    return this.write(async (manager, tell) => {
      const tag = { id: await insertRow(manager, 'blog_tag', fields), ...fields };
      tell(tagChange(tag.id, 1));
      await alongside(manager, tag);
      return tag;
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

  /** Deletes a tag that no article uses. Its name is free from then on. @throws Problem when it may not be deleted */
  async remove(id: number, change: Change): Promise<void> {
    await this.write(async (manager, tell) => {
      const tag = await findForChange(manager, id, change);
      const stamp = stampOf(change.user, this.options.clock);
      // First of all, as it keeps articles that are about to be filed under the tag waiting until it is gone.
      await writeNext(manager, 'blog_tag', tag, change.user, { deleted_on: stamp.modified_on, ...stamp });
      await requireUnused(manager, id);
      tell(tagChange(id, tag.version + 1));
    });
  }

  /** Brings a deleted tag back; one that lives stays as it is. @throws Problem when its name is taken by now */
  restore(id: number, user: User): Promise<Tag> {
    return this.write(async (manager, tell) => {
      const { deleted_on, ...tag } = await findRow(manager, id, user);
      requireMine(user, tag);
      if (deleted_on === 0) return tag;
      tell(tagChange(id, tag.version + 1));
      return this.next(manager, tag, user, {}, { deleted_on: 0 });
    });
  }

  private change(id: number, change: Change, toFields: (tag: Tag) => Pick<Tag, 'name' | 'state'>): Promise<Tag> {
    return this.write(async (manager, tell) => {
      const tag = await findForChange(manager, id, change);
      tell(tagChange(id, tag.version + 1));
      return this.next(manager, tag, change.user, toFields(tag));
    });
  }

  /** Writes the next version of a tag, and gives it. */
  private async next(
    manager: EntityManager,
    tag: Tag,
    user: User,
    fields: Partial<Tag>,
    hidden: { deleted_on?: number } = {},
  ): Promise<Tag> {
    const changed = { ...fields, ...stampOf(user, this.options.clock) };
    await writeNext(manager, 'blog_tag', tag, user, { ...changed, ...hidden });
    return { ...tag, ...changed, version: tag.version + 1 };
  }

  /** Runs a write and tells a name that is taken: the unique index decides, however many write at once. */
  private async write<T>(work: (manager: EntityManager, tell: Tell) => Promise<T>): Promise<T> {
    try {
      return await this.options.publisher.write(work);
    } catch (error) {
      throw isUniqueViolation(error) ? new Problem(BLOG_PROBLEMS.tagExists, { cause: error }) : error;
    }
  }
}

async function findForChange(manager: EntityManager, id: number, { ifMatch, user }: Change): Promise<Tag> {
  const { deleted_on, ...tag } = await findRow(manager, id, user);
  if (deleted_on !== 0) throw new Problem(BLOG_PROBLEMS.noSuchTag);
  requireMine(user, tag);
  requireMatch(ifMatch, tagEtag(tag));
  return tag;
}

/** A tag that the user may see, or could before it was deleted. */
async function findRow(manager: EntityManager, id: number, user: User): Promise<TagRow> {
  const [row] = (await manager.query(`${SELECT_TAG_ROWS} id = ?`, [id])) as TagRow[];
  if (!row || !isVisible(user, row)) throw new Problem(BLOG_PROBLEMS.noSuchTag);
  return row;
}

async function requireUnused(manager: EntityManager, id: number): Promise<void> {
  const sql = 'SELECT COUNT(*) AS articles FROM blog_article WHERE tag_id = ? AND deleted_on = 0';
  const [use] = (await manager.query(sql, [id])) as [{ articles: number }];
  if (use.articles > 0) throw new Problem(BLOG_PROBLEMS.tagInUse, { detail: `articles that use it: ${use.articles}` });
}

function sourceOf({ name, state, created_by }: TagQuery, viewer: Viewer): ListSource {
  const filters = { name: name?.normalize('NFC').trim(), state, created_by };
  const where = allOf([
    visibleTo(viewer, 'blog_tag'),
    ...equals('name', filters.name),
    ...equals('state', state),
    ...equals('created_by', created_by),
  ]);
  return { name: 'tags', table: 'blog_tag', select: SELECT_TAGS, count: COUNT_TAGS, where, filters };
}
