import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    // Of two processors vitest would leave one idle: 196 seconds instead of 120.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A busy machine, and one that counts branches, takes several times as long; what hangs is found all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["src/http1/**", "src/http2/**", "src/shared/**", "src/wasm/**"],
      reporter: ["text", "html"],
      thresholds: { branches: 100 },
    },
  },
});
