import { Module, type DynamicModule } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { Logger } from '#libs/observability';
import { FailureLog } from './failure-log.js';
import { PROBE_GROUPS, ProbesController, type ProbeGroups } from './probes.controller.js';

/** `/livez`, `/readyz` and `/healthz`, with a path for each check, as the Kubernetes API server has them. */
@Module({})
export class ProbesModule {
  static forRoot(groups: ProbeGroups & { readonly log: Logger }): DynamicModule {
    return {
      module: ProbesModule,
      controllers: [ProbesController],
      providers: [
        // Of Terminus: time limits, and results that are kept for a moment.
        HealthIndicatorService,
        { provide: PROBE_GROUPS, useValue: groups },
        { provide: FailureLog, useValue: new FailureLog(groups.log) },
      ],
    };
  }
}
