// No two values of a file may share a name: one of them would be lost.

import { FormatError } from "../core/errors.ts";

/** @throws FormatError where a name comes twice; `file` is what is written, such as `model.json`. */
export function requireDistinctNames(names: Iterable<string>, file: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw sameName(name, file);
    seen.add(name);
  }
}

/** What is said where two values of a file have one name. */
export function sameName(name: string, file: string): FormatError {
  return new FormatError({
    what: `Two entries of ${file} are called ${JSON.stringify(name.slice(0, 200))}.`,
    expected: "a name of its own for every value",
    fix: "Rename one of the layers.",
  });
}
