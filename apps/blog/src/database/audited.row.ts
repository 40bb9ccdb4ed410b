import { Column, PrimaryGeneratedColumn } from 'typeorm';

/** What every row of content has. Times are Unix seconds; `deleted_on` is 0 while the row lives. */
export abstract class AuditedRow {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id: number;

  /** 1, or 0 when only its author and admins see it. */
  @Column({ type: 'integer' })
  state: number;

  @Column({ type: 'varchar', length: 100 })
  created_by: string;

  @Column({ type: 'varchar', length: 100 })
  modified_by: string;

  @Column({ type: 'integer' })
  created_on: number;

  @Column({ type: 'integer' })
  modified_on: number;

  @Column({ type: 'integer' })
  deleted_on: number;

  /** Grows by one with each change. */
  @Column({ type: 'integer' })
  version: number;
}
