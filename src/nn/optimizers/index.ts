// The optimizers: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import type { Optimizer } from "./optimizer.ts";
import * as optimizers from "./table.ts";

export { optimizers };

export type OptimizerName = keyof typeof optimizers;

/** An optimizer by name, with Keras's defaults or the given options. @throws ConfigError */
export function optimizerFrom(name: string, options: object = {}): Optimizer {
  return (lookUp(optimizers, name, "optimizer") as (options: object) => Optimizer)(options);
}
