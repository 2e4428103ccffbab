// Rectangles that are erased at random, as a layer.

import { requireOption } from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { chosen, colorAugmentation, perImage } from "./color-augmentation.ts";
import { requireColors } from "./colors.ts";
import { constantOf } from "./constants.ts";
import type { SeedOptions } from "./noise.ts";
import type { RandomDraw } from "./random-draw.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomErasingOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * The probability that an image loses a rectangle, from 0 to 1: f for a probability that is itself drawn
   * from 0 to f, or the lowest and the highest. Default: 1.
   */
  readonly factor?: Factor;
  /**
   * The range of shares a and b, drawn separately: the rectangle is `√a` of the height and `√b` of the width.
   * One number f stands for `[0, f]`. From 0 to 1. Default: [0.02, 0.33].
   */
  readonly scale?: Factor;
  /**
   * What the rectangle is filled with: one number, or one each for red, green and blue, clipped to the range
   * of values. Default: null, normal random numbers times the highest value.
   */
  readonly fillValue?: number | readonly [number, number, number] | null;
}

/**
 * Random erasing: `[N, H, W, C]`, shape unchanged. Training fills a random rectangle of random images, which
 * is `√a · H` high and `√b · W` wide, a and b between the ends of `scale`. Outside of training nothing
 * changes. As in Keras. Source: Zhong et al., "Random erasing data augmentation", AAAI 2020.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image, or not one of three
 * channels where `fillValue` has three numbers.
 * @example layers.randomErasing({ factor: [0.5, 0.5], fillValue: 0 })
 */
export function randomErasing(
  options: RandomErasingOptions = {},
): LayerInstance<RandomErasingOptions> {
  return makeLayer(randomErasing.facts, options, (given) => {
    const scale: Factor = [0.02, 0.33];
    const settings = { factor: 1, scale, fillValue: null, valueRange: bytes, ...given };
    const { valueRange, fillValue } = settings;
    requireValueRange(valueRange);
    const factor = factorOf("factor", settings.factor, [0, 1]);
    const sides = factorOf("scale", settings.scale, [0, 1]);
    requireFill(fillValue);
    return colorAugmentation(
      "randomErasing",
      settings,
      (x, tools) => {
        const { build, draw } = tools;
        const areas = draw.uniform(...sides, [2]);
        const ratio = (side: number) => {
          const area = build.slice(areas, [0, side], [x.shape[0], 1]);
          return build.reshape(build.squareRoot(area), [x.shape[0], ...perImage]);
        };
        const { mask } = randomBox(build, draw, x.shape, { across: ratio(0), down: ratio(1) });
        const isErased = build.multiply(mask, chosen(tools, factor));
        const fill =
          fillValue === null
            ? build.multiply(draw.normal(1, x.shape.slice(1)), build.constant(valueRange[1]))
            : constantOf(build, fillValue);
        return build.select(isErased, clipTo(build, fill, valueRange), x);
      },
      Array.isArray(fillValue) ? requireColors : requireImage,
    );
  });
}
randomErasing.facts = layerFacts<RandomErasingOptions>({
  name: "randomErasing",
  options: {
    factor: "factor",
    scale: "scale",
    fillValue: "fill_value",
    valueRange: "value_range",
    seed: "seed",
  },
  keras: { className: "RandomErasing" },
});

function requireFill(fill: RandomErasingOptions["fillValue"]): void {
  const isList = Array.isArray(fill) && fill.length === 3 && fill.every(Number.isFinite);
  const fits = fill === null || isList || Number.isFinite(fill);
  requireOption("fillValue", fill, fits, "a number, three of them in a list, or null");
}

/** Which pixels lie in a rectangle, and how much of the image it is. */
export interface Box {
  /** 1 inside, 0 outside: `[N, H, W, 1]`. */
  readonly mask: Node;
  /** `[N, 1, 1, 1]` */
  readonly area: Node;
}

/** A rectangle in each image, of shares of its height and width `[N, 1, 1, 1]`, at a random place. */
export function randomBox(
  build: Builder,
  draw: RandomDraw,
  [, height, width]: Shape,
  { across, down }: { readonly across: Node; readonly down: Node },
): Box {
  const within = (length: number, ratio: Node, shape: Shape) => {
    const size = build.multiply(ratio, build.constant(length));
    const room = build.subtract(build.constant(length), size);
    const start = build.multiply(draw.uniform(0, 1, perImage), room);
    const middles = build.samplePositions(length, length);
    const pixels = build.reshape(build.subtract(middles, build.constant(0.5)), shape);
    const isAfter = build.lessEqual(start, pixels);
    return build.multiply(isAfter, build.less(pixels, build.add(start, size)));
  };
  const columns = within(width, across, [1, 1, width, 1]);
  const rows = within(height, down, [1, height, 1, 1]);
  return { mask: build.multiply(rows, columns), area: build.multiply(across, down) };
}
