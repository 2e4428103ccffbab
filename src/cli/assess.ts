// How well a model does on examples, class by class. Numbers in, numbers out; it prints nothing.

import { ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Examples } from "../data/examples.ts";
import { accuracyOf, type ConfusionMatrix, confusionMatrix } from "../report/confusion-matrix.ts";
import type { Model } from "../train/model.ts";

/** The model's answers to images, best first. */
export interface Answers {
  /** `[N, classes]` */
  readonly probabilities: Tensor<Float32Array>;
  /** The most probable class of each image, the first of equals. */
  readonly classes: Int32Array;
}

export interface Assessment extends Answers {
  readonly loss: number;
  readonly accuracy: number;
  readonly matrix: ConfusionMatrix;
}

/** How many classes a model tells apart. @throws ShapeError where it is no classifier. */
export function classCountOf(model: Model): number {
  const { outputShape } = model.network;
  if (outputShape.length === 1 && outputShape[0] > 1) return outputShape[0];
  throw new ShapeError({
    what: `The model "${model.name}" does not choose between classes.`,
    expected: "[N, classes], with at least two classes",
    received: formatShape([null, ...outputShape]),
    fix: "use it from a program: loadModel and model.predict",
  });
}

/** @throws DataError where the images do not fit the model. */
export async function answer(model: Model, x: Examples["x"], batchSize: number): Promise<Answers> {
  const classes = classCountOf(model);
  const results = await model.predict(x, { batchSize });
  const loss = model.settings?.heads[0].loss.options as { fromLogits?: boolean } | undefined;
  if (loss?.fromLogits) softmaxRows(results.data, classes);
  const best = Int32Array.from({ length: results.shape[0] }, (_, row) => {
    const scores = results.data.subarray(row * classes, (row + 1) * classes);
    return scores.reduce((top, score, i) => (score > scores[top] ? i : top), 0);
  });
  return { probabilities: results, classes: best };
}

/** Loss, accuracy and confusion matrix. @throws DataError where examples do not fit the model. */
export async function assess(
  model: Model,
  examples: Examples,
  batchSize: number,
): Promise<Assessment> {
  const count = classCountOf(model);
  if (model.settings === undefined) {
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  }
  const { loss } = await model.evaluate(examples, { batchSize });
  const answers = await answer(model, examples.x, batchSize);
  const matrix = confusionMatrix(examples.y.data, answers.classes, count);
  return { ...answers, loss, accuracy: accuracyOf(matrix), matrix };
}

/** A name for each class that a model tells apart; numbers where names do not reach. */
export function classNamesFor(model: Model, ...lists: (readonly string[] | undefined)[]): string[] {
  const names = lists.find((list) => list !== undefined) ?? [];
  return Array.from({ length: classCountOf(model) }, (_, i) => names[i] ?? String(i));
}

function softmaxRows(data: Float32Array, classes: number): void {
  for (let start = 0; start < data.length; start += classes) {
    const row = data.subarray(start, start + classes);
    const top = row.reduce((a, b) => Math.max(a, b));
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    row.forEach((logit, i) => {
      row[i] = Math.exp(logit - top) / total;
    });
  }
}
