// Some of many augmentations, as a layer.

import { requireWhole, requireWord } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { applyChosen, type PartName, partsOf, plansOf } from "./augmentation-parts.ts";
import { colorAugmentation } from "./color-augmentation.ts";
import { requireColors } from "./colors.ts";
import type { SeedOptions } from "./noise.ts";
import { randomDraw } from "./random-draw.ts";
import {
  bytes,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandAugmentOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /** How many layers are applied, one after another. Default: 2. */
  readonly numOps?: number;
  /**
   * The factor of all layers: f for random numbers from 0 to f, or the lowest and the highest, from 0 to 1.
   * Default: 0.5.
   */
  readonly factor?: Factor;
  /** Interpolation of the layers that move images. Default: `bilinear`. */
  readonly interpolation?: "nearest" | "bilinear";
}

const names: readonly PartName[] = [
  "shear",
  "translation",
  "rotation",
  "brightness",
  "colorDegeneration",
  "contrast",
  "sharpness",
  "posterization",
  "solarization",
  "autoContrast",
  "equalization",
];

/**
 * RandAugment: `[N, H, W, 3]` or `[N, H, W, 1]`, shape unchanged. Training applies `numOps` of eleven layers in
 * a row, chosen anew for each batch, each with random numbers for each image: shear, translation, rotation,
 * brightness, colour degeneration, contrast, sharpness, posterization, solarization, auto contrast and
 * equalization. All of them are computed, so it costs more than single layers. Outside of training
 * nothing changes. As in Keras. Source: Cubuk et al., "RandAugment: practical automated data augmentation with
 * a reduced search space", NeurIPS 2020.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image of colours or grey.
 * @example layers.randAugment({ factor: 0.3, valueRange: [0, 1] })
 */
export function randAugment(options: RandAugmentOptions = {}): LayerInstance<RandAugmentOptions> {
  return makeLayer(randAugment.facts, options, (given) => {
    const settings = {
      valueRange: bytes,
      numOps: 2,
      factor: 0.5,
      interpolation: "bilinear" as const,
      ...given,
    };
    const { valueRange, numOps, interpolation, seed } = settings;
    requireValueRange(valueRange);
    requireWhole("numOps", numOps);
    requireWord("interpolation", interpolation, ["nearest", "bilinear"]);
    const factor = factorOf("factor", settings.factor, [0, 1]);
    const inner = partsOf(names, { factor, interpolation, valueRange, seed });
    return colorAugmentation(
      "randAugment",
      settings,
      (x, { build, context }) => {
        const plans = plansOf(inner, x.shape.slice(1));
        const chosen = randomDraw(1, settings, context).whole(0, names.length, [numOps]);
        let images = x;
        for (let i = 0; i < numOps; i++) {
          const one = build.reshape(build.slice(chosen, [0, i], [1, 1]), []);
          images = applyChosen({ plans, context }, images, one);
        }
        return images;
      },
      (input, layer) => requireColors(input, layer, { grey: true }),
    );
  });
}
randAugment.facts = layerFacts<RandAugmentOptions>({
  name: "randAugment",
  options: {
    valueRange: "value_range",
    numOps: "num_ops",
    factor: "factor",
    interpolation: "interpolation",
    seed: "seed",
  },
  keras: { className: "RandAugment" },
});
