// The kinds of settings that operations have.

import type { Optional, Required } from "./operation.ts";
import { parseKey } from "./slice-key.ts";

type Check<T> = (value: unknown) => value is T;

const required = <T>(expected: string, fits: Check<T>): Required<T> => ({
  isRequired: true,
  expected,
  fits,
});

const optional = <T>(fallback: T, expected: string, fits: Check<T>): Optional<T> => ({
  isRequired: false,
  fallback,
  expected,
  fits,
});

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isList = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(isWhole);
const isOneOrMore = (value: unknown): value is number | readonly number[] =>
  isWhole(value) || isList(value);
const isSides = (value: unknown): value is readonly (readonly [number, number])[] =>
  Array.isArray(value) &&
  value.every((pair) => isList(pair) && pair.length === 2 && pair.every((side) => side >= 0));

/** An axis, or several, N being 0. */
export const axes = required("a whole number, or a list of them; axis 0 is N", isOneOrMore);
/** An axis, N being 0. */
export const axis = required("a whole number; axis 0 is N", isWhole);
/** An axis; the last by default. */
export const lastAxis = optional(-1, "a whole number; axis 0 is N", isWhole);
/** An axis, or several; the last by default. */
export const lastAxes = optional<number | readonly number[]>(
  -1,
  "a whole number, or a list of them; axis 0 is N",
  isOneOrMore,
);
/** An axis, several, or null by default. */
export const optionalAxes = optional<number | readonly number[] | null>(
  null,
  "a whole number, a list of them, or null; axis 0 is N",
  (value): value is number | readonly number[] | null => value === null || isOneOrMore(value),
);
/** A whole number for each axis, N first. */
export const order = required("a list of whole numbers, one for each axis, N first", isList);
/** Elements before and after, for each axis. */
export const sides = required("[before, after] for each axis, N first", isSides);

/** A number with a default. */
export const number = (fallback: number) => optional(fallback, "a finite number", isNumber);
/** A number that has to be given. */
export const anyNumber = required("a finite number", isNumber);
/** True or false. */
export const flag = (fallback: boolean) => optional(fallback, "true or false", isFlag);
/** A whole number of at least 1. */
export const count = required(
  "a whole number of at least 1",
  (value): value is number => isWhole(value) && value >= 1,
);
/** One of some words. */
export const word = <W extends string>(...words: readonly [W, ...W[]]) =>
  optional<W>(words[0], words.map((one) => `"${one}"`).join(", "), (value): value is W =>
    words.some((one) => one === value),
  );
/** What a slice takes, as NumPy writes it. */
export const keySetting = required(
  'a slice as in NumPy, N first, such as ":, 1:, ::2", ":, ..., 0" or ":, newaxis"',
  (value): value is string => typeof value === "string" && parseKey(value) !== undefined,
);
