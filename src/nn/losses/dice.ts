// Dice loss: 1 − the Dice coefficient of two regions.

import { optionsOf } from "../facts.ts";
import { epsilon, oneMinus } from "./formulas.ts";
import { type Loss, lossFacts } from "./loss.ts";
import { type OverlapOptions, overlapFixed, overlapLoss, overlapNames } from "./overlap.ts";

/**
 * Dice loss: 1 − 2 · Σ target · prediction / (Σ target + Σ prediction + 10⁻⁷) over the axes: `[N,
 * …]`, `[N, …]` → what is left of the shape, by default `[]`. Source: Milletari et al., 3DV 2016;
 * as in Keras, but for `sparseYTrue` and `ignoreClass`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.dice({ axis: [1, 2, 3] })
 * @example losses.dice({ axis: [0, 1, 2], sparseYTrue: true, ignoreClass: 255 })
 */
export function dice(options: OverlapOptions = {}): Loss {
  return overlapLoss("dice", optionsOf(dice.facts, options), (regions, build) => {
    const { targets, predictions, span } = regions;
    const both = build.sum(build.multiply(targets, predictions), span);
    const sizes = build.add(build.sum(targets, span), build.sum(predictions, span));
    const twice = build.multiply(both, build.constant(2));
    return oneMinus(build.divide(twice, build.add(sizes, build.constant(epsilon))), build);
  });
}
dice.facts = lossFacts<OverlapOptions>({
  name: "dice",
  options: overlapNames,
  keras: { className: "Dice", ownFixed: overlapFixed },
});
