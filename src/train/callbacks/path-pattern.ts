// Paths with numbers in them.

import { ConfigError } from "../../core/errors.ts";
import { suggestion } from "../../core/names.ts";
import { numberFormat } from "./number-format.ts";

/** Counted, so whole; every other number that is reported is a fraction. */
const counted = ["epoch", "step"];

/**
 * The function that fills `{name}` and `{name:format}` of `path` with numbers, as Python's `format`
 * does: `{epoch:02d}-{val_loss:.3f}`. `{{` and `}}` stand for the brackets themselves.
 *
 * @throws ConfigError where a format is not known; the function where a name is not reported.
 */
export function pathPattern(path: string): (numbers: Readonly<Record<string, number>>) => string {
  const parts = (path.match(/\{\{|\}\}|\{[^{}]*\}?|[^{}]+|\}/g) ?? []).map((part) => {
    if (part === "{{" || part === "}}") return part[0];
    return part.startsWith("{") ? filledIn(part, path) : part;
  });
  return (numbers) =>
    parts.map((part) => (typeof part === "string" ? part : part(numbers))).join("");
}

/** Whether the path is the same for all numbers. */
export function namesOneFile(path: string): boolean {
  return !/[{}]/.test(path);
}

/** What stands in brackets, as a function of the numbers. */
function filledIn(part: string, path: string) {
  const [, name, spec = ""] = /^\{([A-Za-z_]\w*)(?::(.*))?\}$/.exec(part) ?? [];
  if (name === undefined) {
    throw new ConfigError({
      what: `The path ${path} cannot be filled in.`,
      expected: "names of numbers in brackets, such as {epoch} or {val_loss:.3f}",
      received: part,
      fix: "write {{ and }} for brackets that belong to the path itself",
    });
  }
  const write = numberFormat(spec, { isWhole: counted.includes(name), part });
  return (numbers: Readonly<Record<string, number>>): string => {
    if (Object.hasOwn(numbers, name)) return write(numbers[name]);
    const known = Object.keys(numbers);
    throw new ConfigError({
      what: `The path of a checkpoint asks for "${name}", which is not reported.`,
      expected: known.join(", "),
      received: part,
      ...suggestion(known, name),
    });
  };
}
