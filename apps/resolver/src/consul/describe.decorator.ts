import { RouteConfig } from '@nestjs/platform-fastify';
import type { Operation } from './openapi/operation.js';

/** Tells what a handler does, for the OpenAPI document. The router carries it, so that nothing else says which routes there are. */
export function Describe(operation: Operation): MethodDecorator {
  return RouteConfig({ operation });
}
