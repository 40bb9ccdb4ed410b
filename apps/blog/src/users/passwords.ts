import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { HTTP_PROBLEMS, Problem } from '#libs/http';

const computeArgon2 = promisify(argon2);

/** The cost of a hash: memory in KiB, passes over it, lanes. */
export interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's first choice for argon2id; about 50 ms on one core. */
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_OCTETS = 16;
const HASH_OCTETS = 32;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,128})$/;

/** Computes a hash of a password in Unicode's form NFC. */
export type Derive = (message: string, salt: Buffer, cost: Cost, tagLength: number) => Promise<Buffer>;

export interface PasswordsOptions {
  /** How many hashes are computed at once. They run on libuv's four threads, which files and DNS use too. */
  readonly concurrency?: number;
  /** How many may wait for their turn. */
  readonly queue?: number;
  /** What computes: argon2id, unless a test wants to count. */
  readonly derive?: Derive;
}

/** Hashes passwords with argon2id (RFC 9106) and checks them, off the event loop. */
export class Passwords {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #derive: Derive;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ concurrency = 2, queue = 50, derive = argon2id }: PasswordsOptions = {}) {
    this.#concurrency = concurrency;
    this.#queue = queue;
    this.#derive = derive;
  }

  /**
   * @returns a PHC string: the hash with its salt and cost
   * @throws Problem when too many wait already
   */
  hash(password: string): Promise<string> {
    return this.#inTurn(async () => {
      const salt = randomBytes(SALT_OCTETS);
      return buildPhc(COST, salt, await this.#derive(password.normalize('NFC'), salt, COST, HASH_OCTETS));
    });
  }

  /**
   * Whether `password` is the one behind `phc`. Takes as long when `phc` is undefined, so that the time does not tell
   * whether there is such an account.
   *
   * @throws Problem when too many wait already
   */
  verify(password: string, phc: string | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const { cost, salt, hash } = parsePhc(phc ?? NOBODY) ?? parsePhc(NOBODY)!;
      const computed = await this.#derive(password.normalize('NFC'), salt, cost, hash.length);
      return timingSafeEqual(computed, hash) && phc !== undefined;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#concurrency) this.#running += 1;
    else if (this.#waiting.length >= this.#queue) throw busy();
    // Whoever is done hands its place on: `#running` stays as it is.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/** More are waiting than would be answered within a useful time. */
function busy(): Problem {
  return new Problem(HTTP_PROBLEMS.unavailable, {
    detail: 'too many passwords are being checked',
    headers: { 'retry-after': '1' },
  });
}

/** Checked when there is no account: random, so that no password fits it. */
const NOBODY = buildPhc(COST, randomBytes(SALT_OCTETS), randomBytes(HASH_OCTETS));

function argon2id(message: string, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  return computeArgon2('argon2id', { message, nonce, tagLength, ...cost });
}

/** Builds a PHC string (https://github.com/P-H-C/phc-string-format). */
function buildPhc({ memory, passes, parallelism }: Cost, salt: Buffer, hash: Buffer): string {
  const [saltText, hashText] = [salt, hash].map((octets) => octets.toString('base64').replace(/=+$/, ''));
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${saltText}$${hashText}`;
}

function parsePhc(phc: string): { cost: Cost; salt: Buffer; hash: Buffer } | undefined {
  const match = PHC.exec(phc);
  if (!match) return undefined;
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  const [salt, hash] = match.slice(4).map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer];
  return { cost: { memory, passes, parallelism }, salt, hash };
}
