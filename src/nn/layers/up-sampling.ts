// Up-sampling as layers: longer sequences from shorter ones, larger images from smaller ones.

import {
  type Interpolation,
  interpolationReach,
  requireInterpolation,
} from "../../core/interpolation.ts";
import { requireWhole } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, type Pair, pairOf, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { interpolatedReach } from "../reach.ts";
import { repeatAlong } from "./repeat-along.ts";
import { resizeImage } from "./resize-image.ts";
import { sequences } from "./space.ts";

export interface UpSampling1dOptions extends CommonOptions {
  /** How often each time step is repeated. Default: 2. */
  readonly size?: number;
}

export interface UpSampling2dOptions extends CommonOptions {
  /** The factor by which rows and columns grow. Default: 2. */
  readonly size?: Pair;
  /**
   * `nearest` repeats pixels, `bilinear` interpolates linearly between the centres of pixels;
   * `bicubic`, `lanczos3`, `lanczos5` and `area` are those of `resizing`. Default: `nearest`.
   */
  readonly interpolation?: Interpolation;
}

/**
 * Up-sampling in time: `[N, L, C] → [N, L · size, C]`, each time step repeated `size` times. As in Keras.
 *
 * @throws ConfigError if the size is invalid, ShapeError if the input is not a sequence.
 * @example layers.upSampling1d({ size: 3 })
 */
export function upSampling1d(
  options: UpSampling1dOptions = {},
): LayerInstance<UpSampling1dOptions> {
  return makeLayer(upSampling1d.facts, options, (given) => {
    const { size = 2 } = given;
    requireWhole("size", size);
    return {
      options: { ...given, size },
      plan([input]) {
        sequences.require(input, "upSampling1d");
        return {
          outputShape: [input[0] * size, input[1]],
          reach: interpolatedReach([input[0], 1], [input[0] * size, 1], [0.5, 0.5]),
          call: ([x], { build }) => repeatAlong(build, x, 1, size),
        };
      },
    };
  });
}
upSampling1d.facts = layerFacts<UpSampling1dOptions>({
  name: "upSampling1d",
  options: { size: "size" },
  keras: { className: "UpSampling1D" },
  example: "{ size: 2 }",
});

/**
 * Up-sampling of images: `[N, H, W, C] → [N, H · size, W · size, C]`. Positions are those of the centres
 * of pixels; beyond the outermost centres the image continues with its border pixels. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.upSampling2d({ size: 2, interpolation: "bilinear" })
 */
export function upSampling2d(
  options: UpSampling2dOptions = {},
): LayerInstance<UpSampling2dOptions> {
  return makeLayer(upSampling2d.facts, options, (given) => {
    const { interpolation = "nearest" } = given;
    const size = pairOf(given.size ?? 2, "size");
    requireInterpolation(interpolation);
    const radius = interpolationReach[interpolation] / 2;
    return {
      options: { ...given, size, interpolation },
      plan([input]) {
        requireImage(input, "upSampling2d");
        const [height, width, channels] = input;
        return {
          outputShape: [height * size[0], width * size[1], channels],
          reach: interpolatedReach(
            [height, width],
            [height * size[0], width * size[1]],
            [radius, radius],
          ),
          call: ([x], { build }) => enlarge(build, x, size, interpolation),
        };
      },
    };
  });
}
upSampling2d.facts = layerFacts<UpSampling2dOptions>({
  name: "upSampling2d",
  options: { size: "size", interpolation: "interpolation" },
  keras: { className: "UpSampling2D" },
  example: "{ size: 2 }",
});

function enlarge(
  build: Builder,
  x: Node,
  [high, wide]: readonly [number, number],
  interpolation: Interpolation,
): Node {
  if (interpolation !== "nearest" && interpolation !== "bilinear") {
    const size = [x.shape[1] * high, x.shape[2] * wide] as const;
    return resizeImage(build, x, size, interpolation, false);
  }
  const along = { nearest: repeatAlong, bilinear: interpolate }[interpolation];
  return along(build, along(build, x, 1, high), 2, wide);
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
