import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../log/logger.js';
import { Tracing } from './tracing.js';

/** The settings of section `[trace]`. */
export interface TraceOptions {
  /** `http://127.0.0.1:4318/v1/traces`; empty: nothing is traced. */
  readonly otlp_url: string;
  /** Headers for the collector, such as a token. */
  readonly otlp_headers: Readonly<Record<string, string>>;
  /** The share of traces that begin here and are recorded. What a caller records is recorded here too, and what it does not is not. */
  readonly sample: number;
}

/** A batch is given up after this, and so is what is left when the program stops, in milliseconds. */
const EXPORT_TIMEOUT_MS = 2_000;
const BATCH_EVERY_MS = 1_000;

/**
 * Traces as OTLP over HTTP, to a collector.
 *
 * @param program `service.name`
 * @returns undefined when nothing is to be traced; then no part of OpenTelemetry is loaded
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function startTracing(
  { otlp_url: url, otlp_headers: headers, sample }: TraceOptions,
  program: string,
  version: string,
  log: Logger,
): Promise<Tracing | undefined> {
  if (url === '') return undefined;
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = telling(new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_TIMEOUT_MS }), log);
  const batches = { exporter, scheduledDelayMillis: BATCH_EVERY_MS, exportTimeoutMillis: EXPORT_TIMEOUT_MS };
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': program, 'service.version': version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [new sdk.BatchSpanProcessor(batches)],
  });
  return new Tracing({ api, tracer: provider.getTracer('signpost'), shutdown: () => provider.shutdown() });
}

/** The exporter, with a line in the log when the collector is lost, and one when it is found again. */
function telling(exporter: SpanExporter, log: Logger): SpanExporter {
  let lost = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        if (failed && !lost) log.warn({ err: result.error }, 'traces could not be sent: trying on');
        if (!failed && lost) log.info('traces are sent again');
        lost = failed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
