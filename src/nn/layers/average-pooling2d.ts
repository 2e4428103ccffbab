// The mean of each window, as a layer.

import type { Layer } from "../layer.ts";
import { type Pooling2dOptions, pooling2d } from "./pooling2d.ts";

/**
 * Average pooling: `[N, H, W, C] → [N, P, Q, C]`, the mean of each window, channel by channel. Pixels
 * of padding do not count. Source: LeCun et al., 1998 (LeNet-5); as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.averagePooling2d({ poolSize: 2 })
 */
export function averagePooling2d(options: Pooling2dOptions = {}): Layer<Pooling2dOptions> {
  const names = { kind: "averagePooling2d", className: "AveragePooling2D" };
  return pooling2d(names, options, (build, x, window) => build.averagePool(x, window));
}
