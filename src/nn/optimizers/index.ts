// The optimizers: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { adamW } from "./adam-w.ts";
import { adamax } from "./adamax.ts";
import { lamb } from "./lamb.ts";
import { lion } from "./lion.ts";
import { nadam } from "./nadam.ts";
import type { Optimizer } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** Every optimizer by its name. */
export const optimizers = {
  adadelta,
  adagrad,
  adam,
  adamW,
  adamax,
  lamb,
  lion,
  nadam,
  rmsprop,
  sgd,
};

export type OptimizerName = keyof typeof optimizers;

/** An optimizer by name, with Keras's defaults or the given options. @throws ConfigError */
export function optimizerFrom(name: string, options: object = {}): Optimizer {
  return (lookUp(optimizers, name, "optimizer") as (options: object) => Optimizer)(options);
}
