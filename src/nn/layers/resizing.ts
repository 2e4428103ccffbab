// Images of a chosen size, as a layer.

import { ConfigError } from "../../core/errors.ts";
import {
  type Interpolation,
  interpolationReach,
  requireInterpolation,
} from "../../core/interpolation.ts";
import { requireNumber, requireWhole } from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { dividedReach, interpolatedReach, type Reach } from "../reach.ts";
import { cropToAspect, padToAspect, resizeImage } from "./resize-image.ts";

export interface ResizingOptions extends CommonOptions {
  /** P, rows of the output. */
  readonly height: number;
  /** Q, columns of the output. */
  readonly width: number;
  /**
   * `nearest`, `bilinear`, `bicubic`, `lanczos3`, `lanczos5`, or `area`, the mean of the area that a
   * pixel covers. Default: `bilinear`.
   */
  readonly interpolation?: Interpolation;
  /**
   * Whether the image is cropped to the output's aspect ratio first, instead of being distorted.
   * Default: false.
   */
  readonly cropToAspectRatio?: boolean;
  /**
   * Whether the image is padded to the output's aspect ratio first, instead of being distorted.
   * Default: false.
   */
  readonly padToAspectRatio?: boolean;
  /** The value of padding. Default: 0. */
  readonly fillValue?: number;
  /**
   * Whether all pixels count when the image shrinks. It makes no difference to `nearest` and `area`.
   * Default: false.
   */
  readonly antialias?: boolean;
}

/**
 * Resizes images: `[N, H, W, C] → [N, P, Q, C]`. As in Keras on TensorFlow.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.resizing({ height: 224, width: 224, inputShape: [300, 400, 3] })
 */
export function resizing(options: ResizingOptions): LayerInstance<ResizingOptions> {
  return makeLayer(resizing.facts, options, (given) => {
    const settings = {
      interpolation: "bilinear" as const,
      cropToAspectRatio: false,
      padToAspectRatio: false,
      fillValue: 0,
      antialias: false,
      ...given,
    };
    const { height, width, interpolation, cropToAspectRatio, padToAspectRatio } = settings;
    requireWhole("height", height);
    requireWhole("width", width);
    requireInterpolation(interpolation);
    requireNumber("fillValue", settings.fillValue);
    if (cropToAspectRatio && padToAspectRatio) {
      throw new ConfigError({
        what: "resizing cannot both crop and pad.",
        expected: "cropToAspectRatio or padToAspectRatio",
        received: "both",
      });
    }
    const size = [height, width] as const;
    return {
      options: settings,
      plan([input]) {
        requireImage(input, "resizing");
        return {
          outputShape: [height, width, input[2]],
          ...(cropToAspectRatio || padToAspectRatio ? {} : { reach: reachOf(input, settings) }),
          call([x], { build }) {
            let image = x;
            if (cropToAspectRatio) image = cropToAspect(build, x, size);
            if (padToAspectRatio) image = padToAspect(build, x, size, settings.fillValue);
            return resizeImage(build, image, size, interpolation, settings.antialias);
          },
        };
      },
    };
  });
}
resizing.facts = layerFacts<ResizingOptions>({
  name: "resizing",
  options: {
    height: "height",
    width: "width",
    interpolation: "interpolation",
    cropToAspectRatio: "crop_to_aspect_ratio",
    padToAspectRatio: "pad_to_aspect_ratio",
    fillValue: "fill_value",
    antialias: "antialias",
  },
  keras: {
    className: "Resizing",
    fixed: { fill_mode: "constant" },
    // Keras 2 knows no others.
    ownFixed: { padToAspectRatio: false, fillValue: 0, antialias: false },
  },
  example: "{ height: 224, width: 224 }",
});

/** Which pixels each result is computed from, where nothing is cropped and nothing padded. */
function reachOf(
  [rows, columns]: Shape,
  { height, width, interpolation, antialias }: Required<Omit<ResizingOptions, keyof CommonOptions>>,
): Reach {
  const [input, output] = [[rows, columns] as const, [height, width] as const];
  if (interpolation === "area") return dividedReach(input, output);
  const widened = (axis: 0 | 1) => {
    const isWider = antialias && interpolation !== "nearest";
    const shrinking = isWider ? Math.max(1, input[axis] / output[axis]) : 1;
    return (interpolationReach[interpolation] / 2) * shrinking;
  };
  return interpolatedReach(input, output, [widened(0), widened(1)]);
}
