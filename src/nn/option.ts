// Options that cannot be used are refused, all in the same words. Floor 4.

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
