// Images seen from another side at random, as a layer.

import { requireNumber } from "../../core/option.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import {
  channelsLast,
  checkMoving,
  type InterpolationOptions,
  movingPlan,
} from "./geometric-layer.ts";
import { type Entries, type Entry, identityMatrix, type Matrix } from "./geometry.ts";
import { type Factor, factorOf } from "./value-range.ts";

export interface RandomPerspectiveOptions extends InterpolationOptions {
  /**
   * The range from which each image draws the probability that it is changed, from 0 to 1. One number f
   * stands for [0, f]. Default: 1.
   */
  readonly factor?: Factor;
  /** How far corners move, as a part of the image's size: up to half of it. From 0 to 1. Default: 1. */
  readonly scale?: number;
}

/**
 * Changes the perspective of images in training by moving their corners: `[N, H, W, C]`, shape unchanged.
 * The upper left corner stays. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomPerspective({ factor: 0.5, scale: 0.3 })
 */
export function randomPerspective(
  options: RandomPerspectiveOptions = {},
): LayerInstance<RandomPerspectiveOptions> {
  return makeLayer(randomPerspective.facts, options, (given) => {
    const settings = {
      factor: 1 as Factor,
      scale: 1,
      interpolation: "bilinear" as const,
      fillValue: 0,
      ...given,
    };
    const { factor, scale, interpolation, fillValue } = settings;
    const sampling = { interpolation, fillMode: "constant", fillValue } as const;
    checkMoving(settings, sampling);
    requireNumber("scale", scale, { least: 0, most: 1 });
    const [least, most] = factorOf("factor", factor, [0, 1]);
    return {
      options: settings,
      plan: ([input]) =>
        movingPlan(input, {
          layer: "randomPerspective",
          options: settings,
          sampling,
          moves: most > 0 && scale > 0 && input[0] > 1 && input[1] > 1,
          move({ draw, entries, context: { build }, count, height, width }) {
            const probability = draw.uniform(least, most, [1, 1]);
            const changes = build.less(draw.uniform(0, 1, [1, 1]), probability);
            const shares = draw.uniform(1 - scale / 2, 1 + scale / 2, [4, 2]);
            const moved = (corner: number, axis: 0 | 1) => {
              const share = build.slice(shares, [0, corner, axis], [count, 1, 1]);
              return entries.multiply(share, (axis === 0 ? width : height) - 1);
            };
            const corners = [
              [moved(1, 0), 0],
              [moved(3, 0), moved(3, 1)],
              [0, moved(2, 1)],
            ] as const;
            const toUnit = entries.inverse(fromUnitSquare(entries, corners));
            const toImage: Matrix = [width - 1, 0, 0, 0, height - 1, 0, 0, 0, 1];
            const matrix = entries.product(toImage, toUnit);
            const chosen = matrix.map((entry, i) =>
              entries.select(changes, entry, identityMatrix[i]),
            );
            return { matrix: chosen as unknown as Matrix };
          },
        }),
    };
  });
}
randomPerspective.facts = layerFacts<RandomPerspectiveOptions>({
  name: "randomPerspective",
  options: {
    factor: "factor",
    scale: "scale",
    interpolation: "interpolation",
    fillValue: "fill_value",
    seed: "seed",
  },
  keras: { className: "RandomPerspective", fixed: channelsLast },
  example: "{ scale: 0.3 }",
});

type Corner = readonly [x: Entry, y: Entry];

/**
 * The perspective that takes the corners of the unit square, but for the first, which stays at the origin,
 * to these places, clockwise. Heckbert, "Fundamentals of texture mapping and image warping", 1989, 2.2.
 */
function fromUnitSquare(e: Entries, [p, q, r]: readonly [Corner, Corner, Corner]): Matrix {
  const [dx1, dx2] = [e.subtract(p[0], q[0]), e.subtract(r[0], q[0])];
  const [dy1, dy2] = [e.subtract(p[1], q[1]), e.subtract(r[1], q[1])];
  const sx = e.subtract(e.subtract(q[0], p[0]), r[0]);
  const sy = e.subtract(e.subtract(q[1], p[1]), r[1]);
  const cross = (a: Entry, b: Entry, c: Entry, d: Entry) =>
    e.subtract(e.multiply(a, d), e.multiply(b, c));
  const whole = cross(dx1, dx2, dy1, dy2);
  const g = e.divide(cross(sx, dx2, sy, dy2), whole);
  const h = e.divide(cross(dx1, sx, dy1, sy), whole);
  const along = (corner: Corner, lean: Entry, axis: 0 | 1) =>
    e.multiply(corner[axis], e.add(lean, 1));
  return [along(p, g, 0), along(r, h, 0), 0, along(p, g, 1), along(r, h, 1), 0, g, h, 1];
}
