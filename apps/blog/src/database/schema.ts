import { RefreshTokenRow } from '../auth/refresh-token.row.js';
import { SessionRow } from '../auth/session.row.js';
import { AccountRow } from '../users/account.row.js';
import { AddOutbox1795500000008 } from './migrations/add-outbox.migration.js';
import { AddRequests1795500000002 } from './migrations/add-requests.migration.js';
import { AddSearch1795500000000 } from './migrations/add-search.migration.js';
import { AdoptGinTables1699999999998, ForgetGinPasswords1699999999999 } from './migrations/adopt-gin.migration.js';
import { CreateSessions1795500000003 } from './migrations/create-sessions.migration.js';
import { CreateTables1700000000000 } from './migrations/create-tables.migration.js';
import { IndexLists1795500000001 } from './migrations/index-lists.migration.js';

/** The tables that TypeORM writes. Articles and tags are written by `rows.ts`. */
export const ENTITIES = [AccountRow, SessionRow, RefreshTokenRow];

/** In the order in which they run. Once released, a migration never changes. */
export const MIGRATIONS = [
  AdoptGinTables1699999999998,
  ForgetGinPasswords1699999999999,
  CreateTables1700000000000,
  AddSearch1795500000000,
  IndexLists1795500000001,
  AddRequests1795500000002,
  CreateSessions1795500000003,
  AddOutbox1795500000008,
];
