import { defineConfig } from 'vitest/config';

// Tests run from the sources: `#libs/<name>` is libs/<name>/src/index.ts by the condition that tsconfig.json uses too.
const conditions = ['signpost-src', 'node', 'import', 'module', 'default'];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts'],
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
