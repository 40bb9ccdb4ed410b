import { describe, expect, it } from 'vitest';
import { acceptsJson } from './accept.js';

describe('acceptsJson', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['*/*', true],
    ['application/*', true],
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html, application/json;q=0.1', true],
    ['text/html', false],
    ['application/xml', false],
    ['application/json;q=0', false],
    ['application/json;q=0, */*', false],
    ['application/json; q=0.0, text/html', false],
    ['text/*', false],
    ['nonsense', false],
    [',;q=;', false],
  ])('%j is %s', (header, accepted) => {
    expect(acceptsJson(header)).toBe(accepted);
  });
});
