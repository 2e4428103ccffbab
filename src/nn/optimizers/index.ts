// The optimizers: one file each, one row each.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import { outlineOf } from "../../core/option.ts";
import type { Optimizer } from "./optimizer.ts";
import * as optimizers from "./table.ts";

export { optimizers };

export type OptimizerName = keyof typeof optimizers;

/** An optimizer by name, with Keras's defaults or the given options. @throws ConfigError */
export function optimizerFrom(name: string, options: object = {}): Optimizer {
  return (lookUp(optimizers, name, "optimizer") as (options: object) => Optimizer)(options);
}

/** An optimizer from what `compile` is given: a name, or an optimizer. @throws ConfigError */
export function optimizerOf(given: OptimizerName | Optimizer): Optimizer {
  if (typeof given === "string") return optimizerFrom(given);
  const isOptimizer = typeof given === "object" && given !== null && "update" in given;
  if (isOptimizer && typeof given.update === "function") return given;
  throw new ConfigError({
    what: "This is no optimizer.",
    expected:
      'a name, such as "adam", or an optimizer, such as optimizers.adam({ learningRate: 1e-4 })',
    received: outlineOf(given),
  });
}
