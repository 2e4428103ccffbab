// What the points of a detector say, as boxes and scores.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { isWhole } from "../../core/option.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { constantOf } from "./constants.ts";

export interface BoxDecodingOptions extends CommonOptions {
  /** The distance between neighbouring points of each map in pixels of the image, one for each input. */
  readonly strides: readonly number[];
}

/** The largest exponent of a distance: 8 makes it almost 3000 strides. */
const largestExponent = 8;

/**
 * Boxes and scores at the points of several maps: `[N, H, W, 4 + K]` for each stride `→ [N, P, 4 + K]`, where P is
 * the number of points of all maps, map after map, row by row.
 *
 * The point in row i and column j of a map lies at x = (j + ½) · stride, y = (i + ½) · stride. The first four numbers
 * there are the logarithms of its distances to the left, top, right and bottom edge of a box, in strides. They become
 * the edges, in pixels: left = x − stride · exp(l), right = x + stride · exp(r), and so on. The other K become
 * scores from 0 to 1 by the sigmoid function. Source: Tian et al., "FCOS: Fully Convolutional One-Stage Object
 * Detection", ICCV 2019. Keras has no such layer.
 *
 * @throws ConfigError if a stride is invalid, ShapeError if the maps do not belong to one image.
 * @example layers.boxDecoding({ strides: [8, 16] }).apply([fine, coarse])
 */
export function boxDecoding(options: BoxDecodingOptions): LayerInstance<BoxDecodingOptions> {
  return makeLayer(boxDecoding.facts, options, (given) => {
    const { strides } = given;
    requireStrides(strides);
    return {
      options: given,
      severalInputs: true,
      plan(inputs) {
        requireMaps(inputs, strides);
        const channels = inputs[0][2];
        const points = inputs.reduce((sum, [height, width]) => sum + height * width, 0);
        return {
          outputShape: [points, channels],
          call(maps, { build }) {
            const parts = maps.map((map, level) => partsOf(build, map, strides[level]));
            const joined = (all: readonly Node[]) =>
              all.length === 1 ? all[0] : build.concatenate(all, 1);
            const boxes = joined(parts.map((part) => part.boxes));
            const scores = build.sigmoid(joined(parts.map((part) => part.logits)));
            return build.concatenate([boxes, scores], 2);
          },
        };
      },
    };
  });
}
boxDecoding.facts = layerFacts<BoxDecodingOptions>({
  name: "boxDecoding",
  options: { strides: null },
  example: "{ strides: [8, 16, 32] }",
});

/** The boxes `[N, H · W, 4]` of one map, and the logits of its scores `[N, H · W, K]`. */
function partsOf(build: Builder, map: Node, stride: number) {
  const [count, height, width, channels] = map.shape;
  const points = height * width;
  const rows = build.reshape(map, [count, points, channels]);
  const raw = build.slice(rows, [0, 0, 0], [count, points, 4]);
  const logits = build.slice(rows, [0, 0, 4], [count, points, channels - 4]);
  const bounded = build.minimum(raw, build.constant(largestExponent));
  const outwards = constantOf(build, [-stride, -stride, stride, stride]);
  const distances = build.multiply(build.exponential(bounded), outwards);
  return { boxes: build.add(pointsOf(build, [height, width], stride), distances), logits };
}

/** The points of a map as x, y, x, y in pixels: `[H · W, 4]`. */
function pointsOf(
  build: Builder,
  [height, width]: readonly [number, number],
  stride: number,
): Node {
  const along = (length: number) => build.samplePositions(length * stride, length);
  const x = build.broadcastTo(build.reshape(along(width), [1, width, 1]), [height, width, 1]);
  const y = build.broadcastTo(build.reshape(along(height), [height, 1, 1]), [height, width, 1]);
  return build.reshape(build.concatenate([x, y, x, y], 2), [height * width, 4]);
}

/** @throws ConfigError unless every stride is a whole number of at least 1. */
function requireStrides(strides: readonly number[]): void {
  const fits = Array.isArray(strides) && strides.length > 0;
  if (fits && strides.every((stride) => isWhole(stride, 1))) return;
  throw new ConfigError({
    what: "The option strides cannot be used.",
    expected: "a list of whole numbers of at least 1, one for each input",
    received: JSON.stringify(strides),
  });
}

/** @throws ShapeError unless there is a map for each stride, all of one image. */
function requireMaps(maps: readonly Shape[], strides: readonly number[]): void {
  const received = maps.map(formatShape).join(", ");
  const refuse = (expected: string) => {
    throw new ShapeError({
      what: "boxDecoding takes a map for each stride, all of one image.",
      expected,
      received,
    });
  };
  if (maps.length !== strides.length)
    refuse(`${strides.length} maps, for strides ${strides.join(", ")}`);
  const channels = maps[0].at(-1) ?? 0;
  const areMaps = maps.every((map) => map.length === 3 && map[2] === channels);
  if (!areMaps || channels < 5) refuse("[H, W, 4 + K] each, with one K of at least 1");
  const sides = (axis: number) => maps.map((map, level) => map[axis] * strides[level]);
  const isOne = (list: readonly number[]) => list.every((side) => side === list[0]);
  if (!isOne(sides(0)) || !isOne(sides(1)))
    refuse("H · stride and W · stride the same for all maps");
}
