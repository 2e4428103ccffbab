// Options that cannot be used are refused, all in the same words. Every check is
// `require…(option, value, …)`, and takes any value: what is not of the right kind does not fit.

import { ConfigError } from "./errors.ts";
import { suggestion } from "./names.ts";

/** A value about as a person wrote it. */
export function shown(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "object") return String(value);
  const plain = (_: string, part: unknown) =>
    typeof part === "bigint" || typeof part === "number" || typeof part === "symbol"
      ? finite(part)
      : part;
  try {
    return JSON.stringify(value, plain) ?? String(value);
  } catch {
    // It contains itself.
    return String(value);
  }
}

/** What JSON has no number for, as text. */
function finite(value: number | bigint | symbol): number | string {
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
export function requireOption(
  option: string,
  value: unknown,
  fits: boolean,
  expected: string,
): void {
  if (fits) return;
  throw new ConfigError({
    what: `The option ${option} cannot be used.`,
    expected,
    received: shown(value),
  });
}

/** Where a number has to lie: at least or above one end, at most or below the other. */
export interface NumberRange {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly below?: number;
}

/** @throws ConfigError unless `value` is a finite number in the range. */
export function requireNumber(option: string, value: unknown, range: NumberRange = {}): void {
  const { least = -Infinity, above = -Infinity, most = Infinity, below = Infinity } = range;
  const fits =
    typeof value === "number" &&
    Number.isFinite(value) &&
    value >= least &&
    value > above &&
    value <= most &&
    value < below;
  requireOption(option, value, fits, rangeText(range));
}

function rangeText({ least, above, most, below }: NumberRange): string {
  if (least !== undefined && most !== undefined) return `a number from ${least} to ${most}`;
  const low = [
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
  ];
  const high = [
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const range = [...low, ...high].join(" and ");
  const isBounded = low.length > 0 && high.length > 0;
  return `a ${isBounded ? "" : "finite "}number${range === "" ? "" : ` ${range}`}`;
}

/** @throws ConfigError unless `value` is a number from `low` to `high`, both included. */
export function requireBetween(option: string, value: unknown, low: number, high: number): void {
  requireNumber(option, value, { least: low, most: high });
}

/** @throws ConfigError unless `value` is a whole number of at least `least`. */
export function requireWhole(option: string, value: unknown, least = 1): void {
  requireOption(option, value, isWhole(value, least), `a whole number of at least ${least}`);
}

/** Whether `value` is a whole number of at least `least`. */
export function isWhole(value: unknown, least = Number.MIN_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** @throws ConfigError unless `value` is one of `words`. */
export function requireWord(
  option: string,
  value: unknown,
  words: readonly (string | null)[],
): void {
  const fits = words.includes(value as string | null);
  requireOption(option, value, fits, words.map((word) => JSON.stringify(word)).join(", "));
}

/** @throws ConfigError unless `value` is true or false. */
export function requireFlag(option: string, value: unknown): void {
  requireOption(option, value, typeof value === "boolean", "true or false");
}

/** Options that are true or false, wherever they are. */
const flags = new Set(
  (
    "allOps amsgrad antialias append applyClassBalancing center centered cropToAspectRatio cycle " +
    "deleteCheckpoint fromLogits invert keepDimensions multiLabel nesterov padToAspectRatio " +
    "restoreBestWeights saveBestOnly saveWeightsOnly sparseYPred sparseYTrue staircase trainable " +
    "useBias useEma writeGraph writeImages"
  ).split(" "),
);

/**
 * `kind` is that of the layer whose options they are; others have a `scale` that is a number.
 *
 * @throws ConfigError where an option that is true or false, by its name, is something else.
 */
export function requireFlags(options: object, kind = ""): void {
  const isFlag = (name: string) =>
    flags.has(name) || (name === "scale" && kind.endsWith("Normalization"));
  for (const [name, value] of Object.entries(options)) {
    if (isFlag(name) && value !== undefined) requireFlag(name, value);
  }
}

/**
 * @throws ConfigError unless the options came as one record that names them, rather than bare, as Python
 * takes them. `call` is what was called, such as `layers.dense`; `example` what it could be given.
 */
export function requireOptions(
  call: string,
  options: unknown,
  example?: string,
): asserts options is object {
  const isRecord = typeof options === "object" && options !== null;
  if (isRecord && !Array.isArray(options) && !ArrayBuffer.isView(options)) {
    for (const [name, value] of Object.entries(options)) refuseOddity(name, value);
    return;
  }
  const such = example === undefined ? "" : `, as in ${call}(${example})`;
  throw new ConfigError({
    what: `${call}: The options cannot be used.`,
    expected: `one object that names them${such}`,
    received: outlineOf(options),
  });
}

/** No option takes a bigint or a symbol, and neither can be compared with numbers. @throws ConfigError */
function refuseOddity(option: string, value: unknown): void {
  if (typeof value !== "bigint" && typeof value !== "symbol") return;
  throw new ConfigError({
    what: `The option ${option} cannot be used.`,
    expected: `a number, text, true or false, a list or a record, and no ${typeof value}`,
    received: String(value),
    ...(typeof value === "bigint" ? { fix: `write ${value} without the n` } : {}),
  });
}

/** All options of `O` by name: the compiler refuses a list that misses one, or has one too many. */
export type OptionNames<O extends object> = { readonly [K in keyof Required<O>]: true };

/** The options that `names` has, of those that were given. */
export function only<O extends object>(options: O, names: OptionNames<O>): O {
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(names, name));
  return Object.fromEntries(own) as O;
}

/**
 * The same, and every option has a name that is known.
 *
 * @throws ConfigError where the options are no record, or one is unknown: with the closest name.
 */
export function requireKnownOptions(
  call: string,
  options: unknown,
  known: Readonly<Record<string, true>>,
  example?: string,
): void {
  requireOptions(call, options, example);
  refuseUnknown(call, Object.keys(known), options);
}

/**
 * @throws ConfigError where `options` name something that is not among `known`. `call` begins the
 * message, such as `model.fit`.
 */
export function refuseUnknown(call: string, known: readonly string[], options: object): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError({
    what: `${call} has no option "${unknown}".`,
    expected: known.join(", ") || "no options",
    received: unknown,
    ...suggestion(known, unknown),
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
