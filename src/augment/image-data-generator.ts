// `imageDataGenerator`: augmentation and standardization of examples outside of a model, with the options of
// Keras's class. What it does to images it does by the ops that layers use.

import { allocate, dtypeOf } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import { float32Of, type Tensor } from "../core/tensor.ts";
import { imageFolder } from "../data/image-folder/image-folder.ts";
import type { Source, SourceRows } from "../data/source.ts";
import type { Device } from "../machine/device.ts";
import { printWarning } from "../platform/print-warning.ts";
import { BatchPrograms } from "./batch-programs.ts";
import { epsilon, standardizeGraph, transformGraph } from "./generator-graph.ts";
import {
  checkGeneratorOptions,
  type FlowOptions,
  type FolderFlowOptions,
  type GeneratorFitOptions,
  type GeneratorSettings,
  type ImageDataGeneratorOptions,
} from "./generator-options.ts";
import { drawTransform, type TransformParameters, transformMatrix } from "./random-transform.ts";
import { channelStatistics, whiteningMatrix } from "./whitening.ts";

/** Examples in memory. */
export interface GeneratorExamples {
  /** `[N, H, W, C]` */
  readonly x: Tensor;
  /** `[N, …]` */
  readonly y?: Tensor;
  /** `[N]` */
  readonly sampleWeights?: Tensor;
}

/** What `fit` has found. */
interface Statistics {
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly whitening?: Float32Array;
}

/**
 * A generator of changed images, as Keras's `ImageDataGenerator`: rotation, shifts, shear, zoom, flips, channel
 * shift and brightness at random, then `preprocessingFunction`, `rescale` and standardization. Layers such as
 * `randomRotation` do the same inside the training step, which is faster.
 *
 * @throws ConfigError where an option cannot be used.
 * @example
 * const generator = augment.imageDataGenerator({ rotationRange: 20, horizontalFlip: true, rescale: 1 / 255 });
 * await model.fit(generator.flow({ x, y }), { epochs: 5 });
 * await generator.dispose();
 */
export function imageDataGenerator(
  options: ImageDataGeneratorOptions = {},
  { device }: { readonly device?: Device } = {},
): ImageDataGenerator {
  return new ImageDataGenerator(checkGeneratorOptions(options), new BatchPrograms(device));
}

/** What `augment.imageDataGenerator` gives. */
export class ImageDataGenerator {
  readonly #settings: GeneratorSettings;
  readonly #programs: BatchPrograms;
  #statistics: Statistics = {};
  #draws = 0;

  constructor(settings: GeneratorSettings, programs: BatchPrograms) {
    this.#settings = settings;
    this.#programs = programs;
  }

  /** Mean of each channel, where `fit` found it. */
  get mean(): readonly number[] | undefined {
    return this.#statistics.mean;
  }

  /** Standard deviation of each channel, where `fit` found it. */
  get std(): readonly number[] | undefined {
    return this.#statistics.std;
  }

  /**
   * Finds the statistics that `featurewiseCenter`, `featurewiseStdNormalization` and `zcaWhitening` need.
   *
   * @param x `[N, H, W, C]`
   * @throws DataError where these are no images.
   */
  async fit(x: Tensor, options: GeneratorFitOptions = {}): Promise<void> {
    requireImages("fit", x, 4);
    const { augment = false, rounds = 1, seed } = options;
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening, rescale } =
      this.#settings;
    const shown = augment ? await this.#augmented(x, rounds, seed) : x;
    const values = Float64Array.from(shown.data, (value) => value * rescale);
    const channels = shown.shape[3];
    const { mean, std } = channelStatistics(values, channels);
    for (let i = 0; i < values.length; i++) {
      if (featurewiseCenter) values[i] -= mean[i % channels];
      if (featurewiseStdNormalization) values[i] /= std[i % channels] + epsilon;
    }
    const whitening = zcaWhitening
      ? Float32Array.from(whiteningMatrix(values, shown.shape[0], this.#settings.zcaEpsilon))
      : undefined;
    this.#statistics = {
      ...(featurewiseCenter ? { mean } : {}),
      ...(featurewiseStdNormalization ? { std } : {}),
      ...(whitening === undefined ? {} : { whitening }),
    };
  }

