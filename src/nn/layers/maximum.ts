// The largest of several inputs, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";

/**
 * The largest of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = max(a, b, …)`.
 * Inputs that have 1 along an axis are repeated. As in Keras.
 *
 * @throws ShapeError where there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.maximum().apply([a, b])
 */
export function maximum(options: CommonOptions = {}): Layer<CommonOptions> {
  return merging({ kind: "maximum", className: "Maximum" }, options, (inputs, build) =>
    inputs.reduce((largest, x) => build.maximum(largest, x)),
  );
}
