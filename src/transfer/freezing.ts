// Which layers of a transferred model learn: its base wholly, in part, or not at all.

import { ConfigError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { type OptionNames, outlineOf, requireKnownOptions, requireWhole } from "../core/option.ts";
import type { Model } from "../train/model.ts";
import type { ModelLayer } from "../train/model-layer.ts";
import { requireModel } from "../train/stateful-model.ts";

/** Which layers of the base are trained: exactly one of `last`, `from` and `all`. */
export interface UnfreezeOptions {
  /** How many of the last layers of the base are trained. */
  readonly last?: number;
  /** The name of the first layer that is trained; all later ones are, too. */
  readonly from?: string;
  /** Whether all layers of the base are trained. */
  readonly all?: boolean;
  /**
   * Whether batch normalization layers are trained as well. By default they keep their moving statistics, which are
   * better than those of small batches. Default: false.
   */
  readonly batchNormalization?: boolean;
}

const optionNames: OptionNames<UnfreezeOptions> = {
  last: true,
  from: true,
  all: true,
  batchNormalization: true,
};

/**
 * The layer of a model that is a whole network with weights: what it was transferred from. Networks that
 * only augment may stand before it.
 *
 * @throws ConfigError where it has none.
 */
export function baseOf(model: Model): ModelLayer {
  const base = model.layers.find(({ layers, hasWeights }) => layers.length > 0 && hasWeights);
  if (base !== undefined) return base;
  throw new ConfigError({
    what: `The model "${model.name}" has no base to freeze or unfreeze.`,
    expected: "a model that contains another one, as transfer makes it",
    received: `only layers: ${model.layers.map(({ name }) => name).join(", ")}`,
    fix: "set layer.trainable of single layers",
  });
}

/** The layers of `layer` that have weights or statistics of their own, first to last. */
function leavesOf(layer: ModelLayer): readonly ModelLayer[] {
  return layer.layers.length === 0 ? [layer] : layer.layers.flatMap(leavesOf);
}

/**
 * Freezes the base of a transferred model, so that only the head is trained. A frozen base computes as in prediction:
 * batch normalization uses its moving statistics, and dropout does nothing.
 *
 * @throws ConfigError if the model has no base.
 * @example freeze(model)
 */
export function freeze(model: Model): void {
  requireModel("freeze", model);
  baseOf(model).trainable = false;
}

/**
 * Unfreezes layers of the base: all of them, the last `n`, or those from a layer on. The others are frozen.
 *
 * @throws ConfigError if the model has no base, or no such layer.
 * @example unfreeze(model, { last: 20 })
 * @example unfreeze(model, { from: "block_13_expand" })
 * @example unfreeze(model, { all: true, batchNormalization: true })
 */
export function unfreeze(model: Model, options: UnfreezeOptions): void {
  requireModel("unfreeze", model);
  requireKnownOptions("unfreeze", options, optionNames, "{ last: 20 }");
  const { batchNormalization = false } = options;
  const base = baseOf(model);
  const leaves = leavesOf(base);
  const first = firstOf(leaves, options);
  // The base itself has to learn before a layer of it can.
  base.trainable = true;
  leaves.forEach((layer, i) => {
    layer.trainable =
      i >= first && (batchNormalization || layer.className !== "BatchNormalization");
  });
}

/** The index of the first layer that learns. */
function firstOf(leaves: readonly ModelLayer[], options: UnfreezeOptions): number {
  const { last, from, all } = options;
  const given = [last, from, all].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new ConfigError({
      what: "unfreeze needs exactly one of last, from and all.",
      expected: 'one of { last: 20 }, { from: "block_13_expand" } and { all: true }',
      received: outlineOf(options),
    });
  }
  if (last !== undefined) {
    requireWhole("last", last);
    return Math.max(0, leaves.length - last);
  }
  if (from === undefined) return 0;
  return indexOf(leaves, from);
}

function indexOf(leaves: readonly ModelLayer[], name: string): number {
  const index = leaves.findIndex((layer) => layer.name === name);
  if (index >= 0) return index;
  throw new ConfigError({
    what: `The base has no layer "${name}".`,
    expected: leaves.map((layer) => layer.name).join(", "),
    received: name,
    ...suggestion(
      leaves.map((layer) => layer.name),
      name,
    ),
  });
}
