// What the numbers of a classifier mean: the names of ImageNet's classes, and the best of a row.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireWhole } from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** A class, and how much speaks for it. */
export interface DecodedPrediction {
  /** The number of the class, from 0. */
  readonly index: number;
  /**
   * WordNet's number of an ImageNet class, such as `n02123045`; undefined for classes of your own.
   */
  readonly id: string | undefined;
  readonly name: string;
  /** As the model says it: a probability behind softmax. */
  readonly score: number;
}

export interface DecodePredictionsOptions {
  /** How many classes are given, the best first. Default: 5. */
  readonly top?: number;
  /** The names of the classes. Default: those of ImageNet. */
  readonly classNames?: readonly string[];
}

const optionNames: OptionNames<DecodePredictionsOptions> = { top: true, classNames: true };

interface ImagenetClasses {
  readonly names: readonly string[];
  readonly ids: readonly string[];
}

let classes: ImagenetClasses | undefined;

/**
 * The names of ImageNet's 1000 classes, in the order of published weights, and WordNet's numbers.
 */
async function imagenet(): Promise<ImagenetClasses> {
  if (classes !== undefined) return classes;
  const { imagenetNames, imagenetNumbers } = await import("./imagenet-names.ts");
  classes = {
    names: imagenetNames.split(",").map((name) => name.trim()),
    ids: imagenetNumbers
      .trim()
      .split(/\s+/)
      .map((number) => `n${number}`),
  };
  return classes;
}

/**
 * The names of ImageNet's 1000 classes, in the order of published weights.
 *
 * @example const names = await imagenetClassNames(); // names[281] is "tabby"
 */
export async function imagenetClassNames(): Promise<readonly string[]> {
  return (await imagenet()).names;
}

/**
 * The best classes of each row of predictions `[N, classes]`, with their names, the best first.
 *
 * @throws ShapeError unless there are as many numbers in a row as names.
 * @example
 * const [best] = await decodePredictions(await model.predict(image), { top: 3 });
 * for (const { name, score } of best) console.log(name, score);
 */
export async function decodePredictions(
  predictions: Tensor,
  options: DecodePredictionsOptions = {},
): Promise<DecodedPrediction[][]> {
  requireKnownOptions("decodePredictions", options, optionNames, "{ top: 3 }");
  const { top = 5, classNames } = options;
  requireWhole("top", top);
  if (!(predictions?.data && predictions.shape)) {
    throw new ConfigError({
      what: "decodePredictions: The predictions cannot be used.",
      expected: "a tensor [N, classes], as model.predict gives it",
      received: typeof predictions,
    });
  }
  const { names, ids } =
    classNames === undefined ? await imagenet() : { names: classNames, ids: undefined };
  const { data, shape } = predictions;
  const count = names.length;
  if (shape.length !== 2 || shape[1] !== count) {
    throw new ShapeError({
      what: "decodePredictions: The predictions are those of other classes.",
      expected: `[N, ${count}]${classNames === undefined ? ", for the classes of ImageNet" : ""}`,
      received: formatShape(shape),
      fix: "Pass the names of the model's classes: { classNames }.",
    });
  }
  return Array.from({ length: shape[0] }, (_, row) => {
    const scores = data.subarray(row * count, (row + 1) * count);
    const order = Array.from(scores, (_, index) => index);
    order.sort((a, b) => scores[b] - scores[a] || a - b);
    return order
      .slice(0, top)
      .map((index) => ({ index, id: ids?.[index], name: names[index], score: scores[index] }));
  });
}
