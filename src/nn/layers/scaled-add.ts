// A sum whose second part is scaled, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { merging } from "./merging.ts";
import { requireNumber } from "./numbers.ts";

export interface ScaledAddOptions extends CommonOptions {
  /** The factor of the second input. */
  readonly scale: number;
}

/**
 * Adds a scaled residual: `[N, …]`, `[N, …]` → `[N, …]`, `y = a + scale · b`. Source: Szegedy et al.,
 * "Inception-v4, Inception-ResNet and the impact of residual connections on learning", AAAI 2017; as
 * `CustomScaleLayer` in `keras.applications.inception_resnet_v2`.
 *
 * @throws ConfigError where the scale cannot be used, ShapeError where there are not two inputs, or
 * their shapes do not fit each other.
 * @example const y = layers.scaledAdd({ scale: 0.17 }).apply([x, branch])
 */
export function scaledAdd(options: ScaledAddOptions): Layer<ScaledAddOptions> {
  const { scale } = options;
  requireNumber(scale, "scale");
  const names = { kind: "scaledAdd", className: "CustomScaleLayer", count: 2 };
  return merging(names, options, ([a, b], build) =>
    build.add(a, build.multiply(b, build.constant(scale))),
  ) as Layer<ScaledAddOptions>;
}
