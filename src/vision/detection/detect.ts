// What a detector finds in pictures of any size.

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireWhole,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ChannelCount } from "../../images/channels.ts";
import { readImage } from "../../images/decode.ts";
import { resize } from "../../images/resize.ts";
import type { ByteSource } from "../../platform/byte-source.ts";
import type { Model } from "../../train/model.ts";
import { requireModel } from "../../train/stateful-model.ts";
import type { AnnotatedImages, Detections, Objects } from "../annotated.ts";
import { nonMaximumSuppression } from "../boxes/suppression.ts";
import { requireChannels } from "./detection-source.ts";
import { type DetectorShape, detectorShapeOf } from "./detector-shape.ts";
import { letterboxLevel, letterboxOf, outOfLetterbox } from "./letterbox.ts";

/** Which of the boxes of a detector are detections. */
export interface DetectOptions {
  /** Boxes with a lower score are left out, 0 to 1. Default: 0.3. */
  readonly scoreThreshold?: number;
  /** Of boxes of one class whose IoU is above this, only the surest stays, 0 to 1. Default: 0.6. */
  readonly iouThreshold?: number;
  /** The most detections in a picture, the surest of all. Default: 100. */
  readonly maxDetections?: number;
}

export const detectOptionNames: OptionNames<DetectOptions> = {
  scoreThreshold: true,
  iouThreshold: true,
  maxDetections: true,
};

/** The options with their defaults. @throws ConfigError where one cannot be used. */
export function detectOptionsOf(options: DetectOptions): Required<DetectOptions> {
  const { scoreThreshold = 0.3, iouThreshold = 0.6, maxDetections = 100 } = options;
  requireBetween("scoreThreshold", scoreThreshold, 0, 1);
  requireBetween("iouThreshold", iouThreshold, 0, 1);
  requireWhole("maxDetections", maxDetections);
  return { scoreThreshold, iouThreshold, maxDetections };
}

const example = "model, picture, { scoreThreshold: 0.5 }";

/** A picture: its pixels `[H, W, C]`, or a file, an address, a Blob or bytes. */
export type DetectorPicture = Tensor<Uint8Array> | ByteSource;

/**
 * The objects that a detector finds in a picture of any size. The picture is letterboxed to the size of the model's images.
 * Of boxes of one class that overlap, only the one with the highest score is kept. Boxes are in pixels of the picture.
 *
 * @throws ConfigError if the model is no detector or an option cannot be used, DataError if the picture has other channels,
 * ImageError if it cannot be decoded.
 * @example
 * const { model, classNames } = await loadModel("cells.safetensors");
 * const { boxes, classes, scores } = await vision.detect(model, "photo.jpg", { scoreThreshold: 0.5 });
 */
export async function detect(
  model: Model,
  picture: DetectorPicture,
  options: DetectOptions = {},
): Promise<Detections> {
  const call = "vision.detect";
  requireModel(call, model);
  requireKnownOptions(call, options, detectOptionNames, example);
  const how = detectOptionsOf(options);
  const shape = detectorShapeOf(call, model.network);
  const image = await pixelsOf(picture, shape);
  const [found] = await detectBatch(model, shape, [image], ["picture"], how);
  return found;
}

/** The pixels of a picture, with the channels that a detector takes where it is decoded. */
export async function pixelsOf(
  picture: DetectorPicture,
  { channels }: DetectorShape,
): Promise<Tensor<Uint8Array>> {
  if (isTensor(picture)) return picture;
  return readImage(picture, { channels: channels as ChannelCount });
}

/** A picture as a detector sees it. @throws DataError where it has other channels; `name` is for the message. */
export function letterboxed(
  image: Tensor<Uint8Array>,
  { height, width, channels }: DetectorShape,
  name: string,
): Tensor<Uint8Array> {
  requireChannels(image, channels, name);
  const fitting = { size: [height, width], mode: "contain", fillValue: letterboxLevel } as const;
  return resize(image, fitting);
}

/** Pictures that pass through the network together. */
const batchSize = 16;

/** What a detector finds in annotated pictures, and what is in them. */
export interface AnnotatedDetections {
  readonly detections: readonly Detections[];
  readonly truth: readonly Objects[];
}

