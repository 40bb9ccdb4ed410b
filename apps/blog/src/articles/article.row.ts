import { Column, Entity } from 'typeorm';
import { AuditedRow } from '../database/audited.row.js';

/** A row of `blog_article`. */
@Entity('blog_article')
export class ArticleRow extends AuditedRow {
  @Column({ type: 'integer' })
  tag_id: number;

  @Column({ type: 'varchar', length: 100 })
  title: string;

  @Column({ type: 'varchar', length: 120 })
  slug: string;

  @Column({ type: 'varchar', length: 255 })
  desc: string;

  @Column({ type: 'text' })
  content: string;

  @Column({ type: 'varchar', length: 255 })
  cover_image_url: string;

  /** The slug while the row lives, else NULL: what the unique index stands on. The store computes it. */
  @Column({
    type: 'varchar',
    length: 120,
    nullable: true,
    asExpression: 'CASE WHEN deleted_on = 0 THEN slug END',
    generatedType: 'VIRTUAL',
    select: false,
    insert: false,
    update: false,
  })
  live_slug: string | null;
}
