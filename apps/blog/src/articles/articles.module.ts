import { Module } from '@nestjs/common';
import { BLOG, type BlogParts } from '../parts.js';
import { ArticlesController } from './articles.controller.js';
import { Articles } from './articles.js';

@Module({
  controllers: [ArticlesController],
  providers: [
    {
      provide: Articles,
      inject: [BLOG],
      useFactory: ({ database, reads, publisher, lists, clock }: BlogParts) =>
        new Articles({ database, reads, publisher, lists, clock }),
    },
  ],
})
export class ArticlesModule {}
