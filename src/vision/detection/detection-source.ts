// Annotated pictures as examples that a detector trains on: letterboxed or augmented images, and what each point should
// say of them.

import { ConfigError, DataError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import { marginBefore } from "../../core/resize-mode.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Source, SourceRows } from "../../data/source.ts";
import { resize } from "../../images/resize.ts";
import type { Model } from "../../train/model.ts";
import type { AnnotatedImages, Objects } from "../annotated.ts";
import { Augmentation, type DetectionAugmentation } from "./augmentation.ts";
import { type DetectorShape, detectorShapeOf, targetSizeOf } from "./detector-shape.ts";
import { intoLetterbox, letterboxLevel, letterboxOf } from "./letterbox.ts";
import { type Canvas, place, type Sample } from "./placing.ts";
import { writeTargets } from "./targets.ts";

/** How pictures become examples. */
export interface DetectionSourceOptions {
  /** How pictures change each time they are read; false leaves them as they are. Default: false. */
  readonly augmentation?: DetectionAugmentation | false;
  /** What random changes follow from. Default: 0. */
  readonly seed?: number;
  /** How many epochs were trained before, in a run that is resumed: draws go on where they ended. Default: 0. */
  readonly epochsBefore?: number;
  /** How much memory decoded pictures may take, in MiB; those that do not fit are decoded each time. Default: 512. */
  readonly cacheMiB?: number;
}

const optionNames: OptionNames<DetectionSourceOptions> = {
  augmentation: true,
  seed: true,
  epochsBefore: true,
  cacheMiB: true,
};

/**
 * Annotated pictures as examples for `fit` and `evaluate` of a detector: images `[N, H, W, C]` of its size, and targets
 * `[N, P, 4 + classes]` for `losses.detection`. With `augmentation` pictures are changed anew each time that they are
 * read; how depends on the seed, the picture's number and how often it was read.
 *
 * @throws ConfigError if an option cannot be used or the classes are not those of the model.
 * @example
 * const train = vision.detectionSource(model, cells.train, { augmentation: { mosaic: 0.3, verticalFlip: 0.5 } });
 * const validation = vision.detectionSource(model, cells.validation);
 */
export function detectionSource(
  model: Model,
  annotated: AnnotatedImages<Objects>,
  options: DetectionSourceOptions = {},
): Source {
  requireKnownOptions("vision.detectionSource", options, optionNames, "model, photos, { seed: 1 }");
  const { augmentation = false, seed = 0, epochsBefore = 0, cacheMiB = 512 } = options;
  const shape = detectorShapeOf("vision.detectionSource", model.network);
  requireClasses(annotated, shape);
  requireWhole("epochsBefore", epochsBefore, 0);
  requireNumber("cacheMiB", cacheMiB, { least: 0 });
  const pictures = new Pictures(annotated, shape, cacheMiB * 2 ** 20);
  const changes = augmentation === false ? undefined : new Augmentation(augmentation);
  const visits = new Uint32Array(annotated.count).fill(epochsBefore);
  const { height, width, channels, points, classes } = shape;
  const imageShape = [height, width, channels];
  const targetShape = [points, 4 + classes];
  return {
    count: annotated.count,
    types: { x: { shape: imageShape, dtype: "u8" }, y: { shape: targetShape, dtype: "f32" } },
    async read(rows): Promise<SourceRows> {
      const x = new Uint8Array(rows.length * sizeOf(imageShape)).fill(letterboxLevel);
      const y = new Float32Array(rows.length * targetSizeOf(shape));
      for (const [i, row] of rows.entries()) {
        const canvas = canvasOf(x, i, shape);
        if (changes === undefined) placeInMiddle(canvas, await pictures.read(row));
        else {
          // Keyed by the picture and how often it was read: not by the batch that it is in.
          const random = new RandomStream(seed, row + annotated.count * visits[row]++);
          await changes.fill(canvas, row, random, pictures);
        }
        const size = targetSizeOf(shape);
        writeTargets(canvas, shape, y.subarray(i * size, (i + 1) * size));
      }
      const count = rows.length;
      return {
        x: { data: x, shape: [count, ...imageShape] },
        y: { data: y, shape: [count, ...targetShape] },
      };
    },
  };
}

/** Image `i` of a batch to draw into. */
function canvasOf(x: Uint8Array, i: number, { height, width, channels }: DetectorShape): Canvas {
  const size = height * width * channels;
  const pixels = new Uint8ClampedArray(x.buffer, x.byteOffset + i * size, size);
  return { pixels, height, width, channels, boxes: [], classes: [], ignored: [] };
}

/** Draws a sample of the size of its letterbox there. */
function placeInMiddle(canvas: Canvas, sample: Sample): void {
  const { height, width } = canvas;
  const [rows, columns] = sample.image.shape;
  const region = { left: 0, top: 0, right: width, bottom: height };
  place(canvas, sample, region, [
    { scale: 1, offset: marginBefore(height, rows) },
    { scale: 1, offset: marginBefore(width, columns) },
  ]);
}

/** Pictures at the size of their letterboxes, kept as far as memory allows. */
class Pictures {
  readonly #annotated: AnnotatedImages<Objects>;
  readonly #shape: DetectorShape;
  readonly #kept = new Map<number, Sample>();
  #room: number;

  constructor(annotated: AnnotatedImages<Objects>, shape: DetectorShape, bytes: number) {
    this.#annotated = annotated;
    this.#shape = shape;
    this.#room = bytes;
  }

  get count(): number {
    return this.#annotated.count;
  }

  async read(row: number): Promise<Sample> {
    const kept = this.#kept.get(row);
    if (kept !== undefined) return kept;
    const { image, target } = await this.#annotated.read(row);
    const sample = this.#fitted(image, target, row);
    if (sample.image.data.length <= this.#room) {
      this.#room -= sample.image.data.length;
      this.#kept.set(row, sample);
    }
    return sample;
  }

  #fitted(image: Tensor<Uint8Array>, objects: Objects, row: number): Sample {
    const { height, width, channels } = this.#shape;
    requireChannels(image, channels, this.#annotated.nameOf(row));
    const [rows, columns] = image.shape;
    const { inner, scale } = letterboxOf([rows, columns], [height, width]);
    const { boxes, classes, ignored } = objects;
    return {
      image: resize(image, { size: inner }),
      boxes: intoLetterbox(boxes.data, { inner, scale, top: 0, left: 0 }),
      classes,
      ignored: ignored ?? new Uint8Array(classes.length),
    };
  }
}

/** @throws DataError unless a picture has the channels that the detector takes. */
export function requireChannels(image: Tensor, channels: number, name: string): void {
  if (image.shape.length === 3 && image.shape[2] === channels) return;
  throw new DataError({
    what: `The picture ${name} does not fit the detector.`,
    expected: `[H, W, ${channels}]`,
    received: JSON.stringify(image.shape),
  });
}

/** @throws ConfigError unless the pictures have as many classes as the detector. */
export function requireClasses(
  { classNames }: Pick<AnnotatedImages<Objects>, "classNames">,
  { classes }: DetectorShape,
): void {
  if (classNames.length === classes) return;
  throw new ConfigError({
    what: "The pictures have other classes than the detector.",
    expected: `${classes} classes`,
    received: `${classNames.length}: ${classNames.slice(0, 10).join(", ")}`,
  });
}
