import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from '#libs/observability';
import { PROBE_GROUPS, PROBE_LOG, ProbesController, type ProbeGroups } from './probes.controller.js';

/** `/livez`, `/readyz` and `/healthz`, with a path for each check, as the Kubernetes API server has them. */
@Module({})
export class ProbesModule {
  static forRoot(groups: ProbeGroups & { readonly log: Logger }): DynamicModule {
    return {
      module: ProbesModule,
      controllers: [ProbesController],
      providers: [
        { provide: PROBE_GROUPS, useValue: groups },
        { provide: PROBE_LOG, useValue: groups.log },
      ],
    };
  }
}
