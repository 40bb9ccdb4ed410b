import { Module, type DynamicModule } from '@nestjs/common';
import { ProbesModule, type ProbeGroups } from '#libs/probes';
import { ConsulModule, type ConsulModuleOptions } from './consul/consul.module.js';

/** What the resolver serves over HTTP. */
@Module({})
export class ResolverModule {
  static forRoot(consul: ConsulModuleOptions, probes: ProbeGroups): DynamicModule {
    return {
      module: ResolverModule,
      imports: [ConsulModule.forRoot(consul), ProbesModule.forRoot({ ...probes, log: consul.log })],
    };
  }
}
