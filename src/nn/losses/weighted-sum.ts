// Several losses as one.

import { ConfigError } from "../../core/errors.ts";
import { outlineOf, requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";
import { reduceLoss } from "./reduce-loss.ts";

export interface WeightedSumOptions extends LossOptions {
  /** The losses, which must take the same kind of targets and leave out the same ones. */
  readonly losses: readonly Loss[];
  /** What each is multiplied by. Default: 1. */
  readonly weights?: readonly number[];
}

/**
 * The weighted sum of losses of the same targets: Σ weight · loss → `[]`. Each becomes one number by its own reduction
 * first, so losses of places and losses of regions can be added.
 *
 * @throws ConfigError where there is no loss, or their targets differ.
 * @example
 * losses.weightedSum({
 *   losses: [
 *     losses.sparseCategoricalCrossentropy({ ignoreClass: 255 }),
 *     losses.dice({ sparseYTrue: true, axis: [0, 1, 2], ignoreClass: 255 }),
 *   ],
 *   weights: [1, 0.5],
 * })
 */
export function weightedSum(options: WeightedSumOptions): Loss {
  const { losses, weights, reduction } = optionsOf(weightedSum.facts, options);
  requireLosses(losses);
  const factors = weights ?? losses.map(() => 1);
  if (factors.length !== losses.length) {
    throw new ConfigError({
      what: "The option weights does not fit the losses.",
      expected: `${losses.length} numbers, one for each loss`,
      received: outlineOf(weights),
    });
  }
  for (const factor of factors) requireNumber("weights", factor);
  const [{ targets, ignoreClass }] = losses;
  const ranges = losses.flatMap(({ range }) => (range === undefined ? [] : [range]));
  const low = Math.max(...ranges.map(([least]) => least));
  const high = Math.min(...ranges.map(([, most]) => most));
  return defineLoss({
    name: "weightedSum",
    options: {
      losses: losses.map(({ name, options }) => ({ name, options })),
      weights: factors,
      reduction,
    },
    targets,
    ...(ignoreClass === undefined ? {} : { ignoreClass }),
    ...(ranges.length === 0 ? {} : { range: [low, high] }),
    values(expected, predictions, build) {
      const batch = { build, targets: expected, predictions };
      return losses
        .map((loss, i) => {
          const { trained } = reduceLoss(loss, batch);
          return build.multiply(trained, build.constant(factors[i]));
        })
        .reduce((sum, part) => build.add(sum, part));
    },
  });
}
weightedSum.facts = lossFacts<WeightedSumOptions>({
  name: "weightedSum",
  options: { ...lossNames, losses: null, weights: null },
  example: "{ losses: [losses.binaryCrossentropy(), losses.dice()] }",
});

/** @throws ConfigError unless they are losses of the same targets. */
function requireLosses(losses: unknown): asserts losses is readonly [Loss, ...Loss[]] {
  const isLoss = (one: unknown) => typeof Object(one).values === "function";
  if (!Array.isArray(losses) || losses.length === 0 || !losses.every(isLoss)) {
    throw new ConfigError({
      what: "The option losses cannot be used.",
      expected: "a list of losses, such as [losses.binaryCrossentropy(), losses.dice()]",
      received: outlineOf(losses),
    });
  }
  const kindOf = ({ targets, ignoreClass }: Loss) =>
    `${targets === "classes" ? "class numbers" : "values"}${
      ignoreClass === undefined ? "" : `, ${ignoreClass} ignored`
    }`;
  const kinds = losses.map(kindOf);
  if (kinds.every((kind) => kind === kinds[0])) return;
  throw new ConfigError({
    what: "Losses of different targets cannot be added.",
    expected: "losses that take the same kind of targets, and have the same ignoreClass",
    received: losses.map((loss, i) => `${loss.name}: ${kinds[i]}`).join("; "),
    fix: "set sparseYTrue, or ignoreClass, of all of them",
  });
}
