import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A row of `blog_article`. Times are Unix seconds; `deleted_on` is 0 while the article lives. */
@Entity('blog_article')
export class ArticleRow {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id: number;

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
