import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A row of `blog_tag`. Times are Unix seconds; `deleted_on` is 0 while the tag lives. */
@Entity('blog_tag')
export class TagRow {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'varchar', length: 100 })
  name: string;

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
