// Who learns in a phase: the whole model, or its head alone on features that are computed once.

import { sizeOf } from "../core/shape.ts";
import { isSource, type Source } from "../data/source.ts";
import type { Model } from "../train/model.ts";
import type { ModelExamples } from "../train/model-examples.ts";
import { featuresOf, type Split, splitModel } from "./cached-features.ts";

/** A model that learns, and from what. */
export interface Learner {
  /** The whole model, or its head, which shares its weights. */
  readonly model: Model;
  readonly train: ModelExamples | Source;
  readonly validation: ModelExamples | Source | undefined;
  /** Whether it is the head, on features. */
  readonly cached: boolean;
  /** Which of the two, and why, as a sentence. */
  readonly reason: string;
}

/** What a learner is made of. */
export interface LearnerOptions {
  readonly train: ModelExamples | Source;
  readonly validation: ModelExamples | Source | undefined;
  readonly batchSize: number;
  /** Limit of memory for features, in MiB. */
  readonly cacheMiB: number;
}

/** The head on features, where those stay the same in every epoch and there is room for them; else the whole model. */
export async function learnerOf(
  model: Model,
  { train, validation, batchSize, cacheMiB }: LearnerOptions,
): Promise<Learner> {
  const whole = (why: string): Learner => ({
    model,
    train,
    validation,
    cached: false,
    reason: `Features are computed in each epoch: ${why}.`,
  });
  const split = splitModel(model);
  if ("reason" in split) return whole(split.reason);
  const counts = [train, ...(validation === undefined ? [] : [validation])];
  const mebibytes = counts.reduce((sum, part) => sum + countOf(part), 0) * mebibytesOf(split);
  if (mebibytes > cacheMiB) {
    return whole(`they would take ${mebibytes.toFixed(0)} MiB of ${cacheMiB}`);
  }
  const features = (part: ModelExamples | Source) => featuresOf(split, part, batchSize);
  return {
    model: split.head,
    train: await features(train),
    validation: validation && (await features(validation)),
    cached: true,
    reason: "Features of the frozen base are computed once, and the head trains on them.",
  };
}

/** How many examples there are. */
export function countOf(examples: ModelExamples | Source): number {
  if (isSource(examples)) return examples.count;
  const { x } = examples;
  const [first] = "shape" in x ? [x] : Object.values(x);
  return (first as { readonly shape: readonly number[] }).shape[0];
}

/** MiB of one picture's features. */
const mebibytesOf = ({ shape }: Split) => (4 * sizeOf(shape)) / 2 ** 20;
