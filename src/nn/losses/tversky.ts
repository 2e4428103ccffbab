// Tversky loss: 1 − the Tversky index of two regions.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { type Loss, lossFacts } from "./loss.ts";
import {
  type OverlapOptions,
  overlapFixed,
  overlapLoss,
  overlapNames,
  tverskyOf,
} from "./overlap.ts";

export interface TverskyOptions extends OverlapOptions {
  /** The weight of false negatives. Default: 0.5. */
  readonly alpha?: number;
  /** The weight of false positives. Default: 0.5. */
  readonly beta?: number;
}

/**
 * Tversky loss: 1 − Σ y · p / (Σ y · p + alpha · Σ y · (1 − p) + beta · Σ (1 − y) · p + 10⁻⁷) over
 * the axes: `[N, …]`, `[N, …]` → what is left of the shape, by default `[]`. With both weights 0.5
 * it is `dice`, with both 1 `iou`. Source: Salehi et al., MLMI 2017; as in Keras, but for
 * `sparseYTrue` and `ignoreClass`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.tversky({ alpha: 0.7, beta: 0.3 })
 */
export function tversky(options: TverskyOptions = {}): Loss {
  const { alpha = 0.5, beta = 0.5, ...rest } = optionsOf(tversky.facts, options);
  requireNumber("alpha", alpha);
  requireNumber("beta", beta);
  return overlapLoss("tversky", { alpha, beta, ...rest }, (regions, build) =>
    tverskyOf(regions, { alpha, beta }, build),
  );
}
tversky.facts = lossFacts<TverskyOptions>({
  name: "tversky",
  options: { ...overlapNames, alpha: "alpha", beta: "beta" },
  keras: { className: "Tversky", ownFixed: overlapFixed },
});
