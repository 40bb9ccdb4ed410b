export { accepts } from './accept.js';
export { AcceptGuard } from './accept.guard.js';
export { BoundedMap } from './bounded-map.js';
export { clientAddresses } from './client-address.js';
export { endWithAnswer } from './client-error.js';
export { serveDocument, serveDocumentation, type DocumentationOptions } from './documentation.adapter.js';
export { allowOrigins, varyByOrigin } from './cors.js';
export { prepareToDrain, type Drain } from './draining.js';
export { buildEtag, isNoneMatch, requireMatch } from './etag.js';
export { Cursors, type Position } from './cursor.js';
export { bodyErrors } from './field-errors.js';
export { answerInFront, type FindAnswer, type ReadyAnswer } from './front.js';
export { createHttpAdapter, type HttpAdapter, type HttpLimits } from './http.adapter.js';
export { addHttpMetrics } from './http-metrics.js';
export { HTTP_PROBLEMS } from './http-problems.js';
export { MultipartBody, type FileForm, type ReceivedFile } from './multipart.js';
export { networkOf } from './network.js';
export { ApiProblems, IF_MATCH, type ExtendedProblem } from './openapi.decorator.js';
export {
  buildCursorLink,
  buildPageLinks,
  cursorPageOf,
  cursorParameter,
  digits,
  pageOf,
  pageParameters,
  type CursorPage,
  type Page,
  type PageRequest,
} from './pagination.js';
export { ProblemFilter } from './problem.filter.js';
export { Problem, type FieldError, type ProblemKind } from './problem.js';
export { type Bill, type RateLedger, type Receipt } from './rate-ledger.js';
export { limitRates, type Charge, type RateLimits, type RateRefusals, type RatePolicy } from './rate-limits.js';
export { LocalRates, type RateStore } from './rate-store.js';
export { type Rate } from './rate.js';
export { describeRequest, logRequests, requestIdHeader } from './request-log.js';
export { traceRequests } from './request-traces.js';
export { RequestCounts, type RouteCounts } from './request-counts.js';
export { SECURITY_HEADERS } from './security-headers.js';
export { closeWithin, isUnspecified, listen, type Listening } from './server.js';
export { SharedRates } from './shared-rates.js';
export { ValidationPipe } from './validation.pipe.js';
