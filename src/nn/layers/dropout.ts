// Dropout as layers: training sets random elements, channels or examples to 0. Everything else passes
// unchanged, and so does everything outside of training.

import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import { seluConstants } from "../activations.ts";
import type { CallContext, CommonOptions, PlanDraft } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import type { SeedOptions } from "./noise.ts";
import {
  maskShape,
  type NoiseShape,
  requireNoiseShape,
  requireRate,
  requireSeed,
} from "./noise.ts";
import { images, type Space, sequences } from "./space.ts";

export interface DropoutOptions extends CommonOptions, SeedOptions {
  /** The share of elements that are set to 0, from 0 up to but not including 1. */
  readonly rate: number;
  /**
   * The shape of the mask, N first; null stands for the input's size, and 1 for one decision for the
   * whole axis. `[null, 1, 1, null]` drops whole channels. Default: the input's shape.
   */
  readonly noiseShape?: NoiseShape;
}

export interface AlphaDropoutOptions extends CommonOptions, SeedOptions {
  /** The share of elements that are replaced, from 0 up to but not including 1. */
  readonly rate: number;
  /**
   * The shape of the mask, N first; null stands for the input's size, and 1 for one decision for the
   * whole axis. Default: the input's shape.
   */
  readonly noiseShape?: NoiseShape;
}

export interface SpatialDropoutOptions extends CommonOptions, SeedOptions {
  /** The share of channels that are set to 0, from 0 up to but not including 1. */
  readonly rate: number;
}

export interface StochasticDepthOptions extends CommonOptions {
  /** The share of examples that are set to 0, from 0 up to but not including 1. */
  readonly dropPathRate: number;
}

const maskedNames = { rate: "rate", noiseShape: "noise_shape", seed: "seed" };
const names = { rate: "rate", seed: "seed" };
const example = "{ rate: 0.5 }";

/**
 * Dropout: any shape. Training sets a random `rate` of the elements to 0 and multiplies the others by
 * `1 / (1 − rate)`. Outside of training nothing changes. Source: Srivastava et al., "Dropout: a simple way
 * to prevent neural networks from overfitting", JMLR 2014. As in Keras.
 *
 * @throws ConfigError if the rate is invalid, ShapeError if noiseShape does not fit.
 * @example layers.dropout({ rate: 0.5 })
 */
export function dropout(options: DropoutOptions): LayerInstance<DropoutOptions> {
  return makeLayer(dropout.facts, options, (given) => {
    const { rate, noiseShape } = given;
    requireRate(rate, "dropout");
    requireSeed(given.seed);
    return {
      options: given,
      plan([input]) {
        requireNoiseShape(noiseShape, input, "dropout");
        return dropping(input, given, (shape) => maskShape(noiseShape, shape));
      },
    };
  });
}
dropout.facts = layerFacts<DropoutOptions>({
  name: "dropout",
  options: maskedNames,
  keras: { className: "Dropout" },
  example,
});

/**
 * Spatial dropout over time: `[N, L, C]`, shape unchanged. Training sets a random `rate` of each
 * example's channels to 0 and multiplies the others by `1 / (1 − rate)`. Outside of training nothing
 * changes. Source: Tompson et al., CVPR 2015. As in Keras.
 *
 * @throws ConfigError if the rate is invalid, ShapeError if the input is not a sequence.
 * @example layers.spatialDropout1d({ rate: 0.2 })
 */
export function spatialDropout1d(
  options: SpatialDropoutOptions,
): LayerInstance<SpatialDropoutOptions> {
  return makeLayer(spatialDropout1d.facts, options, (given) =>
    channelDropout("spatialDropout1d", sequences, given),
  );
}
spatialDropout1d.facts = layerFacts<SpatialDropoutOptions>({
  name: "spatialDropout1d",
  options: names,
  keras: { className: "SpatialDropout1D" },
  example,
});

/**
 * Spatial dropout of images: `[N, H, W, C]`, shape unchanged. Training sets a random `rate` of each
 * example's channels to 0 and multiplies the others by `1 / (1 − rate)`. Outside of training nothing
 * changes. Source: Tompson et al., CVPR 2015. As in Keras.
 *
 * @throws ConfigError if the rate is invalid, ShapeError if the input is not an image.
 * @example layers.spatialDropout2d({ rate: 0.2 })
 */
export function spatialDropout2d(
  options: SpatialDropoutOptions,
): LayerInstance<SpatialDropoutOptions> {
  return makeLayer(spatialDropout2d.facts, options, (given) =>
    channelDropout("spatialDropout2d", images, given),
  );
}
spatialDropout2d.facts = layerFacts<SpatialDropoutOptions>({
  name: "spatialDropout2d",
  options: names,
  keras: { className: "SpatialDropout2D" },
  example,
});

