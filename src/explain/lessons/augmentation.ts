// What random layers make of a picture: the same picture several times, as training would see it.

import { ConfigError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireWhole } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Pixels } from "../../images/image-batch.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import { layers } from "../../nn/layers/index.ts";
import { sequential } from "../../train/sequential.ts";

/** How often, and by which random numbers. */
export interface AugmentedOptions {
  /** How many pictures are made. Default: 1. */
  readonly count?: number;
  /** The seed of the random numbers. Default: 0. */
  readonly seed?: number;
}

const names: OptionNames<AugmentedOptions> = { count: true, seed: true };

/**
 * A picture after layers, as in training: `count` pictures, each by random numbers of its own, bytes of 0 to 255.
 *
 * @param picture u8 or f32 `[H, W, C]` with values from 0 to 255.
 * @throws ConfigError where there is no layer, ShapeError where one does not fit.
 * @example
 * const turned = await explain.augmented(photo, [layers.randomRotation({ factor: 0.1 })], { count: 4 });
 */
export async function augmented(
  picture: Tensor<Pixels>,
  layerList: readonly LayerInstance[],
  options: AugmentedOptions = {},
): Promise<readonly Tensor<Uint8Array>[]> {
  requireKnownOptions("explain.augmented", options, names, "{ count: 4 }");
  const { count = 1, seed = 0 } = options;
  requireWhole("count", count);
  if (layerList.length === 0) {
    throw new ConfigError({
      what: "explain.augmented was given no layers.",
      expected: "at least one layer, such as layers.randomFlip()",
      received: "none",
    });
  }
  const inputShape = [...picture.shape];
  const model = sequential([layers.identity({ inputShape }), ...layerList], { seed });
  try {
    const shape = [count, ...inputShape];
    const program = await model.compileProgram({
      name: "augmented",
      graph({ build, apply }) {
        const image = build.input("image", { shape, dtype: "f32" });
        return { outputs: { result: apply(image, { training: true }).outputs[0] }, updates: [] };
      },
    });
    const size = picture.data.length;
    const data = new Float32Array(count * size);
    for (let n = 0; n < count; n++) data.set(picture.data, n * size);
    const { result } = await program.run({ image: { data, shape } });
    const [, ...own] = result.shape;
    const each = sizeOf(own);
    return Array.from({ length: count }, (_, n) => {
      const bytes = Uint8ClampedArray.from(result.data.slice(n * each, (n + 1) * each));
      return { data: new Uint8Array(bytes.buffer), shape: own };
    });
  } finally {
    await model.dispose();
  }
}

/** One row of the sheet of layers: made anew each time, as a layer belongs to one model. */
export interface AugmentationExample {
  readonly title: string;
  /** How the layer is written down. */
  readonly code: string;
  readonly make: (height: number, width: number) => LayerInstance;
}

/** Every kind of random layer once, with settings that can be seen. */
export const augmentationExamples: readonly AugmentationExample[] = [
  { title: "Flip", code: "randomFlip()", make: () => layers.randomFlip() },
  {
    title: "Rotation",
    code: "randomRotation({ factor: 0.1 })",
    make: () => layers.randomRotation({ factor: 0.1 }),
  },
  {
    title: "Translation",
    code: "randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 })",
    make: () => layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 }),
  },
  {
    title: "Zoom",
    code: "randomZoom({ heightFactor: 0.3 })",
    make: () => layers.randomZoom({ heightFactor: 0.3 }),
  },
  {
    title: "Shear",
    code: "randomShear({ xFactor: 0.4 })",
    make: () => layers.randomShear({ xFactor: 0.4 }),
  },
  {
    title: "Crop",
    code: "randomCrop({ height, width })",
    make: (height, width) =>
      layers.randomCrop({ height: Math.ceil(height * 0.7), width: Math.ceil(width * 0.7) }),
  },
  {
    title: "Perspective",
    code: "randomPerspective({ scale: 0.6 })",
    make: () => layers.randomPerspective({ factor: [1, 1], scale: 0.6 }),
  },
  {
    title: "Brightness",
    code: "randomBrightness({ factor: 0.3 })",
    make: () => layers.randomBrightness({ factor: 0.3 }),
  },
  {
    title: "Contrast",
    code: "randomContrast({ factor: 0.7 })",
    make: () => layers.randomContrast({ factor: 0.7 }),
  },
  {
    title: "Saturation",
    code: "randomSaturation({ factor: 0.9 })",
    make: () => layers.randomSaturation({ factor: 0.9 }),
  },
  {
    title: "Hue",
    code: "randomHue({ factor: 0.4 })",
    make: () => layers.randomHue({ factor: 0.4 }),
  },
  {
    title: "Blur",
    code: "randomGaussianBlur({ kernelSize: 9, sigma: [1, 4] })",
    make: () => layers.randomGaussianBlur({ factor: [1, 1], kernelSize: 9, sigma: [1, 4] }),
  },
  {
    title: "Erasing",
    code: "randomErasing()",
    make: () => layers.randomErasing({ factor: [1, 1], scale: [0.05, 0.2] }),
  },
  {
    title: "Colour jitter",
    code: "randomColorJitter({ saturationFactor: 0.6, … })",
    make: () =>
      layers.randomColorJitter({
        brightnessFactor: 0.2,
        contrastFactor: 0.4,
        saturationFactor: 0.6,
        hueFactor: 0.2,
      }),
  },
  {
    title: "Posterization",
    code: "randomPosterization({ factor: 2 })",
    make: () => layers.randomPosterization({ factor: 2 }),
  },
];
