// How well a classifier does: accuracy and loss, scores of each class, the confusion matrix, and what its report shows.

import { measureClassifier } from "../../assess/assess-classifier.ts";
import { classNamesFor } from "../../assess/classify.ts";
import { classScores, mostConfused } from "../../assess/confusion-matrix.ts";
import type { ExampleSet } from "../../data/example-set.ts";
import { formatCount, formatRate } from "../../report/numbers.ts";
import type { Column, Measurement, TaskPart, TrainedModel } from "../task.ts";
import { evaluationOf } from "./evidence.ts";

const columns: readonly Column[] = [
  { heading: "class", align: "left" },
  { heading: "precision", align: "right" },
  { heading: "recall", align: "right" },
  { heading: "F1", align: "right" },
  { heading: "images", align: "right" },
];

/** Measures a classifier on examples of that part. @throws FoveaError where they do not fit it. */
export async function measureOn(
  images: ExampleSet,
  { model, classNames: own }: TrainedModel,
  part: TaskPart,
  batchSize: number,
): Promise<Measurement> {
  const scores = await measureClassifier(model, images, batchSize);
  const classNames = classNamesFor(model, own, images.classNames);
  const { loss, accuracy, matrix } = scores;
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
      evaluation: await evaluationOf({ ...scores, model, images, classNames, on: part }),
    }),
    // All figures of a classifier are in its report.
    figures: async () => new Map(),
  };
}
