import { defineConfig } from 'vitest/config';

// Tests run from the sources: `#libs/<name>` is libs/<name>/src/index.ts by the condition that tsconfig.json uses too.
const SOURCES = 'signpost-src';

/** Programs that are killed, paused and reloaded under load. */
const CHAOS = ['test/chaos/**/*.spec.ts'];

export default defineConfig({
  ssr: {
    resolve: {
      conditions: [SOURCES, 'node', 'module', 'default'],
      // Node adds its own, by whether a package is imported or required.
      externalConditions: [SOURCES],
    },
  },
  test: {
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts'],
          exclude: CHAOS,
          maxWorkers: 2,
        },
      },
      // Each with the machine for itself.
      { extends: true, test: { name: 'chaos', include: CHAOS, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
