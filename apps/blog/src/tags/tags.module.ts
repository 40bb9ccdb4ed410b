import { Module } from '@nestjs/common';
import { BLOG, type BlogParts } from '../parts.js';
import { TagExport } from './tag-export.js';
import { TagFilesController } from './tag-files.controller.js';
import { TagImport } from './tag-import.js';
import { TagsController } from './tags.controller.js';
import { Tags } from './tags.js';

@Module({
  controllers: [TagsController, TagFilesController],
  providers: [
    {
      provide: Tags,
      inject: [BLOG],
      useFactory: ({ database, publisher, lists, clock }: BlogParts) => new Tags({ database, publisher, lists, clock }),
    },
    { provide: TagExport, inject: [BLOG], useFactory: ({ database }: BlogParts) => new TagExport(database) },
    {
      provide: TagImport,
      inject: [BLOG],
      useFactory: ({ publisher, clock }: BlogParts) => new TagImport({ publisher, clock }),
    },
  ],
})
export class TagsModule {}
