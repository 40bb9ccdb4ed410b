import { createParamDecorator } from '@nestjs/common';
import type { GuardedRequest } from './token.guard.js';

/** Who asks, as the guard found: always a user where a token is needed. */
export const Asker = createParamDecorator((_: unknown, context) => {
  return context.switchToHttp().getRequest<GuardedRequest>().viewer;
});
