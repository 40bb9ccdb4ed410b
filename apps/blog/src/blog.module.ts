import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ProbesModule, type ProbeGroups } from '#libs/probes';
import { ArticlesModule } from './articles/articles.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ImagesModule } from './images/images.module.js';
import { BLOG, type BlogParts } from './parts.js';
import { TagsModule } from './tags/tags.module.js';
import { UsersModule } from './users/users.module.js';

/** One module for each resource: what the documentation describes. */
export const RESOURCES = [AuthModule, TagsModule, ArticlesModule, ImagesModule, UsersModule];

/** The blog: one module for each resource, and the parts that they are built from. */
@Global()
@Module({})
export class BlogModule {
  static forRoot(parts: BlogParts, probes: ProbeGroups): DynamicModule {
    return {
      module: BlogModule,
      imports: [...RESOURCES, ProbesModule.forRoot({ ...probes, log: parts.log })],
      providers: [{ provide: BLOG, useValue: parts }],
      exports: [BLOG],
    };
  }
}
