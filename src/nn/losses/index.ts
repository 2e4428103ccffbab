// The losses: one file each, one row each.

import { ConfigError } from "../../core/errors.ts";
import { inFull, lookUp } from "../../core/names.ts";
import { outlineOf } from "../../core/option.ts";
import type { Loss, LossFunction } from "./loss.ts";
import * as losses from "./table.ts";

/** Those that files name: all but your own. */
const { custom, ...lossTable } = losses;

export { losses, lossTable };

export type LossName = keyof typeof lossTable;

/** Keras's short names, which `compile` takes as well, in small letters or large. */
const shortNames = {
  bce: "binaryCrossentropy",
  kld: "klDivergence",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  mse: "meanSquaredError",
  msle: "meanSquaredLogarithmicError",
} as const satisfies Record<string, LossName>;

export type ShortLossName = keyof typeof shortNames | Uppercase<keyof typeof shortNames>;

/** A loss by name, with Keras's defaults or the given options. @throws ConfigError */
export function lossFrom(name: string, options: object = {}): Loss {
  const make = lookUp(lossTable, name, "loss") as (options: object) => Loss;
  return make(withLosses(options));
}

/** Options in which losses that files hold, as names and options, are losses again. */
function withLosses(options: object): object {
  if (!("losses" in options) || !Array.isArray(options.losses)) return options;
  const made = (one: StoredLoss | Loss) =>
    typeof one === "object" && one !== null && !("values" in one)
      ? lossFrom(one.name, one.options)
      : one;
  return { ...options, losses: options.losses.map(made) };
}

/** A loss as files hold it inside of another. */
interface StoredLoss {
  readonly name: string;
  readonly options?: object;
}

/** A loss from what `compile` is given: a name, a loss, or a function. @throws ConfigError */
export function lossOf(given: LossName | ShortLossName | Loss | LossFunction): Loss {
  if (typeof given === "string") return lossFrom(inFull(shortNames, given));
  if (typeof given === "function") return custom({ values: given });
  const isLoss = typeof given === "object" && given !== null && "values" in given;
  if (isLoss && typeof given.values === "function") return given;
  throw new ConfigError({
    what: "This is no loss.",
    expected: 'a name, such as "meanSquaredError", a loss, such as losses.huber(), or a function',
    received: outlineOf(given),
  });
}
