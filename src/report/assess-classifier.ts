// A classifier measured on examples: which class it took each for. Works for one yes or no, and for one
// score a class, of examples or of pixels.

import { DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Examples } from "../data/examples.ts";
import { requireOptions, requireRecord } from "../nn/option.ts";
import { type Model, requireModel } from "../train/model.ts";
import {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
} from "./classification-report.ts";
import { type ConfusionMatrix, confusionMatrix } from "./confusion-matrix.ts";

/** What a classifier did. */
export interface ClassifierAssessment {
  /** The true class of every example or pixel, and the one that the model gave. */
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  readonly matrix: ConfusionMatrix;
  readonly report: ClassificationReport;
}

export interface AssessOptions extends ClassificationReportOptions {
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
}

/**
 * The class of each row of scores `[N, …, C]`, the first of equals; of single numbers `[N, …, 1]` 1
 * where they are above the threshold.
 *
 * @example classesOf(await model.predict(x))
 */
export function classesOf(scores: Tensor, threshold = 0.5): Int32Array {
  const expected = "one tensor, as predict gives it";
  requireRecord("classesOf: The scores cannot be used.", scores, ["data", "shape"], expected);
  const { data, shape } = scores;
  const width = shape[shape.length - 1];
  const count = sizeOf(shape) / width;
  return Int32Array.from({ length: count }, (_, row) => {
    if (width === 1) return Number(data[row] > threshold);
    let best = row * width;
    for (let i = best + 1; i < (row + 1) * width; i++) if (data[i] > data[best]) best = i;
    return best - row * width;
  });
}

/**
 * Predicts examples, and compares: confusion matrix and report of every class.
 *
 * @throws DataError where examples do not fit the model, or targets its results.
 * @example
 * const { matrix, report } = await assessClassifier(model, test);
 * console.log(report.text);
 */
export async function assessClassifier(
  model: Model,
  examples: Examples,
  options: AssessOptions = {},
): Promise<ClassifierAssessment> {
  requireModel("assessClassifier", model);
  requireOptions("assessClassifier", options, "model, examples, { batchSize: 32 }");
  const expected = "{ x, y }: the inputs, and the targets that belong to them";
  requireRecord("assessClassifier: The examples cannot be used.", examples, ["x", "y"], expected);
  const { batchSize = 32, ...rest } = options;
  const results = await model.predict(examples.x, { batchSize });
  const loss = model.settings?.heads[0].loss.options as
    | { readonly fromLogits?: boolean }
    | undefined;
  const predictions = classesOf(results, loss?.fromLogits ? 0 : 0.5);
  const labels = labelsOf(examples.y, results);
  const width = results.shape[results.shape.length - 1];
  const matrix = confusionMatrix(labels, predictions, Math.max(2, width));
  const classNames = options.classNames ?? examples.classNames;
  const named = classNames === undefined ? rest : { ...rest, classNames };
  return { labels, predictions, matrix, report: classificationReport(labels, predictions, named) };
}

/** Class numbers, whether they are given as such or as one-hot rows. */
function labelsOf(y: Tensor, results: Tensor): Int32Array {
  const width = results.shape[results.shape.length - 1];
  const places = sizeOf(results.shape) / width;
  if (sizeOf(y.shape) === places) return Int32Array.from(y.data);
  if (sizeOf(y.shape) === places * width) return classesOf({ data: y.data, shape: results.shape });
  throw new DataError({
    what: "The targets do not fit the model's results.",
    expected: `class numbers or one-hot rows for ${formatShape(results.shape)}`,
    received: formatShape(y.shape),
  });
}
