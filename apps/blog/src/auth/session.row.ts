import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `blog_session`. Times are Unix seconds. */
@Entity('blog_session')
export class SessionRow {
  /** 32 hexadecimal digits; access tokens carry it as `sid`. */
  @PrimaryColumn({ type: 'varchar', length: 32 })
  id: string;

  @Column({ type: 'integer' })
  account_id: number;

  @Column({ type: 'integer' })
  created_on: number;

  @Column({ type: 'integer' })
  expires_on: number;
}
