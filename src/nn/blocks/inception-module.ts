// Windows of several sizes side by side: a block of layers.

import { requireOption } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { layers } from "../layers/index.ts";
import { requireSymbolic, type SymbolicTensor } from "../symbolic.ts";
import { blockFacts } from "./block.ts";

export interface InceptionModuleOptions {
  /** Filters of the 1 x 1 branch. */
  readonly ones: number;
  /** Filters of the 3 x 3 branch: those of the 1 x 1 before it, then its own. */
  readonly threes: readonly [number, number];
  /** Filters of the 5 x 5 branch: those of the 1 x 1 before it, then its own. */
  readonly fives: readonly [number, number];
  /** Filters of the 1 x 1 behind the 3 x 3 pool. */
  readonly pooled: number;
}

/**
 * Looks through windows of 1, 3 and 5 pixels and at the largest of 3 x 3, side by side: `[N, H, W,
 * C] → [N, H, W, F]`, F being the sum of the branches' filters; every convolution is followed by
 * relu. Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015.
 *
 * @throws ConfigError where a number of filters cannot be used, ShapeError where `x` is not an
 * image.
 * @example const y = blocks.inceptionModule(x, { ones: 64, threes: [96, 128], fives: [16, 32], pooled: 32 })
 */
export function inceptionModule(
  x: SymbolicTensor,
  options: InceptionModuleOptions,
): SymbolicTensor {
  requireSymbolic(x, "What inceptionModule is applied to");
  const { ones, threes, fives, pooled } = optionsOf(inceptionModule.facts, options);
  for (const [name, pair] of Object.entries({ threes, fives })) {
    requireOption(name, pair, Array.isArray(pair) && pair.length === 2, "two numbers of filters");
  }
  const conv = (filters: number, kernelSize: number, from: SymbolicTensor) =>
    layers.conv2d({ filters, kernelSize, padding: "same", activation: "relu" }).apply(from);
  const narrow = conv(ones, 1, x);
  const middle = conv(threes[1], 3, conv(threes[0], 1, x));
  const wide = conv(fives[1], 5, conv(fives[0], 1, x));
  const pool = layers.maxPooling2d({ poolSize: 3, strides: 1, padding: "same" }).apply(x);
  return layers.concatenate().apply([narrow, middle, wide, conv(pooled, 1, pool)]);
}
inceptionModule.facts = blockFacts<InceptionModuleOptions>({
  name: "inceptionModule",
  options: { ones: null, threes: null, fives: null, pooled: null },
  example: "x, { ones: 64, threes: [96, 128], fives: [16, 32], pooled: 32 }",
});
