// Layers that change images, applied outside of a model: to batches of images, and alike to the masks and boxes
// that belong to them.

import { type BoundingBoxFormat, boundingBoxFormats } from "../core/bounding-box-format.ts";
import { allocate, dtypeOf } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireWord } from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Device } from "../machine/device.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { type AugmentSettings, augmentGraph } from "./augment-graph.ts";
import { BatchPrograms } from "./batch-programs.ts";

/** A batch of images and what belongs to them. */
export interface AugmentBatch {
  /** `[N, H, W, C]` */
  readonly images: Tensor;
  /** `[N, …]`; layers that mix images need rows of shares, `[N, K]`. */
  readonly labels?: Tensor;
  /** `[N, H, W, K]`: they move with the images, and keep their numbers. */
  readonly segmentationMasks?: Tensor;
  /** `[N, B, 4]`, B boxes for each image. Where a box leaves the image its width or height becomes 0. */
  readonly boundingBoxes?: Tensor;
}

export interface AugmenterOptions {
  /** What all draws follow from. Default: 0. */
  readonly seed?: number;
  /** How boxes are given, and come back. Default: `xyxy`. */
  readonly boundingBoxFormat?: BoundingBoxFormat;
  /** The device that computes. Default: one of its own. */
  readonly device?: Device;
}

const optionNames: OptionNames<AugmenterOptions> = {
  seed: true,
  boundingBoxFormat: true,
  device: true,
};

const batchNames: OptionNames<AugmentBatch> = {
  images: true,
  labels: true,
  segmentationMasks: true,
  boundingBoxes: true,
};

/**
 * Applies `layers` to batches as a training step would: images, and with them masks and boxes.
 *
 * @throws ConfigError where a layer has weights, or an option cannot be used.
 * @example
 * const augmenter = augment.augmenter([layers.randomFlip(), layers.randomRotation({ factor: 0.1 })]);
 * const { images, segmentationMasks } = await augmenter.apply({ images, segmentationMasks });
 * await augmenter.dispose();
 */
export function augmenter(
  layers: readonly LayerInstance[],
  options: AugmenterOptions = {},
): Augmenter {
  requireKnownOptions("augment.augmenter", options, optionNames, "layers, { seed: 1 }");
  const { seed = 0, boundingBoxFormat = "xyxy", device } = options;
  requireWord("boundingBoxFormat", boundingBoxFormat, boundingBoxFormats);
  return new Augmenter(layers, { seed, boundingBoxFormat }, new BatchPrograms(device));
}

/** Layers that are applied to batches: what `augment.augmenter` gives. */
export class Augmenter {
  readonly #layers: readonly LayerInstance[];
  readonly #settings: AugmentSettings;
  readonly #programs: BatchPrograms;
  #steps = 0;

  constructor(
    layers: readonly LayerInstance[],
    settings: AugmentSettings,
    programs: BatchPrograms,
  ) {
    this.#layers = layers;
    this.#settings = settings;
    this.#programs = programs;
  }

  /**
   * The batch, changed: images in f32, all else in its own type. Each call draws anew.
   *
   * @param step The number that the draws belong to. Default: how many calls there have been.
   * @throws DataError where parts do not fit each other, ShapeError where layers do not fit the images,
   * ConfigError where a part cannot follow the images.
   */
  async apply(batch: AugmentBatch, step = this.#steps++): Promise<AugmentBatch> {
    const parts = partsOf(batch);
    const types = Object.fromEntries(
      parts.map(([name, { data, shape }]) => [name, { shape, dtype: dtypeOf(data) }]),
    );
    const inputs = Object.fromEntries(parts.map(([name, { data }]) => [name, data]));
    const graph = () => augmentGraph(this.#layers, this.#settings, types);
    const key = JSON.stringify(types);
    const results = await this.#programs.run(key, graph, { ...inputs, step: [step] });
    const { segmentationMasks: masks } = batch;
    if (masks === undefined) return { ...batch, ...results };
    const { data, shape } = results.segmentationMasks;
    const moved = allocate(dtypeOf(masks.data), data.length);
    moved.set(data);
    return { ...batch, ...results, segmentationMasks: { data: moved, shape } };
  }

  /** Gives all memory back. */
  dispose(): Promise<void> {
    return this.#programs.dispose();
  }
}

/** The parts of a batch by name, those that are there. @throws DataError where they do not fit. */
function partsOf(batch: AugmentBatch): [string, Tensor][] {
  requireKnownOptions("augmenter.apply", batch, batchNames, "{ images }");
  const { images, labels, segmentationMasks, boundingBoxes } = batch;
  const [count, height, width] = images?.shape ?? [];
  require("images", images, images?.shape?.length === 4, "[N, H, W, C]");
  const fits = (part: Tensor | undefined, length: number | undefined, start: readonly number[]) =>
    part === undefined ||
    ((length === undefined || part.shape.length === length) &&
      start.every((size, i) => part.shape[i] === size));
  require("labels", labels, fits(labels, undefined, [count]), `[${count}, …]`);
  const masksFit = fits(segmentationMasks, 4, [count, height, width]);
  const maskShape = `[${count}, ${height}, ${width}, K]`;
  require("segmentationMasks", segmentationMasks, masksFit, maskShape);
  const areBoxes =
    fits(boundingBoxes, 3, [count]) && [4, undefined].includes(boundingBoxes?.shape[2]);
  require("boundingBoxes", boundingBoxes, areBoxes, `[${count}, B, 4]`);
  const all = { images, labels, segmentationMasks, boundingBoxes };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, Tensor]],
  );
}

function require(part: string, value: Tensor | undefined, fits: boolean, expected: string): void {
  if (fits) return;
  throw new DataError({
    what: `The ${part} of the batch do not fit.`,
    expected,
    received: value === undefined ? "nothing" : formatShape(value.shape),
  });
}
