// `npm run test:examples`: every example, those for other runtimes too, which it installs.
import { spawnSync } from "node:child_process";
import { installPackages } from "../runtimes/tools.mjs";

installPackages();
const { status } = spawnSync("npx", ["vitest", "run", "--config", "test/vitest.config.ts", "test/examples"], {
  stdio: "inherit",
  env: { ...process.env, SANSIO_EXAMPLES: "all" },
});
process.exit(status ?? 1);
