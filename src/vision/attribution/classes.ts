// The classes that are to be explained.

import { requireOption, requireWhole } from "../../core/option.ts";

/** @throws ConfigError unless `classes` is a list of numbers below `known`, or undefined. */
export function requireClasses(classes: readonly number[] | undefined, known: number): void {
  if (classes === undefined) return;
  requireOption("classes", classes, Array.isArray(classes), "a list of classes, such as [1]");
  for (const one of classes) {
    requireWhole("classes", one, 0);
    requireOption("classes", one, one < known, `numbers from 0 to ${known - 1}`);
  }
}
