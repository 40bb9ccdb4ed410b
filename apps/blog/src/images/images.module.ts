import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { BLOG, type BlogParts } from '../parts.js';
import { ImagesController } from './images.controller.js';
import { Images } from './images.js';

@Module({
  controllers: [ImagesController],
  providers: [
    {
      provide: Images,
      inject: [BLOG],
      useFactory: ({ config }: BlogParts) => new Images(join(config.blog.data_dir, 'images')),
    },
  ],
})
export class ImagesModule {}
