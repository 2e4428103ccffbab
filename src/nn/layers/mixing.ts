// Examples of a batch that are mixed with each other, as layers: what they do to images, the training
// program does to targets.

import { requireNumber } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions, Mixing } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { oneMinus } from "../losses/formulas.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { colorAugmentation, perImage } from "./color-augmentation.ts";
import type { SeedOptions } from "./noise.ts";
import { type Box, randomBox } from "./random-erasing.ts";
import { beta, permutation } from "./random-gamma.ts";
import { type Factor, factorOf } from "./value-range.ts";

export interface MixUpOptions extends CommonOptions, SeedOptions {
  /**
   * Both parameters of the beta distribution that weights are drawn from, above 0: near 0 one image of two
   * dominates, 1 makes all weights as likely. Default: 0.2.
   */
  readonly alpha?: number;
}

export interface CutMixOptions extends CommonOptions, SeedOptions {
  /**
   * Both parameters of the beta distribution that shares are drawn from, drawn once for the batch: f for a
   * random number from 0 to f, or the lowest and the highest, from 0 to 1. Default: 1.
   */
  readonly factor?: Factor;
}

/**
 * MixUp: `[N, H, W, C]`, shape unchanged. Training makes `w · x + (1 − w) · x′` of each image x and another
 * one x′ of the batch, and the same of their targets, w being drawn from a beta distribution for each image.
 * Class numbers are mixed as their losses. Outside of training nothing changes. As in Keras, where labels
 * have to be handed to the layer. Source: Zhang et al., "mixup: beyond empirical risk minimization", ICLR
 * 2018.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.mixUp({ alpha: 0.2, inputShape: [32, 32, 3] })
 */
export function mixUp(options: MixUpOptions = {}): LayerInstance<MixUpOptions> {
  return makeLayer(mixUp.facts, options, (given) => {
    const settings = { alpha: 0.2, ...given };
    const { alpha } = settings;
    requireNumber("alpha", alpha, { above: 0 });
    return colorAugmentation("mixUp", settings, (x, { build, draw, context }) => {
      const order = permutation(build, draw);
      const weight = beta(build, draw, build.constant(alpha));
      context.mix({ weight, order });
      return mixed(build, x, { weight, order });
    });
  });
}
mixUp.facts = layerFacts<MixUpOptions>({
  name: "mixUp",
  options: { alpha: "alpha", seed: "seed" },
  keras: { className: "MixUp" },
});

/**
 * CutMix: `[N, H, W, C]`, shape unchanged. Training puts a rectangle of another image of the batch, at the
 * same place, into each image, and mixes their targets by how much of the image it is. The share of the
 * rectangle is drawn from a beta distribution for each image. Class numbers are mixed as their losses.
 * Outside of training nothing changes. As in Keras, where labels have to be handed to the layer. Source: Yun
 * et al., "CutMix: regularization strategy to train strong classifiers with localizable features", ICCV 2019.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.cutMix({ factor: [1, 1], inputShape: [32, 32, 3] })
 */
export function cutMix(options: CutMixOptions = {}): LayerInstance<CutMixOptions> {
  return makeLayer(cutMix.facts, options, (given) => {
    const settings = { factor: 1, ...given };
    const factor = factorOf("factor", settings.factor, [0, 1]);
    return colorAugmentation("cutMix", settings, (x, { build, draw, context }) => {
      const drawn = build.slice(draw.uniform(...factor), [0], [1]);
      const alpha = build.add(build.reshape(drawn, []), build.constant(1e-6));
      const share = oneMinus(beta(build, draw, alpha), build);
      const ratio = build.reshape(build.squareRoot(share), [x.shape[0], ...perImage]);
      const box = randomBox(build, draw, x.shape, { across: ratio, down: ratio });
      const { images, mixing } = cut(build, x, permutation(build, draw), box);
      context.mix(mixing);
      return images;
    });
  });
}
cutMix.facts = layerFacts<CutMixOptions>({
  name: "cutMix",
  options: { factor: "factor", seed: "seed" },
  keras: { className: "CutMix" },
});

/** Each of `[N, …]` mixed with another. */
export function mixed(build: Builder, x: Node, { weight, order }: Mixing): Node {
  const own = build.reshape(weight, [x.shape[0], ...x.shape.slice(1).map(() => 1)]);
  const other = build.gather(x, order);
  return build.add(build.multiply(own, x), build.multiply(oneMinus(own, build), other));
}

/** `[N, H, W, C]` with a part of another image in each box. */
export function cut(
  build: Builder,
  x: Node,
  order: Node,
  { mask, area }: Box,
): { readonly images: Node; readonly mixing: Mixing } {
  const weight = oneMinus(build.reshape(area, order.shape), build);
  return { images: build.select(mask, build.gather(x, order), x), mixing: { weight, order } };
}
