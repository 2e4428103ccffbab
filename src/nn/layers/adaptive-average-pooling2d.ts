// The mean of as many windows as are asked for, as a layer.

import type { Layer } from "../layer.ts";
import { type AdaptivePooling2dOptions, adaptivePooling2d } from "./adaptive-pooling2d.ts";

/**
 * Adaptive average pooling: `[N, H, W, C] → [N, P, Q, C]`, the mean of each of P by Q windows,
 * channel by channel; window p begins at row ⌊p · H / P⌋ and ends before ⌈(p + 1) · H / P⌉, and
 * columns alike. Source: PyTorch's layer of that name; as in Keras.
 *
 * @throws ConfigError where the size cannot be used, ShapeError where the input is not an image.
 * @example layers.adaptiveAveragePooling2d({ outputSize: [7, 7] })
 */
export function adaptiveAveragePooling2d(
  options: AdaptivePooling2dOptions,
): Layer<AdaptivePooling2dOptions> {
  const names = { kind: "adaptiveAveragePooling2d", className: "AdaptiveAveragePooling2D" };
  return adaptivePooling2d(names, options, (build, x, window) => build.averagePool(x, window));
}