/**
 * The objects that a detector finds in annotated pictures, beside those that are there: what the metrics take.
 *
 * @throws ConfigError if the model is no detector or an option cannot be used, DataError if a picture has other channels.
 * @example
 * const { detections, truth } = await vision.detectAnnotated(model, cells.test, { scoreThreshold: 0.05 });
 * const { ap50 } = vision.cocoAveragePrecision(detections, truth);
 */
export async function detectAnnotated(
  model: Model,
  annotated: AnnotatedImages<Objects>,
  options: DetectOptions = {},
): Promise<AnnotatedDetections> {
  const call = "vision.detectAnnotated";
  requireModel(call, model);
  requireKnownOptions(call, options, detectOptionNames, example);
  const how = detectOptionsOf(options);
  const shape = detectorShapeOf(call, model.network);
  const detections: Detections[] = [];
  const truth: Objects[] = [];
  for (let first = 0; first < annotated.count; first += batchSize) {
    const images: Tensor<Uint8Array>[] = [];
    const names: string[] = [];
    for (let row = first; row < Math.min(first + batchSize, annotated.count); row++) {
      const { image, target } = await annotated.read(row);
      images.push(image);
      names.push(annotated.nameOf(row));
      truth.push(target);
    }
    detections.push(...(await detectBatch(model, shape, images, names, how)));
  }
  return { detections, truth };
}

const isTensor = (picture: DetectorPicture): picture is Tensor<Uint8Array> =>
  typeof picture === "object" && "data" in picture && "shape" in picture;

/** What the model finds in a few pictures; `names` are for messages. */
async function detectBatch(
  model: Model,
  shape: DetectorShape,
  images: readonly Tensor<Uint8Array>[],
  names: readonly string[],
  how: Required<DetectOptions>,
): Promise<Detections[]> {
  const { height, width, channels, points, classes } = shape;
  const size = height * width * channels;
  const data = new Uint8Array(images.length * size);
  images.forEach((image, i) => {
    data.set(letterboxed(image, shape, names[i]).data, i * size);
  });
  const x = { data, shape: [images.length, height, width, channels] };
  const results = await model.predict(x, { batchSize: images.length });
  const perImage = points * (4 + classes);
  return images.map((image, i) => {
    const rows = results.data.subarray(i * perImage, (i + 1) * perImage);
    const { boxes, classes: labels, scores } = decodeDetections(rows, shape, how);
    const size = [image.shape[0], image.shape[1]] as const;
    const edges = outOfLetterbox(boxes.data, letterboxOf(size, [height, width]), size);
    return { boxes: { data: edges, shape: boxes.shape }, classes: labels, scores };
  });
}

/** Detections with the point that each was found at. */
interface LocatedDetections extends Detections {
  readonly points: Int32Array;
}

/** Detections of the results of one image, `[P, 4 + classes]`, in pixels of the image. */
export function decodeDetections(
  rows: Float32Array,
  { points, classes }: DetectorShape,
  { scoreThreshold, iouThreshold, maxDetections }: Required<DetectOptions>,
): LocatedDetections {
  const size = 4 + classes;
  const edges: number[] = [];
  const kinds: number[] = [];
  const chances: number[] = [];
  const places: number[] = [];
  for (let point = 0; point < points; point++) {
    const at = point * size;
    for (let kind = 0; kind < classes; kind++) {
      const score = rows[at + 4 + kind];
      if (!(score >= scoreThreshold)) continue;
      for (let edge = 0; edge < 4; edge++) edges.push(rows[at + edge]);
      kinds.push(kind);
      chances.push(score);
      places.push(point);
    }
  }
  const boxes = { data: Float32Array.from(edges), shape: [kinds.length, 4] };
  const labels = Int32Array.from(kinds);
  const scores = Float32Array.from(chances);
  const kept = nonMaximumSuppression(boxes, scores, {
    classes: labels,
    iouThreshold,
    maxDetections,
  });
  const data = new Float32Array(4 * kept.length);
  kept.forEach((row, i) => {
    data.set(boxes.data.subarray(4 * row, 4 * row + 4), 4 * i);
  });
  return {
    boxes: { data, shape: [kept.length, 4] },
    classes: Int32Array.from(kept, (row) => labels[row]),
    scores: Float32Array.from(kept, (row) => scores[row]),
    points: Int32Array.from(kept, (row) => places[row]),
  };
}
