import { Module } from '@nestjs/common';
import { BLOG, type BlogParts } from '../parts.js';
import { TagsController } from './tags.controller.js';
import { Tags } from './tags.js';

@Module({
  controllers: [TagsController],
  providers: [
    {
      provide: Tags,
      inject: [BLOG],
      useFactory: ({ database, lists, clock }: BlogParts) => new Tags({ database, lists, clock }),
    },
  ],
})
export class TagsModule {}
