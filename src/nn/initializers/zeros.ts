// Weights that begin at 0.

import { sizeOf } from "../../core/shape.ts";
import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";

/** 0 everywhere, for any shape. @example layers.dense({ units: 10, kernelInitializer: "zeros" }) */
export function zeros(_options: object = {}): Initializer {
  requireOptions("initializers.zeros", _options);
  return { name: "zeros", options: {}, fill: (shape) => new Float32Array(sizeOf(shape)) };
}
