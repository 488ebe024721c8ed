import { defineConfig } from "vitest/config";

/** `MINUTES=5 SEED=1 npm run test:long`. */
export default defineConfig({
  test: { root: new URL("../..", import.meta.url).pathname, include: ["test/oracle/long.ts"] },
});
