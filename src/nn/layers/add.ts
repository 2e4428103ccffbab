// The sum of several inputs, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";

/**
 * Adds its inputs element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = a + b + …`. Inputs that have
 * 1 along an axis are repeated. As in Keras.
 *
 * @throws ShapeError where there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.add().apply([x, shortcut])
 */
export function add(options: CommonOptions = {}): Layer<CommonOptions> {
  return merging({ kind: "add", className: "Add" }, options, (inputs, build) =>
    inputs.reduce((sum, x) => build.add(sum, x)),
  );
}
