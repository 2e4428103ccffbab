// The losses: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import { binaryCrossentropy } from "./binary-crossentropy.ts";
import { categoricalCrossentropy } from "./categorical-crossentropy.ts";
import type { Loss } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";

/** Every loss by its name. */
export const losses = {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  sparseCategoricalCrossentropy,
};

export type LossName = keyof typeof losses;

/** A loss by name, with Keras's defaults or the given options. @throws ConfigError */
export function lossFrom(name: string, options: object = {}): Loss {
  return (lookUp(losses, name, "loss") as (options: object) => Loss)(options);
}
