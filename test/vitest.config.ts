import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    coverage: {
      provider: "v8",
      include: ["src/http1/**", "src/http2/**", "src/shared/**", "src/wasm/**"],
      reporter: ["text", "html"],
      thresholds: { branches: 100 },
    },
  },
});
