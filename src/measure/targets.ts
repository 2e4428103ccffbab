// The targets that are worth measuring.

import { type TargetName, targetNames } from "../machine/open.ts";

/** Those that compile: the interpreter is the definition of right, and would take days. */
export const measuredTargets = targetNames.filter((name) => name !== "interpreter");

export type MeasuredTarget = Exclude<TargetName, "interpreter">;
