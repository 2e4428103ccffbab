// Looks things up by name, and answers a wrong name with the closest right one. Floor 0.

import { distance } from "fastest-levenshtein";
import { ConfigError } from "./errors.ts";

/** `table[name]`. @throws ConfigError where there is none, with the closest name that exists. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  const names = Object.keys(table);
  const [closest] = [...names].sort((a, b) => distance(a, name) - distance(b, name));
  throw new ConfigError({
    what: `There is no ${what} "${name}".`,
    expected: names.join(", "),
    received: name,
    fix: `did you mean "${closest}"?`,
  });
}
