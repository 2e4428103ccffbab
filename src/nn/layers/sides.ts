// How options name the four sides of an image, and the two ends of a sequence.

import { ConfigError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";

/** One number for all sides, `[rows, columns]`, or `[[top, bottom], [left, right]]`. */
export type Sides =
  | number
  | readonly [number, number]
  | readonly [readonly [number, number], readonly [number, number]];

/** One number for both ends, or `[before, after]`. */
export type Ends = number | readonly [number, number];

/**
 * All forms as `[[top, bottom], [left, right]]`. @throws ConfigError unless all are whole, from 0.
 */
export function sidesOf(value: Sides, name: string): [[number, number], [number, number]] {
  const [rows, columns] = Array.isArray(value) ? value : [value, value];
  const pair = (side: number | readonly [number, number]): [number, number] =>
    Array.isArray(side) ? [side[0], side[1]] : [side as number, side as number];
  const sides: [[number, number], [number, number]] = [pair(rows), pair(columns)];
  if (sides.flat().every((side) => Number.isSafeInteger(side) && side >= 0)) return sides;
  throw new ConfigError({
    what: `The option ${name} cannot be used.`,
    expected: "whole numbers of at least 0: one, [rows, columns] or [[top, bottom], [left, right]]",
    received: JSON.stringify(value),
  });
}

/** Both forms as `[before, after]`. @throws ConfigError unless both are whole, from 0. */
export function endsOf(value: Ends, name: string): [number, number] {
  const [before, after] = Array.isArray(value) ? value : [value, value];
  requireWhole(name, before, 0);
  requireWhole(name, after, 0);
  return [before, after];
}