  async #augmented(x: Tensor, rounds: number, seed: number | undefined): Promise<Tensor> {
    const [count, ...image] = x.shape;
    const data = new Float32Array(rounds * x.data.length);
    for (let round = 0; round < rounds; round++) {
      const parameters = Array.from({ length: count }, (_, i) =>
        this.getRandomTransform(image, seed === undefined ? undefined : seed + round * count + i),
      );
      const { data: changed } = await this.#transformed(x, parameters);
      data.set(changed, round * x.data.length);
    }
    return { data, shape: [rounds * count, ...image] };
  }

  /**
   * Numbers for one image of shape `[H, W, C]`, drawn from the ranges of the options.
   *
   * @param seed Default: each call draws others.
   */
  getRandomTransform(shape: readonly number[], seed?: number): TransformParameters {
    const random = new RandomStream(
      seed ?? this.#settings.seed,
      seed === undefined ? ++this.#draws : 0,
    );
    return drawTransform(this.#settings, shape, random);
  }

  /** One image `[H, W, C]`, changed by these numbers. @throws DataError where it is none. */
  async applyTransform(image: Tensor, parameters: TransformParameters): Promise<Tensor> {
    requireImages("applyTransform", image, 3);
    const batch = { data: image.data, shape: [1, ...image.shape] };
    const { data } = await this.#transformed(batch, [parameters]);
    return { data, shape: image.shape };
  }

  /** One image `[H, W, C]`, changed at random. @throws DataError where it is none. */
  async randomTransform(image: Tensor, seed?: number): Promise<Tensor> {
    requireImages("randomTransform", image, 3);
    return this.applyTransform(image, this.getRandomTransform(image.shape, seed));
  }

  /**
   * Images `[H, W, C]` or `[N, H, W, C]` as a network gets them: `preprocessingFunction`, `rescale`, then
   * samplewise and featurewise standardization, then whitening.
   *
   * @throws DataError where these are no images.
   */
  async standardize(images: Tensor): Promise<Tensor> {
    const isOne = images.shape.length === 3;
    requireImages("standardize", images, isOne ? 3 : 4);
    const shape = isOne ? [1, ...images.shape] : images.shape;
    const { data } = await this.#standardized({ data: images.data, shape });
    return { data, shape: images.shape };
  }

  /**
   * Examples for `fit`, changed anew whenever they are read; batches and their order are the model's.
   *
   * @throws DataError where parts do not fit each other, ConfigError where there is no such subset.
   */
  flow(examples: GeneratorExamples, options: FlowOptions = {}): Source {
    const { x, y, sampleWeights } = examples;
    requireImages("flow", x, 4);
    for (const [name, part] of Object.entries({ y, sampleWeights })) {
      if (part === undefined || part.shape[0] === x.shape[0]) continue;
      throw new DataError({
        what: `There are not as many ${name} as images.`,
        expected: `[${x.shape[0]}, …]`,
        received: formatShape(part.shape),
      });
    }
    const rowsOf = (part: Tensor, rows: Int32Array): Tensor => {
      const length = sizeOf(part.shape.slice(1));
      const taken = allocate(dtypeOf(part.data), rows.length * length);
      rows.forEach((row, i) => {
        taken.set(part.data.subarray(row * length, (row + 1) * length), i * length);
      });
      return { data: taken, shape: [rows.length, ...part.shape.slice(1)] };
    };
    return this.#changed(
      {
        count: x.shape[0],
        read: (rows) => ({
          x: rowsOf(x, rows),
          ...(y === undefined ? {} : { y: rowsOf(y, rows) }),
          ...(sampleWeights === undefined ? {} : { sampleWeights: rowsOf(sampleWeights, rows) }),
        }),
      },
      options,
    );
  }

  /**
   * The pictures below a folder as examples for `fit`, a folder for each class, changed anew whenever they are
   * read.
   *
   * @throws FormatError where there is no such folder, DataError where it has no pictures.
   */
  async flowFromDirectory(
    directory: string,
    options: FolderFlowOptions = {},
  ): Promise<Source & { readonly classNames: readonly string[] }> {
    const { targetSize = [256, 256], colorMode = "rgb", interpolation = "nearest" } = options;
    const { classes, classMode = "categorical", subset, seed } = options;
    const folder = await imageFolder(directory, {
      size: targetSize,
      channels: colorMode === "grayscale" ? 1 : 3,
      resize: "stretch",
      interpolation,
      validation: 0,
      ...(classes === undefined ? {} : { classNames: classes }),
    });
    const { classNames } = folder;
    const encoded: Source = {
      count: folder.train.count,
      async read(rows) {
        const { x, y } = await folder.train.read(rows);
        return classMode === null ? { x } : { x, y: labelsAs(classMode, y, classNames.length) };
      },
      close: () => folder.close(),
    };
    const flowing = this.#changed(encoded, {
      ...(subset === undefined ? {} : { subset }),
      ...(seed === undefined ? {} : { seed }),
    });
    return { ...flowing, classNames };
  }

  /** Gives all memory back. */
  dispose(): Promise<void> {
    return this.#programs.dispose();
  }

  /** `source`, or a subset of it, with its images changed. */
  #changed(source: Source, { seed, subset }: FlowOptions): Source {
    const held = Math.floor(source.count * this.#settings.validationSplit);
    const [first, count] =
      subset === "validation"
        ? [0, held]
        : subset === "training"
          ? [held, source.count - held]
          : [0, source.count];
    const visits = new Uint32Array(count);
    return {
      ...source,
      count,
      read: async (rows: Int32Array): Promise<SourceRows> => {
        const read = await source.read(rows.map((row) => row + first));
        const x = read.x as Tensor;
        const parameters = Array.from(rows, (row) => {
          // Keyed by the image and how often it was seen: not by the batch that it is in.
          const stream = first + row + source.count * visits[row]++;
          const random = new RandomStream(seed ?? this.#settings.seed, stream);
          return drawTransform(this.#settings, x.shape.slice(1), random);
        });
        return { ...read, x: await this.#standardized(await this.#transformed(x, parameters)) };
      },
    };
  }

  async #transformed(images: Tensor, parameters: readonly TransformParameters[]): Promise<Tensor> {
    const { shape } = images;
    const { fillMode, cval, interpolationOrder } = this.#settings;
    const kinds = {
      channelShift: parameters.some((one) => one.channelShiftIntensity !== undefined),
      brightness: parameters.some((one) => one.brightness !== undefined),
    };
    const sampling = {
      interpolation: interpolationOrder === 0 ? "nearest" : "bilinear",
      fillMode,
      fillValue: cval,
    } as const;
    const key = JSON.stringify(["transform", shape, kinds]);
    const results = await this.#programs.run(key, () => transformGraph(shape, sampling, kinds), {
      images: float32Of(images.data),
      matrices: parameters.flatMap((one) => transformMatrix(one, shape.slice(1))),
      ...(kinds.channelShift
        ? { shifts: parameters.map((one) => one.channelShiftIntensity ?? 0) }
        : {}),
      ...(kinds.brightness ? { brightness: parameters.map((one) => one.brightness ?? 1) } : {}),
    });
    return results.images;
  }

  async #standardized(images: Tensor): Promise<Tensor> {
    const { preprocessingFunction, zcaWhitening, ...settings } = this.#settings;
    const { mean, std, whitening } = this.#statistics;
    this.#warnUnlessFitted();
    const { shape } = images;
    const length = sizeOf(shape.slice(1));
    const given = float32Of(images.data).slice();
    if (preprocessingFunction !== undefined) {
      for (let i = 0; i < shape[0]; i++) {
        const data = given.slice(i * length, (i + 1) * length);
        const made = preprocessingFunction({ data, shape: shape.slice(1) });
        requireImages("preprocessingFunction", made, 3);
        given.set(made.data, i * length);
      }
    }
    const key = JSON.stringify(["standardize", shape, mean !== undefined, std !== undefined]);
    const how = { ...settings, mean, std, whitens: whitening !== undefined };
    const results = await this.#programs.run(key, () => standardizeGraph(shape, how), {
      images: given,
      ...(mean === undefined ? {} : { mean }),
      ...(std === undefined ? {} : { std }),
      ...(whitening === undefined ? {} : { whitening }),
    });
    return results.images;
  }

  #warned = false;

  #warnUnlessFitted(): void {
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening } = this.#settings;
    const { mean, std, whitening } = this.#statistics;
    const missing =
      (featurewiseCenter && mean === undefined) ||
      (featurewiseStdNormalization && std === undefined) ||
      (zcaWhitening && whitening === undefined);
    if (!missing || this.#warned) return;
    this.#warned = true;
    printWarning(
      "The image generator has options that need statistics, and none were found yet. Call generator.fit(x) first.",
    );
  }
}

function labelsAs(mode: "categorical" | "sparse" | "binary", y: Tensor, classes: number): Tensor {
  if (mode === "sparse") return y;
  if (mode === "binary") return { data: Float32Array.from(y.data), shape: [y.data.length, 1] };
  const data = new Float32Array(y.data.length * classes);
  y.data.forEach((label, i) => {
    data[i * classes + label] = 1;
  });
  return { data, shape: [y.data.length, classes] };
}

/** @throws DataError unless `images` has so many axes. */
function requireImages(call: string, images: Tensor, axes: 3 | 4): void {
  if (images?.shape?.length === axes && images.data?.length === sizeOf(images.shape)) return;
  throw new DataError({
    what: `${call} takes ${axes === 3 ? "one image" : "images"}.`,
    expected: axes === 3 ? "[H, W, C]" : "[N, H, W, C]",
    received: images?.shape === undefined ? String(images) : formatShape(images.shape),
  });
}
