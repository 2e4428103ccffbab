// Pictures with masks as examples to train on: patches or whole pictures, changed at random, their masks with them.

import {
  isWhole,
  type OptionNames,
  outlineOf,
  requireBetween,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWhole,
} from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Source, SourceRows } from "../../data/source.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import type { Model } from "../../train/model.ts";
import type { AnnotatedImages, ClassMap } from "../annotated.ts";
import { Augmentation, type Example } from "./augmentation.ts";
import { partByClass, partOf, randomPart } from "./patches.ts";
import { PictureCache } from "./picture-cache.ts";
import { resizedTo, sampledTo } from "./resized.ts";
import { segmentationShape } from "./shape.ts";

/** How pictures with masks become examples. */
export interface SegmentationSourceOptions {
  /**
   * Layers that change pictures at random, such as `layers.randomFlip()` and `layers.randomElasticTransform()`. Masks move
   * with the pictures; what a layer shows beyond the border with `fillMode: "constant"` is unknown. With a list, an empty
   * one as well, patches are drawn anew whenever they are read; with false they are the same each time, as validation
   * needs them. Default: false.
   */
  readonly augmentation?: readonly LayerInstance[] | false;
  /** How many patches of each picture an epoch has. Default: 1. */
  readonly patchesPerPicture?: number;
  /**
   * The share of patches that are cut around a pixel of a class, drawn from the classes of the picture with equal chances:
   * rare classes are seen more often. The others are cut anywhere. Default: 0.
   */
  readonly byClass?: number;
  /** What all draws follow from. Default: 0. */
  readonly seed?: number;
  /** How many epochs were trained before, in a run that is resumed: draws go on where they ended. Default: 0. */
  readonly epochsBefore?: number;
  /** How much memory decoded pictures may take, in MiB; those that do not fit are decoded each time. Default: 512. */
  readonly cacheMiB?: number;
}

const optionNames: OptionNames<SegmentationSourceOptions> = {
  augmentation: true,
  patchesPerPicture: true,
  byClass: true,
  seed: true,
  epochsBefore: true,
  cacheMiB: true,
};

/**
 * Pictures with masks as examples for `fit` and `evaluate` of a model that gives every pixel a class: patches as large as
 * its input, or whole pictures where it was made with `resize: true`. With `augmentation` they are changed anew each
 * time that they are read; how depends on the seed, the picture's number and how often it was read. Pixels of masks are
 * class numbers, and 255 where nothing is known.
 *
 * @throws ConfigError where an option cannot be used or the model gives no classes of pixels; reading throws DataError
 * where a mask does not fit its picture, or has a class that the model does not have.
 * @example
 * const source = vision.segmentationSource(model, train, {
 *   augmentation: [layers.randomFlip(), layers.randomElasticTransform({ factor: [1, 1] })],
 * });
 * const validationData = vision.segmentationSource(model, validation);
 * await model.fit(source, { epochs: 40, batchSize: 4, validationData });
 */
export function segmentationSource(
  model: Model,
  pictures: AnnotatedImages<ClassMap>,
  options: SegmentationSourceOptions = {},
): Source {
  const call = "vision.segmentationSource";
  const shape = segmentationShape(call, model);
  requireKnownOptions(call, options, optionNames, "model, pictures, { seed: 1 }");
  const { augmentation = false, patchesPerPicture = 1, byClass = 0, seed = 0 } = options;
  const { epochsBefore = 0, cacheMiB = 512 } = options;
  const fits = augmentation === false || Array.isArray(augmentation);
  requireOption("augmentation", outlineOf(augmentation), fits, "a list of layers, or false");
  requireOption("seed", seed, isWhole(seed), "a whole number");
  requireWhole("patchesPerPicture", patchesPerPicture);
  requireWhole("epochsBefore", epochsBefore, 0);
  requireBetween("byClass", byClass, 0, 1);
  requireNumber("cacheMiB", cacheMiB, { least: 0 });
  const cache = new PictureCache(pictures, shape, cacheMiB * 2 ** 20);
  const layers = augmentation === false ? [] : augmentation;
  const changes = layers.length === 0 ? undefined : new Augmentation(layers, seed);
  const count = pictures.count * patchesPerPicture;
  const visits = new Uint32Array(count).fill(epochsBefore);
  const { height, width, channels, rows, columns, resizes } = shape;
  const size = { rows: height, columns: width };

  /** The example of a draw: `[H, W, C]` and `[H, W]`. */
  async function example(row: number, draw: number): Promise<Example> {
    const { image, target } = await cache.read(row % pictures.count);
    if (resizes) return { image: resizedTo(image, size), target: sampledTo(target, size) };
    const random = new RandomStream(seed, draw);
    const isByClass = random.uniform() < byClass;
    const part = isByClass
      ? partByClass(target, size, random)
      : randomPart(image.shape, size, random);
    return { image: partOf(image, part), target: partOf(target, part) };
  }

  const maskShape = shape.scores === 1 ? [rows, columns, 1] : [rows, columns];
  const inner = { top: (height - rows) / 2, left: (width - columns) / 2, rows, columns };
  const dtype = changes === undefined ? "u8" : "f32";
  return {
    count,
    types: {
      x: { shape: [height, width, channels], dtype },
      y: { shape: maskShape, dtype: "u8" },
    },
    async read(numbers): Promise<SourceRows> {
      const examples: Example[] = [];
      for (const row of numbers) {
        // Keyed by the picture and how often it was read: not by the batch that it is in.
        const draw = augmentation === false ? row : row + count * visits[row]++;
        const plain = await example(row, draw);
        examples.push((await changes?.apply(plain, draw)) ?? plain);
      }
      return {
        x: stacked(examples.map(({ image }) => image)),
        y: stacked(
          examples.map(({ target }) => partOf(target, inner)),
          maskShape,
        ),
      };
    },
    async close() {
      cache.clear();
      await changes?.dispose();
    },
  };
}

/** `[…]`, one for each example → `[N, …]`. */
function stacked(tensors: readonly Tensor[], shape: Shape = tensors[0].shape): Tensor {
  const length = sizeOf(shape);
  const Kind = tensors[0].data.constructor as new (length: number) => Tensor["data"];
  const data = new Kind(length * tensors.length);
  tensors.forEach((tensor, i) => {
    data.set(tensor.data, i * length);
  });
  return { data, shape: [tensors.length, ...shape] };
}
