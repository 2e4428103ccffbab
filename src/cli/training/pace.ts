// How long and how fast to train where the options leave it open. The rules know sizes only, so that a small
// dataset gets the steps that it needs, and every run ends with small steps.

import { optimizerFrom } from "../../nn/optimizers/index.ts";
import type { LearningRate } from "../../nn/optimizers/learning-rate.ts";
import { rateAt } from "../../nn/optimizers/learning-rate.ts";
import { cosineDecay } from "../../nn/schedules/cosine-decay.ts";
import { phasesFor, usualPatience } from "../../tasks/phases.ts";
import type { Recipe } from "../../tasks/recipe.ts";
import type { Pace, Task, TaskData } from "../../tasks/task.ts";

/** A recipe whose epochs are decided. */
export type SettledRecipe = Recipe & { readonly epochs: number };

/** Validation losses of few pictures go up and down for so long. */
const leastPatience = 10;
/** The share of all steps in which the rate rises, and where it begins, as a share of its top. */
const [rise, begin] = [0.06, 0.04];
/** A rate that falls to 0 may begin so many times as high as one that stays. */
const fallingFactor = 5;

/** A recipe whose pace is settled. */
export function paceOf(
  recipe: Recipe,
  { pace }: Task,
  { counts, folder }: TaskData,
): SettledRecipe {
  const phases = phasesFor(recipe);
  if (phases.length > 0) {
    const lengths = phases.map(({ epochs }) => epochs);
    return {
      ...recipe,
      epochs: lengths.reduce((sum, length) => sum + length, 0),
      phaseEpochs: lengths.slice(0, -1),
      patience: recipe.patience ?? usualPatience,
      learningRate: phases[0].learningRate,
    };
  }
  const epochs = epochsFor(recipe, pace, counts.train);
  const patience = patienceFor(recipe, epochs, folder !== undefined);
  return { ...recipe, epochs, patience, learningRate: topRate(recipe) };
}

/** As asked for, else as few epochs as the task wants, and on small data as many as make enough steps. */
export function epochsFor(
  { epochs, batchSize }: Recipe,
  { leastEpochs, mostEpochs, enoughSteps }: Pace,
  trainingImages: number,
): number {
  if (epochs !== undefined) return epochs;
  const needed = Math.ceil(enoughSteps / Math.ceil(trainingImages / batchSize));
  return Math.max(leastEpochs, Math.min(mostEpochs, needed));
}

/** Epochs without improvement after which a run ends: as asked for, else a quarter of all for a folder of pictures. */
function patienceFor({ patience }: Recipe, epochs: number, isFolder: boolean): number {
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
