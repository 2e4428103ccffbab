// What the two windowed pooling layers of sequences share.

import type { Builder, PoolOptions } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { resolveWindow } from "../../graph/window.ts";
import { type CommonOptions, type Layer, requirePadding, requireWhole } from "../layer.ts";
import { requireSequence } from "./sequences.ts";

export interface Pooling1dOptions extends CommonOptions {
  /** The window's length. Default: 2. */
  readonly poolSize?: number;
  /** Steps along the sequence. Default: the window's length. */
  readonly strides?: number;
  /** `valid` (the default) or `same`. */
  readonly padding?: "valid" | "same";
}

/** A layer that joins each window of each channel by `pool`. */
export function pooling1d(
  names: { readonly kind: string; readonly className: string },
  options: Pooling1dOptions,
  pool: (build: Builder, x: Node, options: PoolOptions) => Node,
): Layer<Pooling1dOptions> {
  const { poolSize = 2, padding = "valid" } = options;
  const { strides = poolSize } = options;
  requireWhole(poolSize, "poolSize");
  requireWhole(strides, "strides");
  requirePadding(padding);
  const window = { size: [1, poolSize], strides: [1, strides], padding } as const;
  return {
    ...names,
    options: { ...options, poolSize, strides, padding },
    plan([input]) {
      requireSequence(input, names.kind);
      const [length, channels] = input;
      const [, along] = resolveWindow([1, length], window.size, window);
      return {
        outputShape: [along.output, channels],
        weights: [],
        macs: 0,
        reach: { size: [poolSize, 1], stride: [strides, 1] },
        call([x], { build }) {
          // A sequence is an image that is one pixel high.
          const row = build.reshape(x, [x.shape[0], 1, length, channels]);
          return build.reshape(pool(build, row, window), [x.shape[0], along.output, channels]);
        },
      };
    },
  };
}
