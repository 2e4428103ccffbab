// Which examples are trained on, and which are held back.

import { ConfigError, DataError } from "../core/errors.ts";
import type { FitOptions } from "./options.ts";

/** How many of `all` examples are trained on, and how many, from the end, are held back. */
export function splitOf(
  all: number,
  { validationSplit = 0, validationData }: FitOptions,
): { count: number; held: number } {
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ConfigError({
      what: "The option validationSplit cannot be used.",
      expected: "a number from 0 up to but not including 1",
      received: String(validationSplit),
    });
  }
  if (validationData !== undefined) return { count: all, held: 0 };
  const count = Math.floor(all * (1 - validationSplit));
  if (count >= 1) return { count, held: all - count };
  throw new DataError({
    what: "Nothing is left to train on.",
    expected: "at least one example beside those held back",
    received: `${all} examples, ${validationSplit} of them held back`,
  });
}
