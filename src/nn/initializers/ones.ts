// Weights that begin at 1.

import { sizeOf } from "../../core/shape.ts";
import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";

/** 1 everywhere, for any shape. @example layers.dense({ units: 10, biasInitializer: "ones" }) */
export function ones(_options: object = {}): Initializer {
  requireOptions("initializers.ones", _options);
  return { name: "ones", options: {}, fill: (shape) => new Float32Array(sizeOf(shape)).fill(1) };
}
