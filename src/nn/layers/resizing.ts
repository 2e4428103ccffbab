// Images of a chosen size, as a layer.

import { ConfigError } from "../../core/errors.ts";
import { type CommonOptions, type Layer, requireImage, requireWhole } from "../layer.ts";
import { type Interpolation, requireInterpolation } from "./interpolation.ts";
import { requireNumber } from "./numbers.ts";
import { cropToAspect, padToAspect, resizeImage } from "./resize-image.ts";

export interface ResizingOptions extends CommonOptions {
  /** P, rows of the result. */
  readonly height: number;
  /** Q, columns of the result. */
  readonly width: number;
  /** `bilinear`, `nearest`, `bicubic`, `lanczos3`, `lanczos5` or `area`. Default: `bilinear`. */
  readonly interpolation?: Interpolation;
  /**
   * Cuts the image to the result's proportions first, instead of stretching it. Default: false.
   */
  readonly cropToAspectRatio?: boolean;
  /** Fills the image up to the result's proportions first. Default: false. */
  readonly padToAspectRatio?: boolean;
  /** What it is filled up with. Default: 0. */
  readonly fillValue?: number;
  /**
   * Whether all pixels count where the image shrinks; `nearest` and `area` do not change. Default:
   * false.
   */
  readonly antialias?: boolean;
}

/**
 * Resizing: `[N, H, W, C] → [N, P, Q, C]`. As in Keras on TensorFlow.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input is not an image.
 * @example layers.resizing({ height: 224, width: 224, inputShape: [300, 400, 3] })
 */
export function resizing(options: ResizingOptions): Layer<ResizingOptions> {
  const settings = {
    interpolation: "bilinear" as Interpolation,
    cropToAspectRatio: false,
    padToAspectRatio: false,
    fillValue: 0,
    antialias: false,
    ...options,
  };
  const { height, width, interpolation, cropToAspectRatio, padToAspectRatio } = settings;
  requireWhole(height, "height");
  requireWhole(width, "width");
  requireInterpolation(interpolation);
  requireNumber(settings.fillValue, "fillValue");
  if (cropToAspectRatio && padToAspectRatio) {
    throw new ConfigError({
      what: "resizing cannot both cut and fill up.",
      expected: "cropToAspectRatio or padToAspectRatio",
      received: "both",
    });
  }
  const size = [height, width] as const;
  return {
    kind: "resizing",
    className: "Resizing",
    options: settings,
    plan([input]) {
      requireImage(input, "resizing");
      return {
        outputShape: [height, width, input[2]],
        weights: [],
        macs: 0,
        call([x], { build }) {
          let image = x;
          if (cropToAspectRatio) image = cropToAspect(build, x, size);
          if (padToAspectRatio) image = padToAspect(build, x, size, settings.fillValue);
          return resizeImage(build, image, size, interpolation, settings.antialias);
        },
      };
    },
  };
}
