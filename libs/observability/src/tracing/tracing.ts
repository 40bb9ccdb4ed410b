import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api';
import { buildTraceparent, type TraceContext } from './trace-context.js';

/** The parts of OpenTelemetry that a `Tracing` is made of; the packages are loaded by whoever makes one. */
export interface TracingParts {
  readonly api: Pick<typeof import('@opentelemetry/api'), 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode' | 'trace'>;
  readonly tracer: Tracer;
  /** Sends what is waiting, and ends. */
  shutdown(): Promise<void>;
}

/** Traces: what a request caused, step by step, told to a collector. Where there is none of this, nothing is traced and nothing paid for. */
export class Tracing {
  readonly #parts: TracingParts;
  readonly #active = new AsyncLocalStorage<Span>();

  constructor(parts: TracingParts) {
    this.#parts = parts;
  }

  /** Begins the span of a request that came in. @param caller what `traceparent` says of whoever sent it */
  beginRequest(name: string, attributes: Attributes, caller: TraceContext | undefined): Span {
    const { api, tracer } = this.#parts;
    return tracer.startSpan(name, { kind: api.SpanKind.SERVER, attributes }, this.#after(caller));
  }

  /** Calls `work` as a part of `span`: what is begun meanwhile, also later and elsewhere, belongs to it. */
  within<T>(span: Span, work: () => T): T {
    return this.#active.run(span, work);
  }

  /** A query or the like, as a part of what is under way; what the program asks by itself, every second or so, is not traced. */
  step<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    return this.#active.getStore() ? this.call(name, attributes, work) : work();
  }

  /** Something asked of somebody else, as a part of what is under way or a trace of its own. */
  async call<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.#begin(name, this.#parts.api.SpanKind.CLIENT, attributes);
    try {
      return await this.within(span, () => work(span));
    } catch (error) {
      this.fail(span, error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      span.end();
    }
  }

  /** Marks a span as failed. */
  fail(span: Span, message?: string): void {
    const { ERROR: code } = this.#parts.api.SpanStatusCode;
    span.setStatus(message === undefined ? { code } : { code, message });
  }

  /** `fetch` that tells the server what it belongs to. */
  readonly fetch: typeof fetch = (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    const attributes = { 'http.request.method': request.method, 'url.full': `${origin}${pathname}` };
    return this.call(request.method, attributes, async (span) => {
      request.headers.set('traceparent', buildTraceparent(contextOf(span)));
      const response = await fetch(request);
      span.setAttribute('http.response.status_code', response.status);
      if (response.status >= 400) this.fail(span);
      return response;
    });
  };

  /** Sends what is waiting. Never rejects: that the collector is away keeps nobody from stopping. */
  async stop(): Promise<void> {
    await this.#parts.shutdown().catch(() => {});
  }

  #begin(name: string, kind: SpanKind, attributes: Attributes): Span {
    const { api, tracer } = this.#parts;
    const parent = this.#active.getStore();
    return tracer.startSpan(
      name,
      { kind, attributes },
      parent ? api.trace.setSpan(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT,
    );
  }

  #after(caller: TraceContext | undefined): Context {
    const { ROOT_CONTEXT, trace } = this.#parts.api;
    if (!caller) return ROOT_CONTEXT;
    const { traceId, spanId, sampled } = caller;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true });
  }
}

/** What the next program is to be told of a span. */
export function contextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, sampled: (traceFlags & 1) !== 0 };
}
