// How well a classifier does: accuracy and loss, scores of each class, the confusion matrix, and the images that it gets
// wrong.

import { platform } from "#platform";
import { type MeasuredClassifier, measureClassifier } from "../../assess/assess-classifier.ts";
import { classNamesFor } from "../../assess/classify.ts";
import { classScores, mostConfused } from "../../assess/confusion-matrix.ts";
import { countOf, type ExampleSet, imagesAt, nameOfExample } from "../../data/example-set.ts";
import { formatCount, formatRate } from "../../report/numbers.ts";
import type { PredictedImage } from "../../report/report-sections.ts";
import type { Column, Measurement, TaskPart, TrainedModel } from "../task.ts";

/** How many misclassified images the report shows, and how many others. */
const [mostShown, mostSamples] = [48, 24];

/** The file of the confusion matrix. */
export const confusionFile = "confusion-matrix.svg";

const columns: readonly Column[] = [
  { heading: "class", align: "left" },
  { heading: "precision", align: "right" },
  { heading: "recall", align: "right" },
  { heading: "F1", align: "right" },
  { heading: "images", align: "right" },
];

/** What was measured, and on what. */
interface Measured extends MeasuredClassifier {
  readonly images: ExampleSet;
  readonly classNames: readonly string[];
}

/** Measures a classifier on examples of that part. @throws FoveaError where they do not fit it. */
export async function measureOn(
  images: ExampleSet,
  { model, classNames: own }: TrainedModel,
  part: TaskPart,
  batchSize: number,
): Promise<Measurement> {
  const scores = await measureClassifier(model, images, batchSize);
  const classNames = classNamesFor(model, own, images.classNames);
  const measured = { ...scores, images, classNames };
  const { loss, accuracy, matrix } = measured;
  const classes = classScores(matrix).map((score, i) => ({ name: classNames[i], ...score }));
  return {
    numbers: [
      { name: "accuracy", title: "accuracy", value: accuracy },
      { name: "loss", title: "loss", value: loss },
    ],
    classes: {
      columns,
      rows: classes.map(({ name, precision, recall, f1, support }) => [
        name,
        ...[precision, recall, f1].map(formatRate),
        formatCount(support),
      ]),
    },
    remarks: mostConfused(matrix, 1).map(
      ({ label, prediction, count }) =>
        `most confused: ${classNames[label]} predicted as ${classNames[prediction]}, ${formatCount(count)} times`,
    ),
    details: { classes, confusionMatrix: matrix.counts },
    report: async () => ({
      evaluation: {
        on: part,
        matrix,
        classNames,
        misclassified: await imagesOf(measured, worstOf(measured)),
        samples: await imagesOf(measured, samplesOf(measured)),
      },
    }),
    figures: async () => {
      const { confusionSvg } = await import("../../report/confusion-figure.ts");
      return new Map([[confusionFile, confusionSvg(matrix, classNames)]]);
    },
  };
}

/** The rows of the wrong predictions with the highest probabilities. */
function worstOf(measured: Measured): number[] {
  const { labels, predictions } = measured;
  const confidence = confidenceIn(measured);
  return Array.from(predictions.keys())
    .filter((i) => predictions[i] !== labels[i])
    .sort((a, b) => confidence(b) - confidence(a))
    .slice(0, mostShown);
}

/** Rows that are evenly spread. */
function samplesOf({ images }: Measured): number[] {
  const count = Math.min(mostSamples, countOf(images));
  return Array.from({ length: count }, (_, i) => Math.floor((i * countOf(images)) / count));
}

const confidenceIn =
  ({ probabilities, predictions }: Measured) =>
  (i: number) =>
    probabilities.data[i * probabilities.shape[1] + predictions[i]];

/** Images with what was predicted for them; none where they cannot be shown. */
async function imagesOf(measured: Measured, rows: readonly number[]): Promise<PredictedImage[]> {
  const { images, labels, predictions } = measured;
  const confidence = confidenceIn(measured);
  const pixels = await imagesAt(images, rows);
  return pixels.map((image, at) => {
    const i = rows[at];
    const name = nameOfExample(images, i);
    return {
      index: i,
      ...(name !== undefined && { name: platform.paths.basename(name) }),
      image,
      label: labels[i],
      prediction: predictions[i],
      confidence: confidence(i),
    };
  });
}
