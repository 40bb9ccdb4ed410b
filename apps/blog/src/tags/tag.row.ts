import { Column, Entity } from 'typeorm';
import { AuditedRow } from '../database/audited.row.js';

/** A row of `blog_tag`. */
@Entity('blog_tag')
export class TagRow extends AuditedRow {
  @Column({ type: 'varchar', length: 100 })
  name: string;

  /** The name while the row lives, else NULL: what the unique index stands on. The store computes it. */
  @Column({
    type: 'varchar',
    length: 100,
    nullable: true,
    asExpression: 'CASE WHEN deleted_on = 0 THEN name END',
    generatedType: 'VIRTUAL',
    select: false,
    insert: false,
    update: false,
  })
  live_name: string | null;
}
