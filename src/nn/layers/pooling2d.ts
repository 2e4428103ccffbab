// What the two windowed pooling layers share.

import { ConfigError } from "../../core/errors.ts";
import type { Builder, PoolOptions } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type Padding, resolveWindow } from "../../graph/window.ts";
import {
  type CommonOptions,
  type Layer,
  type Pair,
  pairOf,
  requireImage,
  requirePadding,
} from "../layer.ts";

export interface Pooling2dOptions extends CommonOptions {
  /** Height and width of the window in pixels. Default: 2. */
  readonly poolSize?: Pair;
  /** Steps down and right in pixels. Default: the window's size. */
  readonly strides?: Pair;
  /** `valid` (the default), `same`, or rows and columns around the image. */
  readonly padding?: Padding;
}

/** @throws ConfigError where a window could lie outside the image, where it would have no value. */
function requireSomeImage(padding: Padding, [rows, columns]: readonly [number, number]): void {
  if (typeof padding === "string") return;
  const { top, bottom, left, right } = padding;
  if (Math.max(top, bottom) < rows && Math.max(left, right) < columns) return;
  throw new ConfigError({
    what: "The option padding is larger than the window.",
    expected: `at most ${rows - 1} rows and ${columns - 1} columns on each side`,
    received: JSON.stringify(padding),
  });
}

/** A layer that joins each window of each channel by `pool`. */
export function pooling2d(
  names: { readonly kind: string; readonly className: string },
  options: Pooling2dOptions,
  pool: (build: Builder, x: Node, options: PoolOptions) => Node,
): Layer<Pooling2dOptions> {
  const { poolSize = 2, padding = "valid" } = options;
  const size = pairOf(poolSize, "poolSize");
  const strides = pairOf(options.strides ?? size, "strides");
  requirePadding(padding);
  requireSomeImage(padding, size);
  return {
    ...names,
    options: { ...options, poolSize: size, strides, padding },
    plan([input]) {
      requireImage(input, names.kind);
      const [height, width, channels] = input;
      const window = resolveWindow([height, width], size, { strides, padding });
      return {
        outputShape: [window[0].output, window[1].output, channels],
        weights: [],
        macs: 0,
        reach: { size, stride: strides },
        call: ([x], { build }) => pool(build, x, { size, strides, padding }),
      };
    },
  };
}
