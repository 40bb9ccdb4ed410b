import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from './account.js';

/** A row of `blog_auth`. */
@Entity('blog_auth')
export class AccountRow {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'varchar', length: 50 })
  username: string;

  /** A PHC string; never the password itself. */
  @Column({ type: 'varchar', length: 255 })
  password: string;

  @Column({ type: 'varchar', length: 10 })
  role: Role;

  /** 1, or 0 when the account is disabled. */
  @Column({ type: 'integer' })
  state: number;

  @Column({ type: 'integer' })
  created_on: number;

  @Column({ type: 'integer' })
  modified_on: number;

  @Column({ type: 'integer' })
  version: number;
}
