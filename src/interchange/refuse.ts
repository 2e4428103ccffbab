// How files that do not fit are refused.

import { FormatError, FoveaError } from "../core/errors.ts";

/** What is said of a file, or of a model that a kind of file cannot hold. */
export interface Refusal {
  readonly what: string;
  readonly expected: string;
  readonly received: unknown;
  readonly fix?: string;
}

export function refuse({ what, expected, received, fix }: Refusal): never {
  const text = typeof received === "string" ? received : (JSON.stringify(received) ?? "nothing");
  throw new FormatError({
    what,
    expected,
    received: text.length > 200 ? `${text.slice(0, 200)}...` : text,
    fix: fix ?? "Check that this is the right file, or save it again.",
  });
}

/** Plain data as a record. @throws FormatError where it is none. */
export function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isRecord) return value as Record<string, unknown>;
  return refuse({ what: `${what} is not described.`, expected: "an object", received: value });
}

/** Plain data as a list. @throws FormatError where it is none, or longer than any model's. */
export function listIn(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length <= 10_000) return value;
  return refuse({ what: `${what} is not described.`, expected: "a list", received: value });
}

/** Plain data as text. @throws FormatError where it is none. */
export function textIn(value: unknown, what: string): string {
  if (typeof value === "string" && value !== "__proto__") return value;
  return refuse({ what: `${what} is not described.`, expected: "a text", received: value });
}

/**
 * What `make` gives; whatever goes wrong while a file is read is said of the file. A hostile file may
 * put anything in an option's place, so mistakes of the language count as its own.
 */
export function ofFile<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw inFile(file, cause);
  }
}

/** The same for what is made asynchronously. */
export async function ofFileAsync<T>(file: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    throw inFile(file, cause);
  }
}

/** A mistake as one of the file. */
function inFile(file: string, cause: unknown): FormatError {
  if (cause instanceof FormatError) {
    const { what, ...facts } = cause.facts;
    return what.startsWith(file) ? cause : new FormatError({ what: `${file}: ${what}`, ...facts });
  }
  return new FormatError({
    what: `${file} does not hold a model that fits together.`,
    received: cause instanceof FoveaError ? cause.message : `a value of another kind (${cause})`,
    fix: "Check that this is the right file, or save it again.",
    cause,
  });
}
