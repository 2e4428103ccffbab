// Weights that begin at 1.

import { sizeOf } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { type Initializer, initializerFacts } from "./initializer.ts";

/** 1 everywhere, for any shape. @example layers.dense({ units: 10, biasInitializer: "ones" }) */
export function ones(options: object = {}): Initializer {
  optionsOf(ones.facts, options);
  return { name: "ones", options: {}, fill: (shape) => new Float32Array(sizeOf(shape)).fill(1) };
}
ones.facts = initializerFacts({
  name: "ones",
  options: {},
  keras: { className: "Ones" },
});
