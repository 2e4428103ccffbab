// The phases of a run whose network begins with a trained base: the head, then more and more of the base.

import { ConfigError } from "../core/errors.ts";
import type { UnfreezeOptions } from "../transfer/freezing.ts";
import { atSizes, type Phase, phasesOf } from "../transfer/phases.ts";
import type { Recipe } from "./recipe.ts";

/** What of a recipe decides its phases. */
type PhaseRecipe = Pick<
  Recipe,
  "base" | "phases" | "unfreeze" | "sizes" | "phaseEpochs" | "epochs" | "learningRate"
>;

/**
 * The phases of a recipe, one after another; none where there is no base, or it learns as a whole from the beginning. The
 * learning rate is that of the first phase; those of the others keep their proportions to it.
 *
 * @throws ConfigError where `unfreeze` is for a phase that there is not, or there are more sizes than phases.
 */
export function phasesFor(recipe: PhaseRecipe): readonly Phase[] {
  const { base, phases, unfreeze, sizes, learningRate } = recipe;
  if (base === undefined || phases === undefined) return [];
  const usual = atSizes(phasesOf(phases, {}), sizesIn(sizes));
  if (unfreeze !== undefined && usual.length === 1) throw nothingToUnfreeze(unfreeze, phases);
  const factor = learningRate === undefined ? 1 : learningRate / usual[0].learningRate;
  const lengths = lengthsOf(usual, recipe);
  const settled = usual.map((phase, i) => ({
    ...phase,
    epochs: lengths[i],
    learningRate: phase.learningRate * factor,
    ...(i === 1 && unfreeze !== undefined && { unfreeze: unfreezeOf(unfreeze) }),
  }));
  return settled.filter(({ epochs }) => epochs > 0);
}

/** `128,224` as numbers; none where there are none. @throws ConfigError where they do not grow. */
export function sizesIn(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  const sizes = text.split(",").map((size) => Number(size.trim() || Number.NaN));
  const fits = sizes.every(
    (size, i) => Number.isSafeInteger(size) && size >= 8 && size <= 1024 && !(size < sizes[i - 1]),
  );
  if (fits) return sizes;
  throw new ConfigError({
    what: "The option --sizes cannot be used.",
    expected: "whole numbers from 8 to 1024 that grow, such as 128,224",
    received: text,
  });
}

/** Epochs of each phase: as they were settled, else in equal parts, else as usual. The last one has what is left. */
function lengthsOf(
  usual: readonly Phase[],
  { epochs, phaseEpochs }: Pick<Recipe, "epochs" | "phaseEpochs">,
): number[] {
  if (epochs === undefined) return usual.map((phase) => phase.epochs);
  const part = Math.ceil(epochs / usual.length);
  let left = epochs;
  return usual.map((_, i) => {
    const isLast = i === usual.length - 1;
    const length = isLast ? left : Math.min(left, phaseEpochs?.[i] ?? part);
    left -= length;
    return length;
  });
}

/** `20`, `all` or the name of a layer. */
function unfreezeOf(text: string): UnfreezeOptions {
  if (text === "all") return { all: true };
  const last = Number(text);
  return Number.isInteger(last) ? { last } : { from: text };
}

function nothingToUnfreeze(unfreeze: string, phases: string): ConfigError {
  return new ConfigError({
    what: "The option --unfreeze is for the second phase, and there is only one.",
    expected: "--phases two or three",
    received: `--unfreeze ${unfreeze} --phases ${phases}`,
  });
}

/** Epochs without a better validation loss after which a phase ends, where nothing else is asked for. */
export const usualPatience = 3;

/** An epoch, as far as it decides whether a phase is over. */
interface Epoch {
  readonly logs: Readonly<Record<string, number>>;
}

/** Whether the validation loss has not improved in the last `patience` of these epochs; 0 waits for ever. */
export function isSpent(epochs: readonly Epoch[], patience: number): boolean {
  if (patience === 0 || epochs.length < 2) return false;
  const losses = epochs.map(({ logs }) => logs.val_loss).filter((loss) => loss !== undefined);
  const best = losses.indexOf(Math.min(...losses));
  return losses.length - 1 - best >= patience;
}

/** Where a run is among its phases. */
export interface Place {
  /** The phase that is under way or comes next. */
  readonly index: number;
  /** Finished epochs before it. */
  readonly begin: number;
}

/** Where a run is that has these finished epochs; undefined where all phases are over. */
export function placeIn(
  history: readonly Epoch[],
  phases: readonly Phase[],
  patience: number,
): Place | undefined {
  let begin = 0;
  for (const [index, { epochs }] of phases.entries()) {
    let end = begin;
    const isOver = () => end - begin >= epochs || isSpent(history.slice(begin, end), patience);
    while (end < history.length && !isOver()) end++;
    if (!isOver()) return { index, begin };
    begin = end;
  }
  return undefined;
}
