// Larger images from smaller ones, as a layer.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, type Layer, type Pair, pairOf, requireImage } from "../layer.ts";
import { type Interpolation, interpolationReach, requireInterpolation } from "./interpolation.ts";
import { repeatAlong } from "./repeat-along.ts";
import { resizeImage } from "./resize-image.ts";

export interface UpSampling2dOptions extends CommonOptions {
  /** How many times as many rows and columns. Default: 2. */
  readonly size?: Pair;
  /**
   * `nearest` repeats pixels, `bilinear` draws straight lines between their middles; `bicubic`,
   * `lanczos3`, `lanczos5` and `area` are those of `resizing`. Default: `nearest`.
   */
  readonly interpolation?: Interpolation;
}

/**
 * Straight lines between neighbours along `axis`: the results between two middles share a formula.
 */
function interpolate(build: Builder, x: Node, axis: number, factor: number): Node {
  const { shape } = x;
  const length = shape[axis];
  const none = shape.map(() => 0);
  const part = (start: number, size: number) =>
    build.slice(x, none.with(axis, start), shape.with(axis, size));
  const before = build.concatenate([part(0, 1), x], axis);
  const around = build.concatenate([before, part(length - 1, 1)], axis);
  const phases = Array.from({ length: factor }, (_, phase) => {
    const position = (phase + 0.5) / factor + 0.5;
    const share = position - Math.floor(position);
    const [left, right] = [0, 1].map((next) =>
      build.slice(around, none.with(axis, Math.floor(position) + next), shape),
    );
    const sum = build.add(
      build.multiply(left, build.constant(1 - share)),
      build.multiply(right, build.constant(share)),
    );
    return build.reshape(sum, shape.toSpliced(axis + 1, 0, 1));
  });
  const stacked = build.concatenate(phases, axis + 1);
  return build.reshape(stacked, shape.with(axis, length * factor));
}

/**
 * Up-sampling: `[N, H, W, C] → [N, H · size, W · size, C]`. Positions are those of the pixels'
 * middles, and beyond the outermost ones the image goes on as it ends. As in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input is not an image.
 * @example layers.upSampling2d({ size: 2, interpolation: "bilinear" })
 */
export function upSampling2d(options: UpSampling2dOptions = {}): Layer<UpSampling2dOptions> {
  const { interpolation = "nearest" } = options;
  const size = pairOf(options.size ?? 2, "size");
  requireInterpolation(interpolation);
  const enlarge = (build: Builder, x: Node) => {
    if (interpolation !== "nearest" && interpolation !== "bilinear") {
      const rows = [x.shape[1] * size[0], x.shape[2] * size[1]] as const;
      return resizeImage(build, x, rows, interpolation, false);
    }
    const along = { nearest: repeatAlong, bilinear: interpolate }[interpolation];
    return along(build, along(build, x, 1, size[0]), 2, size[1]);
  };
  const seen = interpolationReach[interpolation];
  return {
    kind: "upSampling2d",
    className: "UpSampling2D",
    options: { ...options, size, interpolation },
    plan([input]) {
      requireImage(input, "upSampling2d");
      const [height, width, channels] = input;
      return {
        outputShape: [height * size[0], width * size[1], channels],
        weights: [],
        macs: 0,
        reach: {
          size: [seen, seen],
          stride: [1 / size[0], 1 / size[1]],
        },
        call: ([x], { build }) => enlarge(build, x),
      };
    },
  };
}
