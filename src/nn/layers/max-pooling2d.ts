// The largest of each window, as a layer.

import type { Layer } from "../layer.ts";
import { type Pooling2dOptions, pooling2d } from "./pooling2d.ts";

/**
 * Max pooling: `[N, H, W, C] → [N, P, Q, C]`, the largest pixel of each window, channel by channel.
 * The gradient goes to the first largest. Source: Ranzato et al., CVPR 2007; as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.maxPooling2d({ poolSize: 2 })
 */
export function maxPooling2d(options: Pooling2dOptions = {}): Layer<Pooling2dOptions> {
  const names = { kind: "maxPooling2d", className: "MaxPooling2D" };
  return pooling2d(names, options, (build, x, window) => build.maxPool(x, window));
}
