// Options that cannot be used are refused, all in the same words.

import { ConfigError } from "../core/errors.ts";

/** A value about as a person wrote it. */
export function shown(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "object") return String(value);
  const plain = (_: string, part: unknown) =>
    typeof part === "bigint" || typeof part === "number" ? finite(part) : part;
  try {
    return JSON.stringify(value, plain);
  } catch {
    // It contains itself.
    return String(value);
  }
}

/** What JSON has no number for, as text. */
function finite(value: number | bigint): number | string {
  return typeof value === "number" && Number.isFinite(value) ? value : String(value);
}

/** What kind of thing a value is, in a few words: for values that may be too large to show. */
export function outlineOf(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return shown(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const parent: object | null = Object.getPrototypeOf(value);
  if (parent !== null && parent !== Object.prototype) return parent.constructor.name;
  const names = Object.keys(value);
  const some = [...names.slice(0, 6), ...(names.length > 6 ? ["…"] : [])];
  return names.length === 0 ? "{}" : `{ ${some.join(", ")} }`;
}

/** @throws ConfigError unless `fits`. */
export function checkOption(name: string, value: unknown, fits: boolean, expected: string): void {
  if (fits) return;
  throw new ConfigError({
    what: `The option ${name} cannot be used.`,
    expected,
    received: shown(value),
  });
}

/** @throws ConfigError unless `value` is a number from `low` to `high`, both included. */
export function checkBetween(name: string, value: number, low: number, high: number): void {
  const fits = value >= low && value <= high;
  checkOption(name, value, fits, `a number from ${low} to ${high}`);
}

/** @throws ConfigError unless `value` is one of `words`. */
export function checkWord(name: string, value: string | null, words: readonly (string | null)[]) {
  const expected = words.map((word) => JSON.stringify(word)).join(", ");
  checkOption(name, value, words.includes(value), expected);
}

/** Options that are true or false, wherever they are. */
const flags = new Set(
  (
    "amsgrad antialias applyClassBalancing center centered cropToAspectRatio cycle fromLogits invert " +
    "keepDimensions multiLabel nesterov padToAspectRatio sparseYPred sparseYTrue staircase trainable " +
    "useBias useEma"
  ).split(" "),
);

/**
 * `kind` is that of the layer whose options they are; others have a `scale` that is a number.
 *
 * @throws ConfigError where an option that is true or false, by its name, is something else.
 */
export function checkFlags(options: object, kind = ""): void {
  const isFlag = (name: string) =>
    flags.has(name) || (name === "scale" && kind.endsWith("Normalization"));
  for (const [name, value] of Object.entries(options)) {
    const fits = !isFlag(name) || value === undefined || typeof value === "boolean";
    checkOption(name, value, fits, "true or false");
  }
}

/**
 * @throws ConfigError unless the options came as one record that names them, rather than bare, as Python
 * takes them. `call` is what was called, such as `layers.dense`; `example` what it could be given.
 */
export function requireOptions(call: string, options: unknown, example?: string): void {
  const isRecord = typeof options === "object" && options !== null;
  if (isRecord && !Array.isArray(options) && !ArrayBuffer.isView(options)) return;
  const such = example === undefined ? "" : `, as in ${call}(${example})`;
  throw new ConfigError({
    what: `${call}: The options cannot be used.`,
    expected: `one object that names them${such}`,
    received: outlineOf(options),
  });
}

/** @throws ConfigError unless `value` is a list, or a typed array; `what` begins the message. */
export function requireList(what: string, value: unknown, expected: string): void {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return;
  throw new ConfigError({ what, expected, received: outlineOf(value) });
}

/** @throws ConfigError unless `value` is a record that has each of `names`; `what` begins the message. */
export function requireRecord(
  what: string,
  value: unknown,
  names: readonly string[],
  expected: string,
): void {
  const isRecord = typeof value === "object" && value !== null;
  if (isRecord && names.every((name) => (value as Record<string, unknown>)[name] != null)) return;
  throw new ConfigError({ what, expected, received: outlineOf(value) });
}

/** @throws ConfigError unless `path` is text; `call` is what was called. */
export function requirePath(call: string, path: unknown): asserts path is string {
  if (typeof path === "string" && path !== "") return;
  throw new ConfigError({
    what: `${call}: The path cannot be used.`,
    expected: "the name of a file, as text",
    received: outlineOf(path),
  });
}
