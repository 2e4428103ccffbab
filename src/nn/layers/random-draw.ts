// How layers draw random numbers inside of a step: for each example its own, by the seed, the layer, the
// step and the example's place in the batch alone. The same seed gives the same numbers on one thread,
// on sixteen and on every target.

import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { DrawContext } from "../layer.ts";
import type { SeedOptions } from "./noise.ts";

/**
 * The random numbers of one layer in one step. Each call draws others. Results are `[N, ...shape]`, by
 * default `[N]`; `[1, 1, 1]` stretches to images `[N, H, W, C]`.
 */
export interface RandomDraw {
  /** Uniform, from `low` up to but not including `high`. */
  uniform(low: number, high: number, shape?: Shape): Node;
  /** Whole numbers from `low` up to but not including `high`, as f32. */
  whole(low: number, high: number, shape?: Shape): Node;
  /** Normal, with mean 0 and this standard deviation. */
  normal(stddev: number, shape?: Shape): Node;
  /** 1 with this probability, else 0. */
  chance(probability: number, shape?: Shape): Node;
}

/** The numbers that a layer draws for `count` examples. Layers draw in training alone. */
export function randomDraw(
  count: number,
  options: SeedOptions,
  { build, step, seed, stream }: DrawContext,
): RandomDraw {
  let draws = 0;
  const key = (shape: Shape) => ({
    shape: [count, ...shape],
    seed: options.seed ?? seed,
    stream,
    draw: draws++,
  });
  const unit = (shape: Shape) => build.randomUniform(step, key(shape));
  const uniform = (low: number, high: number, shape: Shape) =>
    low === 0 && high === 1
      ? unit(shape)
      : build.add(build.multiply(unit(shape), build.constant(high - low)), build.constant(low));
  return {
    uniform: (low, high, shape = []) => uniform(low, high, shape),
    whole: (low, high, shape = []) => build.floor(uniform(low, high, shape)),
    normal: (stddev, shape = []) =>
      build.multiply(build.randomNormal(step, key(shape)), build.constant(stddev)),
    chance: (probability, shape = []) => build.less(unit(shape), build.constant(probability)),
  };
}
