import { describe, expect, it } from 'vitest';
import { listenError, StartError } from './start-error.js';

describe('listenError', () => {
  it('names the port, the setting and the variable', () => {
    const error = listenError(Object.assign(new Error('x'), { code: 'EADDRINUSE' }), 'resolver', 'dns_port', 8600);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toBe(
      'port 8600 is in use by another program: set [resolver] dns_port or SIGNPOST_RESOLVER_DNS_PORT to another one',
    );
  });

  it('leaves other errors as they are', () => {
    const error = new TypeError('a defect');
    expect(listenError(error, 'blog', 'http_port', 1)).toBe(error);
  });
});
