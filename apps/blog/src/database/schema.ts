import { ArticleRow } from '../articles/article.row.js';
import { TagRow } from '../tags/tag.row.js';
import { AccountRow } from '../users/account.row.js';
import { CreateTables1700000000000 } from './create-tables.migration.js';

/** The tables, as TypeORM writes them. */
export const ENTITIES = [TagRow, ArticleRow, AccountRow];

/** In the order in which they run. Once released, a migration never changes. */
export const MIGRATIONS = [CreateTables1700000000000];
