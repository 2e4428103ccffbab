// A classifier measured on examples: which class it predicts for each. Works for one yes or no, and for one
// score for each class, of examples or of pixels.

import { DataError } from "../core/errors.ts";
import { requireOptions, requireRecord } from "../core/option.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { type ExampleSet, inputsOf } from "../data/example-set.ts";
import { isImageSource } from "../data/image-folder/image-source.ts";
import { requireModel, type StatefulModel } from "../train/stateful-model.ts";
import {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
} from "./classification-report.ts";
import { type Classification, classCountOf, classesOf, classify } from "./classify.ts";
import { accuracyOf, type ConfusionMatrix, confusionMatrix } from "./confusion-matrix.ts";

/** How a classifier did: its probabilities and predictions, compared with the true classes. */
export interface ClassifierAssessment extends Classification {
  /** The true class of every example or pixel. */
  readonly labels: Int32Array;
  readonly matrix: ConfusionMatrix;
  /** The share of predictions that are right. */
  readonly accuracy: number;
  readonly report: ClassificationReport;
}

/** Options of `assessClassifier`. */
export interface AssessOptions extends ClassificationReportOptions {
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
}

/**
 * Predicts examples and compares the predictions with the targets: confusion matrix, accuracy and
 * precision, recall and F1 of every class.
 *
 * @throws DataError where examples do not fit the model, or targets do not fit its predictions.
 * @example
 * const { matrix, report } = await assessClassifier(model, test);
 * console.log(report.text);
 */
export async function assessClassifier(
  model: StatefulModel,
  examples: ExampleSet,
  options: AssessOptions = {},
): Promise<ClassifierAssessment> {
  requireModel("assessClassifier", model);
  requireOptions("assessClassifier", options, "model, examples, { batchSize: 32 }");
  const expected = "{ x, y }: the inputs, and the targets that belong to them";
  if (!isImageSource(examples)) {
    requireRecord("assessClassifier: The examples cannot be used.", examples, ["x", "y"], expected);
  }
  if (isImageSource(examples) && examples.isMultiLabel) throw severalLabels();
  const { batchSize = 32, ...rest } = options;
  const { probabilities, predictions } = await classify(model, inputsOf(examples), batchSize);
  const y = isImageSource(examples)
    ? { data: examples.labels, shape: [examples.count] }
    : examples.y;
  const labels = labelsOf(y, probabilities.shape);
  const width = probabilities.shape[probabilities.shape.length - 1];
  const matrix = confusionMatrix(labels, predictions, Math.max(2, width));
  const classNames = options.classNames ?? examples.classNames;
  const named = classNames === undefined ? rest : { ...rest, classNames };
  const report = classificationReport(labels, predictions, named);
  return { labels, probabilities, predictions, matrix, accuracy: accuracyOf(matrix), report };
}

function severalLabels(): DataError {
  return new DataError({
    what: "assessClassifier: Some of the pictures have several classes.",
    expected: "one class for each picture",
    received: "targets of 0 and 1 for each class",
    fix: "Measure such a model by evaluate, with metrics such as binaryAccuracy, precision and auc.",
  });
}

/** An assessment with the loss on the same examples. */
export interface MeasuredClassifier extends ClassifierAssessment {
  readonly loss: number;
}

/**
 * Measures a classifier of whole images, loss included. One that was saved without its training is
 * measured by the loss of class numbers.
 *
 * @throws ShapeError where the model is no such classifier, DataError where examples do not fit it.
 */
export async function measureClassifier(
  model: StatefulModel,
  examples: ExampleSet,
  batchSize: number,
): Promise<MeasuredClassifier> {
  classCountOf(model);
  if (model.settings === undefined) {
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  }
  const { loss } = await model.evaluate(examples, { batchSize });
  return { ...(await assessClassifier(model, examples, { batchSize })), loss };
}

/** Class numbers, whether they are given as such or as one-hot rows. */
function labelsOf(y: Tensor, shape: readonly number[]): Int32Array {
  const width = shape[shape.length - 1];
  const places = sizeOf(shape) / width;
  if (sizeOf(y.shape) === places) return Int32Array.from(y.data);
  if (sizeOf(y.shape) === places * width) return classesOf({ data: y.data, shape });
  throw new DataError({
    what: "The targets do not fit the model's predictions.",
    expected: `class numbers or one-hot rows for predictions of shape ${formatShape(shape)}`,
    received: `targets of shape ${formatShape(y.shape)}`,
  });
}
