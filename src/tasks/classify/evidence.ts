// What the report of a classifier shows besides its numbers: images with heat maps, where they lie among each other, labels in
// doubt, and near duplicates. What cannot be made for a model or its images is left out, and the rest is still made.

import { platform } from "#platform";
import type { MeasuredClassifier } from "../../assess/assess-classifier.ts";
import { embedding } from "../../assess/embedding.ts";
import { labelErrors } from "../../assess/label-errors.ts";
import { nearDuplicates } from "../../assess/near-duplicates.ts";
import { topLosses } from "../../assess/top-losses.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import {
  countOf,
  type ExampleSet,
  imagesAt,
  inputShapeOf,
  nameOfExample,
} from "../../data/example-set.ts";
import { isImageSource } from "../../data/image-folder/image-source.ts";
import { attribute } from "../../explain/attribute.ts";
import { lastFeatures } from "../../explain/inside/last-features.ts";
import { overlay } from "../../explain/overlay.ts";
import type { Evaluation } from "../../report/classification-sections.ts";
import type { CellPictures } from "../../report/confusion-section.ts";
import { embeddingFigure } from "../../report/embedding-figure.ts";
import type { DuplicateImages, PredictedImage } from "../../report/image-sections.ts";
import type { Model } from "../../train/model.ts";
import { evenly } from "../evenly.ts";
import { whatCanBe } from "../explanation.ts";

/** A classifier, the images that it was measured on, and what came of it. */
export interface MeasuredOn extends MeasuredClassifier {
  readonly model: Model;
  readonly images: ExampleSet;
  readonly classNames: readonly string[];
  /** What the images are called, as in "test accuracy". */
  readonly on: string;
}

/** How many images of each kind the report shows. */
const shown = { worst: 48, samples: 24, doubtful: 24, duplicates: 12 } as const;
/** Cells off the diagonal that have pictures, the fullest first, and how many each has. */
const cells = { wrong: 30, imagesOfWrong: 6, imagesOfRight: 3 } as const;
/** Images whose place among each other is drawn: more take long, and their points cover one another. */
const mostPlaced = 1000;
/** Images among which duplicates are looked for: the time grows with the square. */
const mostHashed = 20_000;
/** Pixels that are explained in all: a heat map of a large image takes a while. */
const explainedPixels = 1_000_000;
const mostHeatMaps = 60;

/** Everything that the report says of a measured classifier. */
export async function evaluationOf(measured: MeasuredOn): Promise<Evaluation> {
  const { on, matrix, classNames, labels, probabilities, images } = measured;
  const isEmpty = countOf(images) === 0;
  if (isEmpty) return { on, matrix, classNames };
  const worst = topLosses(labels, probabilities, shown.worst);
  const lossOf = new Map(worst.map(({ index, loss }) => [index, loss]));
  const pictured = await imagesOf(measured, [...lossOf.keys()]);
  return {
    on,
    matrix,
    classNames,
    scores: { labels, probabilities },
    cells: await cellPictures(measured),
    topLosses: pictured.map((image) => ({ ...image, loss: lossOf.get(image.index) ?? 0 })),
    embeddings: await whatCanBe(() => placed(measured)),
    labelErrors: await doubtful(measured),
    nearDuplicates: await whatCanBe(() => duplicates(measured)),
    samples: await imagesOf(measured, evenly(countOf(images), shown.samples)),
  };
}

type Shown = PredictedImage & { readonly index: number };

/** Images with what was predicted for them; none where they cannot be shown. */
async function imagesOf(
  { images, labels, predictions, probabilities }: MeasuredOn,
  rows: readonly number[],
): Promise<Shown[]> {
  const pixels = await imagesAt(images, rows);
  return pixels.map((image, at) => {
    const index = rows[at];
    const name = nameOfExample(images, index);
    return {
      index,
      ...(name !== undefined && { name: platform.paths.basename(name) }),
      image,
      label: labels[index],
      prediction: predictions[index],
      confidence: probabilities.data[index * probabilities.shape[1] + predictions[index]],
    };
  });
}

