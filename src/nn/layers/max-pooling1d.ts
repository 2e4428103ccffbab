// The largest of each window of a sequence, as a layer.

import type { Layer } from "../layer.ts";
import { type Pooling1dOptions, pooling1d } from "./pooling1d.ts";

/**
 * Max pooling along one axis: `[N, L, C] → [N, P, C]`, the largest of each window, channel by
 * channel. The gradient goes to the first largest. As in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.maxPooling1d({ poolSize: 2 })
 */
export function maxPooling1d(options: Pooling1dOptions = {}): Layer<Pooling1dOptions> {
  const names = { kind: "maxPooling1d", className: "MaxPooling1D" };
  return pooling1d(names, options, (build, x, window) => build.maxPool(x, window));
}
