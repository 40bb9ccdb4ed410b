import { hash, randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Problem } from '#libs/http';
import type { Clock } from '#libs/time';
import { isUniqueViolation, type Database } from '../database/database.js';
import { insertRow } from '../database/rows.js';
import { BLOG_PROBLEMS } from '../problems.js';
import type { Alongside } from '../writes.js';

/** What a POST that made something answered, to the octet. */
export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly etag: string;
  readonly body: string;
}

/** A request that is to be done once. */
export interface KeyedRequest {
  readonly user: string;
  /** Chosen by the client; undefined for one who does not mind doing it twice. */
  readonly key: string | undefined;
  /** What is asked for: path and valid body. The same key with another content is a mistake of the client. */
  readonly content: readonly unknown[];
}

/** How long an answer is kept, in seconds. */
const KEPT_SECONDS = 86_400;
/** A request that has no answer by then was cut off: its process is gone. Longer than any that runs. */
const CLAIM_SECONDS = 15;

interface Claim {
  readonly user: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Names this one run of the request. */
  readonly id: string;
}

interface Row extends Answer {
  readonly id: number;
  readonly fingerprint: string;
  readonly claim: string;
  readonly claimed_until: number;
  readonly expires_on: number;
}

const OWN_CLAIM = 'username = ? AND idempotency_key = ? AND claim = ?';

/**
 * The answers to requests with an `Idempotency-Key`, by user and key, in the database: what a request makes and its answer
 * are stored in one transaction, so that however it was cut off, a second try either finds both or does all of it.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export class Answers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Does what a request asks for, or gives the answer that it had before.
   *
   * @param work is given what it must do in its own transaction
   * @throws Problem 409 while the same request runs, 422 when the key was used for another one, and what `work` throws, which
   *   leaves the key free
   */
  async once<Made>(
    { user, key, content }: KeyedRequest,
    toAnswer: (made: Made) => Answer,
    work: (alongside?: Alongside<Made>) => Promise<Made>,
  ): Promise<Answer & { readonly replayed: boolean }> {
    if (key === undefined) return { ...toAnswer(await work()), replayed: false };
    const claim = { user, key, fingerprint: hash('sha256', JSON.stringify(content)), id: randomUUID() };
    const before = await this.take(claim);
    if (before) return { ...before, replayed: true };
    try {
      const made = await work((manager, written) => keep(manager, claim, toAnswer(written)));
      return { ...toAnswer(made), replayed: false };
    } catch (error) {
      await this.giveUp(claim);
      throw error;
    }
  }

  /** Takes a key for this run. @returns the answer that there is already, if any */
  private async take(claim: Claim): Promise<Answer | undefined> {
    for (;;) {
      if (await this.insert(claim)) return undefined;
      const row = await this.find(claim);
      if (!row || row.expires_on <= this.now()) continue;
      if (row.fingerprint !== claim.fingerprint) throw new Problem(BLOG_PROBLEMS.keyReused);
      if (row.status !== 0) return row;
      if (await this.takeOver(row, claim)) return undefined;
    }
  }

  /** @returns false when there is a claim or an answer for the key already */
  private async insert({ user, key, fingerprint, id }: Claim): Promise<boolean> {
    const now = this.now();
    const owner = { username: user, idempotency_key: key, fingerprint, claim: id };
    const times = { claimed_until: now + CLAIM_SECONDS, expires_on: now + KEPT_SECONDS };
    try {
      await this.database.write(async (manager) => {
        await manager.query('DELETE FROM blog_answer WHERE expires_on <= ?', [now]);
        await insertRow(manager, 'blog_answer', { ...owner, ...times });
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  private async find({ user, key }: Claim): Promise<Row | undefined> {
    const sql = 'SELECT * FROM blog_answer WHERE username = ? AND idempotency_key = ?';
    const [row] = await this.database.select<Row>(sql, [user, key]);
    return row;
  }

  /** Takes the key of a run that was cut off. @throws Problem 409 when it may still be running */
  private takeOver({ id, claim: before, claimed_until }: Row, claim: Claim): Promise<boolean> {
    const now = this.now();
    if (claimed_until > now) {
      throw new Problem(BLOG_PROBLEMS.keyInUse, { headers: { 'retry-after': String(claimed_until - now) } });
    }
    const sql = 'UPDATE blog_answer SET claim = ?, claimed_until = ? WHERE id = ? AND claim = ? AND status = 0';
    return this.database.write((manager) => changesOne(manager, sql, [claim.id, now + CLAIM_SECONDS, id, before]));
  }

  /** Frees the key of a run that failed. If that fails too, the claim ends by itself. */
  private async giveUp({ user, key, id }: Claim): Promise<void> {
    const sql = `DELETE FROM blog_answer WHERE ${OWN_CLAIM} AND status = 0`;
    await this.database.write((manager) => manager.query(sql, [user, key, id])).catch(() => {});
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1_000);
  }
}

/** Keeps the answer of a run, unless another one has taken the key over: then nothing of this one is stored. */
async function keep(manager: EntityManager, { user, key, id }: Claim, answer: Answer): Promise<void> {
  const { status, location, etag, body } = answer;
  const sql = `UPDATE blog_answer SET status = ?, location = ?, etag = ?, body = ? WHERE ${OWN_CLAIM}`;
  const kept = await changesOne(manager, sql, [status, location, etag, body, user, key, id]);
  if (!kept) throw new Problem(BLOG_PROBLEMS.keyInUse);
}

async function changesOne(manager: EntityManager, sql: string, values: (string | number)[]): Promise<boolean> {
  const { affected } = await manager.queryRunner!.query(sql, values, true);
  return affected === 1;
}
