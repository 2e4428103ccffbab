// What people say of the loss that style transfer minimises.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWord,
} from "../../core/option.ts";
import type { Network } from "../../nn/network.ts";
import { type Normalization, normalizations } from "./distances.ts";
import { defaultLayers, type LayerWeights, type WeightedLayer, weightedLayers } from "./layers.ts";

/** What counts, and how much. */
export interface StyleLossOptions {
  /**
   * Layers at which the content is kept: names, or weights by name. Default: the second layer at an eighth of the
   * picture's size, in VGG-19 `block4_conv2`.
   */
  readonly contentLayers?: LayerWeights;
  /**
   * Layers at which the style is compared: names, or weights by name. Default: the first layer of each resolution, in
   * VGG-19 `block1_conv1` to `block5_conv1`, each a fifth.
   */
  readonly styleLayers?: LayerWeights;
  /** How much the content counts. Default: 1. */
  readonly contentWeight?: number;
  /** How much the style counts. Default: 100, or with `normalization: "gatys"` 1000. */
  readonly styleWeight?: number;
  /** How much smoothness counts: the mean square of the steps between neighbouring pixels, from 0 to 1. Default: 100. */
  readonly totalVariationWeight?: number;
  /**
   * What distances are measured in. `relative` divides each by the squares of its target, so that weights mean the same
   * at every layer and in every network; `gatys` takes the paper's formulas. Default: `relative`.
   */
  readonly normalization?: Normalization;
  /**
   * How the network reduces its maps: `average` puts average pooling in the place of max pooling, as the paper does.
   * Default: `max`, as networks were trained.
   */
  readonly pooling?: "max" | "average";
}

export const styleLossOptionNames: OptionNames<StyleLossOptions> = {
  contentLayers: true,
  styleLayers: true,
  contentWeight: true,
  styleWeight: true,
  totalVariationWeight: true,
  normalization: true,
  pooling: true,
};

/** The options with defaults, for one network. */
export interface LossSettings {
  readonly content: readonly WeightedLayer[];
  readonly style: readonly WeightedLayer[];
  readonly contentWeight: number;
  readonly styleWeight: number;
  readonly totalVariationWeight: number;
  readonly normalization: Normalization;
  readonly pooling: "max" | "average";
}

/** @throws ConfigError where an option cannot be used with this network. */
export function lossSettings(
  call: string,
  network: Network,
  options: StyleLossOptions,
): LossSettings {
  requireKnownOptions(call, options, styleLossOptionNames, "{ styleWeight: 30 }");
  const { normalization = "relative", pooling = "max" } = options;
  requireWord("normalization", normalization, normalizations);
  requireWord("pooling", pooling, ["max", "average"]);
  const { contentWeight = 1, totalVariationWeight = 100 } = options;
  const { styleWeight = normalization === "gatys" ? 1000 : 100 } = options;
  requireNumber("contentWeight", contentWeight, { least: 0 });
  requireNumber("styleWeight", styleWeight, { least: 0 });
  requireNumber("totalVariationWeight", totalVariationWeight, { least: 0 });
  const isNamed = options.contentLayers !== undefined && options.styleLayers !== undefined;
  const defaults = isNamed ? { content: [], style: [] } : defaultLayers(network);
  const { contentLayers = defaults.content, styleLayers = defaults.style } = options;
  return {
    content: weightedLayers(network, "contentLayers", contentLayers),
    style: weightedLayers(network, "styleLayers", styleLayers),
    contentWeight,
    styleWeight,
    totalVariationWeight,
    normalization,
    pooling,
  };
}

/** Those of the options that concern the loss. */
export function lossOptionsOf(options: StyleLossOptions): StyleLossOptions {
  const own = Object.entries(options).filter(
    ([name, value]) => Object.hasOwn(styleLossOptionNames, name) && value !== undefined,
  );
  return Object.fromEntries(own);
}
