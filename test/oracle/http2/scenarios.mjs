/** All scenarios that are compared, and the digest that ties a stored answer to its scenario. */

import { createHash } from "node:crypto";
import { found } from "./found.mjs";
import { generated } from "./generate.mjs";
import { selftests } from "./selftests.mjs";

const GENERATED = 5000;

export const scenarios = () => [...selftests(), ...generated(GENERATED), ...found()];

export const digestOf = (scenario) =>
  createHash("sha256").update(JSON.stringify(scenario)).digest("base64url").slice(0, 6);