/** Images of the fullest cells of the confusion matrix, the surest predictions first, the first of each with heat maps. */
async function cellPictures(measured: MeasuredOn): Promise<readonly CellPictures[]> {
  const { matrix, labels, predictions, probabilities, images } = measured;
  const classes = probabilities.shape[1];
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const place = labels[row] * classes + predictions[row];
    const known = rowsOf.get(place);
    if (known === undefined) rowsOf.set(place, [row]);
    else known.push(row);
  }
  const all = matrix.counts.flatMap((row, label) =>
    row.flatMap((count, prediction) => (count > 0 ? [{ label, prediction, count }] : [])),
  );
  const wrong = all
    .filter(({ label, prediction }) => label !== prediction)
    .sort((a, b) => b.count - a.count)
    .slice(0, cells.wrong);
  const right = all.filter(({ label, prediction }) => label === prediction).slice(0, cells.wrong);
  const sure = (row: number) => probabilities.data[row * classes + predictions[row]];
  const pictured: (Omit<CellPictures, "images"> & { images: Shown[] })[] = [];
  for (const { label, prediction } of [...wrong, ...right]) {
    const most = label === prediction ? cells.imagesOfRight : cells.imagesOfWrong;
    const rows = (rowsOf.get(label * classes + prediction) ?? [])
      .sort((a, b) => sure(b) - sure(a) || a - b)
      .slice(0, most);
    pictured.push({ label, prediction, images: await imagesOf(measured, rows) });
  }
  const budget = Math.min(
    mostHeatMaps,
    Math.floor(explainedPixels / sizeOf(inputShapeOf(images).slice(0, 2))),
  );
  await explainFirst(measured.model, pictured, budget);
  return pictured;
}

/** Gives heat maps to the first image of each cell, then to the second, and so on, until the budget is spent. */
async function explainFirst(
  model: Model,
  pictured: readonly { readonly images: Shown[] }[],
  budget: number,
): Promise<void> {
  let left = budget;
  for (let turn = 0; turn < cells.imagesOfWrong; turn++) {
    for (const { images } of pictured) {
      const image = images[turn];
      if (image === undefined) continue;
      if (left === 0) return;
      left--;
      const [heatMap] = await whatCanBe(() => heatMapOf(model, image));
      if (heatMap !== undefined) images[turn] = { ...image, heatMap };
    }
  }
}

/** What speaks for the prediction, drawn over the image; none where the map is the same everywhere. */
async function heatMapOf(
  model: Model,
  { image, prediction }: Shown,
): Promise<Tensor<Uint8Array>[]> {
  const { map, isFlat } = await attribute(model, image, { classIndex: prediction });
  return isFlat ? [] : [overlay(image, map)];
}

/** Some of the images by what the network makes of them, in two pictures. */
async function placed(measured: MeasuredOn) {
  const { labels, classNames, images } = measured;
  const rows = evenly(countOf(images), mostPlaced);
  const features = await featuresOf(measured, rows);
  const options = {
    labels: rows.map((row) => labels[row]),
    classNames,
    names: rows.map((row) => {
      const name = nameOfExample(images, row);
      return name === undefined ? `image ${row}` : platform.paths.basename(name);
    }),
  };
  const found = [await embedding(features, { method: "pca" }), await embedding(features)];
  return found.map((one) => embeddingFigure(one, options));
}

/** What the network makes of some of the images before its last layer. */
async function featuresOf({ model, images }: MeasuredOn, rows: readonly number[]) {
  if (isImageSource(images)) {
    const { x } = await images.read(Int32Array.from(rows));
    return lastFeatures(model, x);
  }
  const size = sizeOf(inputShapeOf(images));
  const { data } = images.x;
  const some =
    data instanceof Uint8Array
      ? new Uint8Array(rows.length * size)
      : new Float32Array(rows.length * size);
  rows.forEach((row, at) => {
    some.set(data.subarray(row * size, (row + 1) * size), at * size);
  });
  return lastFeatures(model, { data: some, shape: [rows.length, ...inputShapeOf(images)] });
}

/** The images whose labels are most in doubt, with what they probably are. */
async function doubtful(measured: MeasuredOn): Promise<PredictedImage[]> {
  const { labels, probabilities } = measured;
  const errors = labelErrors(labels, probabilities).errors.slice(0, shown.doubtful);
  const images = await imagesOf(
    measured,
    errors.map(({ index }) => index),
  );
  const classes = probabilities.shape[1];
  return images.map((image, at) => {
    const { suggestion } = errors[at];
    const confidence = probabilities.data[image.index * classes + suggestion];
    return { ...image, prediction: suggestion, confidence };
  });
}

/** Pairs of images that are nearly the same. */
async function duplicates(measured: MeasuredOn): Promise<DuplicateImages[]> {
  const { images } = measured;
  if (countOf(images) > mostHashed) return [];
  const pairs = await nearDuplicates(images, {
    largestDistance: 3,
    leastSimilarity: 0.99,
    most: shown.duplicates,
    features: (rows) => featuresOf(measured, rows),
  });
  const both = await imagesOf(
    measured,
    pairs.flatMap(({ first, second }) => [first, second]),
  );
  return pairs.map((pair, i) => ({ ...pair, images: [both[2 * i], both[2 * i + 1]] }));
}
