// The difference of two inputs, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";

/**
 * Subtracts its second input from its first: `[N, …]`, `[N, …]` → `[N, …]`, `y = a − b`. An input that has
 * 1 along an axis is repeated. As in Keras.
 *
 * @throws ShapeError where there are not two inputs, or their shapes do not fit each other.
 * @example const y = layers.subtract().apply([a, b])
 */
export function subtract(options: CommonOptions = {}): Layer<CommonOptions> {
  const names = { kind: "subtract", className: "Subtract", count: 2 };
  return merging(names, options, ([a, b], build) => build.subtract(a, b));
}
