import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `blog_refresh_token`: one for each token of a session, also those that were used. */
@Entity('blog_refresh_token')
export class RefreshTokenRow {
  /** SHA-256 of the token, in hexadecimal digits. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  hash: string;

  @Column({ type: 'varchar', length: 32 })
  session_id: string;

  /** Unix seconds. */
  @Column({ type: 'integer' })
  expires_on: number;

  /** When it was used, in Unix milliseconds; 0 while it was not. */
  @Column({ type: 'bigint' })
  used_ms: number;

  /** What makes the successor out of the token, once it was used. */
  @Column({ type: 'varchar', length: 32 })
  salt: string;
}
