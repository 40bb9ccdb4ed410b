import { defineConfig } from 'vitest/config';

// Tests run from the sources: `#libs/<name>` is libs/<name>/src/index.ts by the condition that tsconfig.json uses too.
const SOURCES = 'signpost-src';

export default defineConfig({
  ssr: {
    resolve: {
      conditions: [SOURCES, 'node', 'module', 'default'],
      // Node adds its own, by whether a package is imported or required.
      externalConditions: [SOURCES],
    },
  },
  test: {
    include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts'],
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
