// The mean of each window of a sequence, as a layer.

import type { Layer } from "../layer.ts";
import { type Pooling1dOptions, pooling1d } from "./pooling1d.ts";

/**
 * Average pooling along one axis: `[N, L, C] → [N, P, C]`, the mean of each window, channel by
 * channel. Padding does not count. As in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.averagePooling1d({ poolSize: 2 })
 */
export function averagePooling1d(options: Pooling1dOptions = {}): Layer<Pooling1dOptions> {
  const names = { kind: "averagePooling1d", className: "AveragePooling1D" };
  return pooling1d(names, options, (build, x, window) => build.averagePool(x, window));
}
