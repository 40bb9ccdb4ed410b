import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { keepTickShape, kept } from './tick-shape.js';

it('keeps what Node makes for a call of nextTick, and nothing else', async () => {
  keepTickShape();
  await setImmediate();
  expect(kept).toEqual([expect.objectContaining({ callback: expect.any(Function), args: undefined })]);
});
