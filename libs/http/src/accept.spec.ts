import { describe, expect, it } from 'vitest';
import { accepts } from './accept.js';

describe('accepts', () => {
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
  ])('JSON, under %j: %s', (header, accepted) => {
    expect(accepts(header, 'application/json')).toBe(accepted);
  });

  it.each([
    ['text/*', true],
    ['application/*, text/csv;q=0.2', true],
    ['application/*', false],
  ])('CSV, under %j: %s', (header, accepted) => {
    expect(accepts(header, 'text/csv')).toBe(accepted);
  });
});
