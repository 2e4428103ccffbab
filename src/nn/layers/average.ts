// The mean of several inputs, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";

/**
 * The mean of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = (a + b + …) / count`.
 * Inputs that have 1 along an axis are repeated. As in Keras.
 *
 * @throws ShapeError where there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.average().apply([a, b, c])
 */
export function average(options: CommonOptions = {}): Layer<CommonOptions> {
  return merging({ kind: "average", className: "Average" }, options, (inputs, build) => {
    const total = inputs.reduce((sum, x) => build.add(sum, x));
    return build.divide(total, build.constant(inputs.length));
  });
}
