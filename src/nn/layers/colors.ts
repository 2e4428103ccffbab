// Colours of images as parts of a graph: grey, and hue, saturation and value.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { requireImage } from "../layer.ts";
import { clip, oneMinus } from "../losses/formulas.ts";
import { constantOf } from "./constants.ts";
import { orOne } from "./value-counts.ts";

/** How bright red, green and blue are. ITU-R BT.601, in the digits of TensorFlow. */
const brightness = [0.2989, 0.587, 0.114];

/** @throws ShapeError unless `input` is an image `[H, W, 3]`, or `[H, W, 1]` where `grey` is allowed. */
export function requireColors(input: Shape, layer: string, { grey = false } = {}): void {
  requireImage(input, layer);
  const channels = input[2];
  if (channels === 3 || (grey && channels === 1)) return;
  throw new ShapeError({
    what: `${layer} works on colours: red, green and blue.`,
    expected: grey ? "[H, W, 3] or [H, W, 1]" : "[H, W, 3]",
    received: formatShape(input),
  });
}

/** The brightness of each pixel: `[N, H, W, 3] → [N, H, W, 1]`; an image that is grey stays as it is. */
export function greyOf(build: Builder, x: Node): Node {
  if (x.shape[3] === 1) return x;
  const weighed = build.multiply(x, constantOf(build, brightness));
  return build.sum(weighed, { axes: [3], keepDimensions: true });
}

/** Hue and saturation from 0 to 1, and value, the largest channel: each `[N, H, W, 1]`. */
export interface HueSaturationValue {
  readonly hue: Node;
  readonly saturation: Node;
  readonly value: Node;
}

/** The hue, the saturation and the value of red, green and blue. Smith, SIGGRAPH 1978. */
export function toHsv(build: Builder, x: Node): HueSaturationValue {
  const [count, height, width] = x.shape;
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    build.slice(x, [0, 0, 0, channel], [count, height, width, 1]),
  );
  const value = build.maximum(build.maximum(red, green), blue);
  const range = build.subtract(value, build.minimum(build.minimum(red, green), blue));
  const zero = build.constant(0);
  const isColored = build.less(zero, range);
  const sixth = build.divide(
    build.constant(1),
    build.multiply(build.constant(6), orOne(build, range)),
  );
  const turn = (a: Node, b: Node, start: number) =>
    build.add(build.multiply(sixth, build.subtract(a, b)), build.constant(start));
  const between = build.select(
    build.equal(green, value),
    turn(blue, red, 2 / 6),
    turn(red, green, 4 / 6),
  );
  const angle = build.select(build.equal(red, value), turn(green, blue, 0), between);
  const forwards = build.select(
    build.less(angle, zero),
    build.add(angle, build.constant(1)),
    angle,
  );
  const share = build.divide(range, orOne(build, value));
  return {
    hue: build.select(isColored, forwards, zero),
    saturation: build.select(build.less(zero, value), share, zero),
    value,
  };
}

/** Red, green and blue again: `[N, H, W, 3]`. */
export function fromHsv(build: Builder, { hue, saturation, value }: HueSaturationValue): Node {
  // Each channel is a trapezium over the hue, around its own colour.
  const [middles, signs, starts] = [
    [3, 2, 4],
    [1, -1, -1],
    [-1, 2, 2],
  ].map((numbers) => constantOf(build, numbers));
  const turned = build.subtract(build.multiply(hue, build.constant(6)), middles);
  const side = build.add(build.multiply(build.absolute(turned), signs), starts);
  const strength = clip(side, 0, 1, build);
  const mixed = build.add(oneMinus(saturation, build), build.multiply(saturation, strength));
  return build.multiply(mixed, value);
}
