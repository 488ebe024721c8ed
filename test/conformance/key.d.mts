import type { AnyCase } from "./drive.js";

export declare function keyOf(each: AnyCase): string;
