// Images warped at random, as a layer.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { FillMode } from "../../graph/vocabulary.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import {
  channelsLast,
  defaultSampling,
  type InterpolationOptions,
  movingNames,
  movingPlan,
  requireSampling,
} from "./geometric-layer.ts";
import { identityMatrix } from "./geometry.ts";
import { requireSeed } from "./noise.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomElasticTransformOptions extends InterpolationOptions, ValueRangeOptions {
  /**
   * The range from which each image draws the probability that it is changed, from 0 to 1. One number f
   * stands for [0, f]. Default: 1.
   */
  readonly factor?: Factor;
  /**
   * The range from which each batch draws the strength of the warp, from 0 to 1. One number f stands for
   * [0, f]. Default: 1.
   */
  readonly scale?: Factor;
  /**
   * What is shown beyond the border: `constant` a number, `nearest` the border pixels, `wrap` the image
   * repeated, `reflect` or `mirror` the image reversed, with or without a second border pixel. Default: `reflect`.
   */
  readonly fillMode?: FillMode;
}

const fillModes: readonly FillMode[] = ["constant", "nearest", "wrap", "reflect", "mirror"];

/**
 * Warps images elastically in training: `[N, H, W, C]`, shape unchanged. Each pixel moves by a normal random
 * distance, blurred with those of its neighbours. Outside of training nothing changes.
 * Source: Simard et al., ICDAR 2003. As in Keras on NumPy; on TensorFlow it moves pixels along one diagonal only.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomElasticTransform({ scale: 0.5, valueRange: [0, 1] })
 */
export function randomElasticTransform(
  options: RandomElasticTransformOptions = {},
): LayerInstance<RandomElasticTransformOptions> {
  return makeLayer(randomElasticTransform.facts, options, (given) => {
    const settings = {
      factor: 1 as Factor,
      scale: 1 as Factor,
      ...defaultSampling,
      valueRange: bytes,
      ...given,
    };
    const { factor, scale, interpolation, fillMode, fillValue, valueRange } = settings;
    const sampling = { interpolation, fillMode, fillValue };
    requireSeed(settings.seed);
    requireSampling(sampling, fillModes);
    const [least, most] = factorOf("factor", factor, [0, 1]);
    const [weakest, strongest] = factorOf("scale", scale, [0, 1]);
    requireValueRange(valueRange);
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomElasticTransform",
          options: settings,
          sampling,
          moves: most > 0 && strongest > 0,
          move({ draw, context: { build }, count, height, width }) {
            const probability = draw.uniform(least, most, [1, 1]);
            const changes = build.less(draw.uniform(0, 1, [1, 1]), probability);
            const strength = build.slice(
              draw.uniform(weakest, strongest, [1, 1]),
              [0, 0, 0],
              [1, 1, 1],
            );
            const smaller = Math.min(height, width);
            const sigma = build.multiply(strength, build.constant(0.05 * smaller));
            const alpha = build.multiply(strength, build.constant(0.1 * Math.max(height, width)));
            const reach = build.multiply(build.multiply(alpha, sigma), changes);
            const field = () => {
              const noise = draw.normal(1, [height, width]);
              return build.multiply(blurred(build, noise, sigma, count), reach);
            };
            return { matrix: identityMatrix, displacement: { columns: field(), rows: field() } };
          },
          finish: (image, { build }) => clipTo(build, image, valueRange),
        }),
    };
  });
}
randomElasticTransform.facts = layerFacts<RandomElasticTransformOptions>({
  name: "randomElasticTransform",
  options: {
    factor: "factor",
    scale: "scale",
    ...movingNames,
    valueRange: "value_range",
  },
  keras: { className: "RandomElasticTransform", fixed: channelsLast },
  example: "{ scale: 0.5 }",
});

/**
 * `fields [N, H, W]` blurred along both axes by a normal curve with the deviation `sigma [1, 1, 1]`, cut off
 * at three times that; beyond the border there is 0.
 */
function blurred(build: Builder, fields: Node, sigma: Node, count: number): Node {
  const [, height, width] = fields.shape;
  const along = (lines: Node, length: number, others: number) => {
    const flat = build.reshape(lines, [count * others, length]);
    return build.matmul(flat, blurOf(build, length, build.reshape(sigma, [1, 1])));
  };
  const turned = (x: Node, [a, b]: readonly [number, number]) =>
    build.transpose(build.reshape(x, [count, a, b]), [0, 2, 1]);
  const byColumn = along(fields, width, height);
  const byRow = along(turned(byColumn, [height, width]), height, width);
  return turned(byRow, [width, height]);
}

/** What each of `length` places in a row contributes to each: `[length, length]`. */
function blurOf(build: Builder, length: number, sigma: Node): Node {
  const places = build.samplePositions(length, length);
  const distance = (from: Node, to: Node) => build.absolute(build.subtract(from, to));
  const reach = build.floor(build.multiply(sigma, build.constant(3)));
  const curve = (far: Node) => {
    const turns = build.divide(far, build.maximum(sigma, build.constant(1e-3)));
    const weight = build.exponential(
      build.multiply(build.constant(-0.5), build.multiply(turns, turns)),
    );
    return build.multiply(weight, build.lessEqual(far, reach));
  };
  // The sum over the whole curve, of which the border may cut off a part.
  const most = 3 * Math.max(1, Math.ceil(0.05 * length) + 1);
  const all = build.reshape(build.samplePositions(most, most), [1, most]);
  const side = build.sum(curve(build.add(all, build.constant(0.5))));
  const sum = build.add(build.multiply(side, build.constant(2)), build.constant(1));
  const weights = curve(
    distance(build.reshape(places, [length, 1]), build.reshape(places, [1, length])),
  );
  return build.divide(weights, sum);
}
