// Attention over channels: a block of layers.

import { requireWhole } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { layers } from "../layers/index.ts";
import { requireSymbolic, type SymbolicTensor } from "../symbolic.ts";
import { blockFacts } from "./block.ts";

export interface SqueezeExciteOptions {
  /** The inner layer has the channels divided by this, at least one. Default: 16. */
  readonly ratio?: number;
}

/**
 * Weighs each channel by what all channels show: `[N, H, W, C] → [N, H, W, C]`,
 * `y = x · sigmoid(W₂ · relu(W₁ · mean of x over its pixels))`. Source: Hu, Shen and Sun,
 * "Squeeze-and-excitation networks", CVPR 2018.
 *
 * @throws ConfigError where the ratio cannot be used, ShapeError where `x` is not an image.
 * @example const y = blocks.squeezeExcite(x, { ratio: 8 })
 */
export function squeezeExcite(
  x: SymbolicTensor,
  options: SqueezeExciteOptions = {},
): SymbolicTensor {
  const { ratio = 16 } = optionsOf(squeezeExcite.facts, options);
  requireSymbolic(x, "What squeezeExcite is applied to");
  requireWhole("ratio", ratio);
  const squeezed = layers.globalAveragePooling2d().apply(x);
  const [channels] = squeezed.shape;
  const units = Math.max(1, Math.floor(channels / ratio));
  const inner = layers.dense({ units, activation: "relu" }).apply(squeezed);
  const excited = layers.dense({ units: channels, activation: "sigmoid" }).apply(inner);
  return layers.multiply().apply([x, excited]);
}
squeezeExcite.facts = blockFacts<SqueezeExciteOptions>({
  name: "squeezeExcite",
  options: { ratio: null },
  example: "x, { ratio: 8 }",
});
