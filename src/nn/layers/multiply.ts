// The product of several inputs, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";

/**
 * Multiplies its inputs element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = a · b · …`. Inputs that
 * have 1 along an axis are repeated, as `[N, 1, 1, C]` beside `[N, H, W, C]`. As in Keras.
 *
 * @throws ShapeError where there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.multiply().apply([x, weightOfEachChannel])
 */
export function multiply(options: CommonOptions = {}): Layer<CommonOptions> {
  return merging({ kind: "multiply", className: "Multiply" }, options, (inputs, build) =>
    inputs.reduce((product, x) => build.multiply(product, x)),
  );
}
