// How layers fill in the pixels between pixels. Floor 4.

import { ConfigError } from "../../core/errors.ts";

/** The nearest pixel, or a straight line between the two nearest in each direction. */
export type Interpolation = "nearest" | "bilinear";

/** @throws ConfigError unless `name` is a kind of interpolation. */
export function requireInterpolation(name: string): asserts name is Interpolation {
  if (name === "nearest" || name === "bilinear") return;
  throw new ConfigError({
    what: "The option interpolation cannot be used.",
    expected: '"nearest" or "bilinear"',
    received: JSON.stringify(name),
  });
}
