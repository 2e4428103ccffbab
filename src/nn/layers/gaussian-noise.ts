// Normal random numbers as layers: noise that is added, and noise that multiplies. Outside of training
// nothing changes.

import { requireNumber } from "../../core/option.ts";
import type { Node } from "../../graph/op.ts";
import type { CallContext, CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { requireRate, requireSeed, type SeedOptions } from "./noise.ts";

export interface GaussianNoiseOptions extends CommonOptions, SeedOptions {
  /** The standard deviation of the noise, from 0 to 1. */
  readonly stddev: number;
}

export interface GaussianDropoutOptions extends CommonOptions, SeedOptions {
  /** The noise is as strong as that of dropout with this rate, from 0 up to but not including 1. */
  readonly rate: number;
}

/**
 * Gaussian noise: any shape. Training adds normal random numbers with mean 0 and standard deviation
 * `stddev`. Outside of training nothing changes. Source: Bishop, "Training with noise is equivalent to
 * Tikhonov regularization", Neural Computation 1995. As in Keras.
 *
 * @throws ConfigError if the standard deviation is invalid.
 * @example layers.gaussianNoise({ stddev: 0.1 })
 */
export function gaussianNoise(options: GaussianNoiseOptions): LayerInstance<GaussianNoiseOptions> {
  return makeLayer(gaussianNoise.facts, options, (given) => {
    const { stddev } = given;
    requireNumber("stddev", stddev, { least: 0, most: 1 });
    requireSeed(given.seed);
    return {
      options: given,
      plan: ([input]) => ({
        outputShape: input,
        call([x], context) {
          if (!context.training || stddev === 0) return x;
          return context.build.add(x, noiseLike(x, stddev, given, context));
        },
      }),
    };
  });
}
gaussianNoise.facts = layerFacts<GaussianNoiseOptions>({
  name: "gaussianNoise",
  options: { stddev: "stddev", seed: "seed" },
  keras: { className: "GaussianNoise" },
  example: "{ stddev: 0.1 }",
});

/**
 * Gaussian dropout: any shape. Training multiplies by normal random numbers with mean 1 and standard
 * deviation `√(rate / (1 − rate))`. Outside of training nothing changes. Source: Srivastava et al.,
 * JMLR 2014. As in Keras.
 *
 * @throws ConfigError if the rate is invalid.
 * @example layers.gaussianDropout({ rate: 0.2 })
 */
export function gaussianDropout(
  options: GaussianDropoutOptions,
): LayerInstance<GaussianDropoutOptions> {
  return makeLayer(gaussianDropout.facts, options, (given) => {
    const { rate } = given;
    requireRate(rate, "gaussianDropout");
    requireSeed(given.seed);
    const stddev = Math.sqrt(rate / (1 - rate));
    return {
      options: given,
      plan: ([input]) => ({
        outputShape: input,
        call([x], context) {
          const { build, training } = context;
          if (!training || rate === 0) return x;
          const noise = noiseLike(x, stddev, given, context);
          return build.multiply(x, build.add(noise, build.constant(1)));
        },
      }),
    };
  });
}
gaussianDropout.facts = layerFacts<GaussianDropoutOptions>({
  name: "gaussianDropout",
  options: { rate: "rate", seed: "seed" },
  keras: { className: "GaussianDropout" },
  example: "{ rate: 0.5 }",
});

/** Normal random numbers of mean 0 and the shape of `x`. */
function noiseLike(x: Node, stddev: number, options: SeedOptions, context: CallContext): Node {
  const { build, step, seed, stream } = context;
  const key = { shape: x.shape, seed: options.seed ?? seed, stream };
  return build.multiply(build.randomNormal(step, key), build.constant(stddev));
}
