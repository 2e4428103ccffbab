// Weights that begin at 0.

import { sizeOf } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { type Initializer, initializerFacts } from "./initializer.ts";

/** 0 everywhere, for any shape. @example layers.dense({ units: 10, kernelInitializer: "zeros" }) */
export function zeros(options: object = {}): Initializer {
  optionsOf(zeros.facts, options);
  return { name: "zeros", options: {}, fill: (shape) => new Float32Array(sizeOf(shape)) };
}
zeros.facts = initializerFacts({
  name: "zeros",
  options: {},
  keras: { className: "Zeros" },
});
