// How long and how fast to train where the options leave it open. The rules know sizes only, so that a small
// dataset gets the steps that it needs, and every run ends with small steps.

import { optimizerFrom } from "../../nn/optimizers/index.ts";
import type { LearningRate } from "../../nn/optimizers/learning-rate.ts";
import { rateAt } from "../../nn/optimizers/learning-rate.ts";
import { cosineDecay } from "../../nn/schedules/cosine-decay.ts";
import type { Recipe } from "../train-options.ts";

/** A recipe whose epochs are decided. */
export type SettledRecipe = Recipe & { readonly epochs: number };

/** Epochs at least, and at most where small data needs more of them. */
const [leastEpochs, mostEpochs] = [5, 50];
/** Validation losses of few pictures go up and down for so long. */
const leastPatience = 10;
/** Steps that are enough to learn from any data. */
const enoughSteps = 1200;
/** The share of all steps in which the rate rises, and where it begins, as a share of its top. */
const [rise, begin] = [0.06, 0.04];
/** A rate that falls to 0 may begin so many times as high as one that stays. */
const fallingFactor = 5;

/** At least five epochs, and on small data as many as make 1,200 steps, up to fifty. */
export function epochsFor({ epochs, batchSize }: Recipe, trainingImages: number): number {
  if (epochs !== undefined) return epochs;
  const needed = Math.ceil(enoughSteps / Math.ceil(trainingImages / batchSize));
  return Math.max(leastEpochs, Math.min(mostEpochs, needed));
}

/** Epochs without improvement after which a run ends: as asked for, else a quarter of all for a folder of pictures. */
export function patienceFor({ patience }: Recipe, epochs: number, isFolder: boolean): number {
  if (patience !== undefined) return patience;
  return isFolder ? Math.max(leastPatience, Math.ceil(epochs / 4)) : 0;
}

/** The highest rate: as asked for, else from the optimizer's own. */
export function topRate({ learningRate, optimizer, schedule }: Recipe): number {
  if (learningRate !== undefined) return learningRate;
  const own = rateAt(optimizerFrom(optimizer).learningRate, 0);
  return schedule === "cosine" ? fallingFactor * own : own;
}

/** The rate over a whole run. */
export function rateFor(recipe: SettledRecipe, trainingImages: number): LearningRate {
  const top = topRate(recipe);
  if (recipe.schedule === "constant") return top;
  const steps = recipe.epochs * Math.ceil(trainingImages / recipe.batchSize);
  const warmupSteps = Math.round(rise * steps);
  return cosineDecay({
    initialLearningRate: begin * top,
    warmupTarget: top,
    warmupSteps,
    decaySteps: steps - warmupSteps,
  });
}