/**
 * Stochastic depth, for a branch beside a shortcut: any shape. Training sets a random `dropPathRate` of
 * the examples to 0 as a whole, and multiplies the others by `1 / (1 − dropPathRate)`. Outside of training
 * nothing changes. Source: Huang et al., "Deep networks with stochastic depth", ECCV 2016. As in
 * `keras.applications.convnext`.
 *
 * @throws ConfigError if the rate is invalid.
 * @example layers.add().apply([x, layers.stochasticDepth({ dropPathRate: 0.1 }).apply(branch)])
 */
export function stochasticDepth(
  options: StochasticDepthOptions,
): LayerInstance<StochasticDepthOptions> {
  return makeLayer(stochasticDepth.facts, options, (given) => {
    const { dropPathRate: rate } = given;
    requireRate(rate, "stochasticDepth", "dropPathRate");
    return {
      options: given,
      plan: ([input]) => dropping(input, { rate }, ([count]) => [count, ...input.map(() => 1)]),
    };
  });
}
stochasticDepth.facts = layerFacts<StochasticDepthOptions>({
  name: "stochasticDepth",
  options: { dropPathRate: "drop_path_rate" },
  keras: { className: "StochasticDepth", module: "keras.src.applications.convnext" },
  example: "{ dropPathRate: 0.1 }",
});

/**
 * Alpha dropout, which goes with the activation `selu`: any shape. Training replaces a random `rate` of
 * the elements by `α′ = −scale · alpha`, the lowest value of `selu`, and applies `a · x + b` with
 * `a = ((1 − rate) · (1 + rate · α′²))^(−½)` and `b = −a · α′ · rate`, which restores mean and variance.
 * Outside of training nothing changes. Source: Klambauer et al., "Self-normalizing neural networks",
 * NeurIPS 2017. As in Keras.
 *
 * @throws ConfigError if the rate is invalid, ShapeError if noiseShape does not fit.
 * @example layers.alphaDropout({ rate: 0.1 })
 */
export function alphaDropout(options: AlphaDropoutOptions): LayerInstance<AlphaDropoutOptions> {
  return makeLayer(alphaDropout.facts, options, (given) => {
    const { rate, noiseShape } = given;
    requireRate(rate, "alphaDropout");
    requireSeed(given.seed);
    const lowest = -seluConstants.scale * seluConstants.alpha;
    const factor = ((1 - rate) * (1 + rate * lowest ** 2)) ** -0.5;
    return {
      options: given,
      plan([input]) {
        requireNoiseShape(noiseShape, input, "alphaDropout");
        return {
          outputShape: input,
          call([x], context) {
            const { build, training } = context;
            if (!training || rate === 0) return x;
            const mask = maskOf(maskShape(noiseShape, x.shape), given, context);
            const y = build.select(mask, x, build.constant(lowest));
            const shift = build.constant(-factor * lowest * rate);
            return build.add(build.multiply(y, build.constant(factor)), shift);
          },
        };
      },
    };
  });
}
alphaDropout.facts = layerFacts<AlphaDropoutOptions>({
  name: "alphaDropout",
  options: maskedNames,
  keras: { className: "AlphaDropout" },
  example,
});

interface RateOptions extends SeedOptions {
  readonly rate: number;
}

/** A mask of `shape`: 0 for a random `rate` of its elements, `1 / (1 − rate)` for the others. */
function maskOf(shape: Shape, { rate, ...options }: RateOptions, context: CallContext): Node {
  const { build, step, seed, stream } = context;
  return build.dropoutMask(step, { shape, rate, seed: options.seed ?? seed, stream });
}

/** Multiplies by a mask in training; `shapeOf` gives its shape for that of a batch. */
function dropping(input: Shape, options: RateOptions, shapeOf: (batch: Shape) => Shape): PlanDraft {
  return {
    outputShape: input,
    call([x], context) {
      if (!context.training || options.rate === 0) return x;
      return context.build.multiply(x, maskOf(shapeOf(x.shape), options, context));
    },
  };
}

function channelDropout(layer: string, space: Space, given: SpatialDropoutOptions) {
  requireRate(given.rate, layer);
  requireSeed(given.seed);
  return {
    options: given,
    plan([input]: readonly Shape[]) {
      space.require(input, layer);
      const shapeOf = (batch: Shape) => batch.map((size, a) => (space.axes.includes(a) ? 1 : size));
      return dropping(input, given, shapeOf);
    },
  };
}
