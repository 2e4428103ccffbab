// The smallest of several inputs, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";

/**
 * The smallest of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = min(a, b, …)`.
 * Inputs that have 1 along an axis are repeated. As in Keras.
 *
 * @throws ShapeError where there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.minimum().apply([a, b])
 */
export function minimum(options: CommonOptions = {}): Layer<CommonOptions> {
  return merging({ kind: "minimum", className: "Minimum" }, options, (inputs, build) =>
    inputs.reduce((smallest, x) => build.minimum(smallest, x)),
  );
}
