import type { Config } from '#libs/config';
import { Problem } from '#libs/http';
import { CommandError, type Invocation, type SubCommand } from '#libs/supervisor';
import { systemClock } from '#libs/time';
import { Revocations } from '../auth/revocations.js';
import { openDatabase } from '../database/open.js';
import type { Role } from '../users/account.js';
import { Accounts } from '../users/accounts.js';
import { requireGoodPassword } from '../users/password-rules.js';
import { Passwords } from '../users/passwords.js';
import type { UserDetails } from '../users/user.schema.js';
import { USERNAME } from '../users/username.js';
import { PASSWORD_OPTIONS, PASSWORD_USAGE, readPassword } from './password-input.js';
import { userTable } from './user-table.js';
import { worded } from './worded.js';

/** A change is made to the account as it is: nobody has read it before. */
const ANY_VERSION = '*';
const PAGE_SIZE = 100;

/** The accounts from a terminal, also while the blog runs: it hears of what has changed within a second. */
export const USER_COMMANDS: readonly SubCommand[] = [
  {
    name: 'user add',
    usage: `NAME [--role author|admin] ${PASSWORD_USAGE}`,
    summary: 'add an account: an author, unless it is to be an admin',
    operands: 1,
    options: { role: { type: 'string' }, ...PASSWORD_OPTIONS },
    run: add,
  },
  {
    name: 'user passwd',
    usage: `NAME ${PASSWORD_USAGE}`,
    summary: 'give an account a new password, which ends its sessions',
    operands: 1,
    options: PASSWORD_OPTIONS,
    run: changePassword,
  },
  { name: 'user list', usage: '', summary: 'list the accounts', operands: 0, run: list },
  {
    name: 'user disable',
    usage: 'NAME',
    summary: 'let an account in no more, and end its sessions',
    operands: 1,
    run: (invocation) => setState(invocation, 0),
  },
  {
    name: 'user enable',
    usage: 'NAME',
    summary: 'let a disabled account in again',
    operands: 1,
    run: (invocation) => setState(invocation, 1),
  },
];

async function add({ config, operands, options }: Invocation): Promise<void> {
  const [username] = operands as [string];
  const { role = 'author' } = options;
  if (!USERNAME.test(username)) throw new CommandError('a name is 1 to 50 of a-z, 0-9, dot, hyphen and underscore');
  if (!isRole(role)) throw new CommandError('a role is author or admin', 2);
  await withAccounts(config, async (accounts) => {
    if (await accounts.named(username)) throw new CommandError(`there is an account ${username} already`);
    const password = await readPassword(options);
    requireGoodPassword(password, username);
    await accounts.add({ username, password, role, state: 1 });
    tell(`${username} is added, as ${role}`);
  });
}

async function changePassword({ config, operands, options }: Invocation): Promise<void> {
  await withAccount(config, operands, async ({ id, username }, accounts) => {
    const password = await readPassword(options);
    requireGoodPassword(password, username);
    await accounts.change(id, { password }, ANY_VERSION);
    tell(`${username} has a new password, and no session`);
  });
}

async function setState({ config, operands }: Invocation, state: 0 | 1): Promise<void> {
  await withAccount(config, operands, async ({ id, username }, accounts) => {
    await accounts.change(id, { state }, ANY_VERSION);
    tell(`${username} is ${state === 1 ? 'enabled' : 'disabled'}`);
  });
}

async function list({ config }: Invocation): Promise<void> {
  await withAccounts(config, async (accounts) => {
    const users: UserDetails[] = [];
    for (let page = 1; users.length === (page - 1) * PAGE_SIZE; page += 1) {
      users.push(...(await accounts.list({ page, page_size: PAGE_SIZE })).items);
    }
    tell(userTable(users));
  });
}

function withAccount(
  config: Config,
  [username]: readonly string[],
  work: (user: UserDetails, accounts: Accounts) => Promise<void>,
): Promise<void> {
  return withAccounts(config, async (accounts) => {
    const user = await accounts.named(username!);
    if (!user) throw new CommandError(`there is no account ${username}`);
    await work(user, accounts);
  });
}

/** Opens the accounts for `work`, and tells in a sentence why it could not be done. */
async function withAccounts(config: Config, work: (accounts: Accounts) => Promise<void>): Promise<void> {
  const database = await openDatabase(config.database.url);
  const revocations = new Revocations({ database, clock: systemClock });
  try {
    await work(new Accounts({ database, revocations, clock: systemClock, passwords: new Passwords() }));
  } catch (error) {
    throw wordedOf(error);
  } finally {
    await database.close();
  }
}

/** The rules that may be broken here are those for passwords. */
function wordedOf(error: unknown): unknown {
  const [first] = error instanceof Problem ? (error.errors ?? []) : [];
  return first ? new CommandError(`the password ${first.detail}`) : worded(error);
}

function isRole(value: unknown): value is Role {
  return value === 'author' || value === 'admin';
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
