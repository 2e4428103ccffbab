// What a classifier says of examples: how likely each class is, and which one it chooses. The one place
// that knows how scores become probabilities and classes.

import { ShapeError } from "../core/errors.ts";
import { requireRecord } from "../core/option.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Examples } from "../data/examples.ts";
import type { Source } from "../data/source.ts";
import type { StatefulModel } from "../train/stateful-model.ts";

/** What a classifier says of some examples, or of each of their pixels. */
export interface Classification {
  /**
   * `[N, …, C]`: how likely each class is. `[N, …, 1]` where the model decides between yes and no: how
   * likely yes is.
   */
  readonly probabilities: Tensor<Float32Array>;
  /** The most probable class of each row, the first of equals; 1 is yes. */
  readonly predictions: Int32Array;
}

/**
 * The class of each row of scores `[N, …, C]`, the first of equals; of single numbers `[N, …, 1]` 1
 * where they are above the threshold.
 *
 * @example classesOf(await model.predict(x))
 */
export function classesOf(scores: Tensor, threshold = 0.5): Int32Array {
  const expected = "one tensor, as predict returns it";
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
 * Predicts, and reads the predictions as classes. A model whose loss takes logits is known to give logits.
 *
 * @throws DataError where `x` does not fit the model.
 */
export async function classify(
  model: StatefulModel,
  x: Examples["x"] | Source,
  batchSize: number,
): Promise<Classification> {
  const scores = await model.predict(x, { batchSize });
  const loss = model.settings?.heads[0].loss.options as { fromLogits?: boolean } | undefined;
  if (!loss?.fromLogits) return { probabilities: scores, predictions: classesOf(scores) };
  // Of the logits: two that differ may have probabilities that f32 cannot tell apart.
  const predictions = classesOf(scores, 0);
  return { probabilities: probabilitiesOf(scores), predictions };
}

/** Whether the last layer of a model is known to give probabilities, whatever its loss says. */
export function endsInProbabilities({ network }: StatefulModel): boolean {
  const last = network.steps.at(-1)?.layer;
  const { activation } = (last?.options ?? {}) as { readonly activation?: unknown };
  return ["softmax", "sigmoid"].some((name) => name === activation || name === last?.kind);
}

/** Softmax over the last axis; of single numbers, the sigmoid. */
function probabilitiesOf({ data, shape }: Tensor<Float32Array>): Tensor<Float32Array> {
  const width = shape[shape.length - 1];
  if (width === 1) return { data: data.map((logit) => 1 / (1 + Math.exp(-logit))), shape };
  const probabilities = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width);
    const top = row.reduce((a, b) => Math.max(a, b));
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    row.forEach((logit, i) => {
      probabilities[start + i] = Math.exp(logit - top) / total;
    });
  }
  return { data: probabilities, shape };
}

/** How many classes a model of whole images chooses between. @throws ShapeError where it does not. */
export function classCountOf(model: StatefulModel): number {
  const { outputShape } = model.network;
  if (outputShape.length === 1 && outputShape[0] > 1) return outputShape[0];
  throw new ShapeError({
    what: `The model "${model.name}" is not a classifier of images.`,
    expected: "an output of shape [N, classes], with at least two classes",
    received: formatShape([null, ...outputShape]),
    fix:
      "use it from a program: loadModel, then model.predict. If it finds boxes or masks, say so when it is saved: " +
      'saveModel(model, path, { task: { name: "detect" } }), or "segment"',
  });
}

/** A name for each class that a model chooses between: the first list that there is, then numbers. */
export function classNamesFor(
  model: StatefulModel,
  ...lists: (readonly string[] | undefined)[]
): string[] {
  const names = lists.find((list) => list !== undefined) ?? [];
  return Array.from({ length: classCountOf(model) }, (_, i) => names[i] ?? String(i));
}
