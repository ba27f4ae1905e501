import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // A browser under load is slow, and one is enough for two processors.
  test: { testTimeout: 60_000, fileParallelism: false },
});
