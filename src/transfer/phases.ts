// In which order a transferred model learns: recipes of phases, from the head to the whole.

import { ConfigError } from "../core/errors.ts";
import {
  type OptionNames,
  outlineOf,
  requireKnownOptions,
  requireList,
  requireNumber,
  requireOption,
  requireWhole,
  requireWord,
} from "../core/option.ts";
import type { UnfreezeOptions } from "./freezing.ts";

/** A part of the training of a transferred model. */
export interface Phase {
  readonly name: string;
  /** Which layers of the base are trained. Default: none, only the head. */
  readonly unfreeze?: UnfreezeOptions;
  readonly epochs: number;
  readonly learningRate: number;
  /** Learning rate schedule: constant, or rising once and falling once. Default: `constant`. */
  readonly schedule?: "constant" | "oneCycle";
  /**
   * Factors of the learning rate for the first third of the base's layers, the second and the last. The head has 1.
   * Default: all 1.
   */
  readonly rates?: readonly [number, number, number];
  /**
   * Height and width of the pictures in this phase, in pixels, up to those of the model: small pictures take less time.
   * Progressive resizing, as in fastai. Default: the model's own.
   */
  readonly size?: number;
}

const phaseNames: OptionNames<Phase> = {
  name: true,
  unfreeze: true,
  epochs: true,
  learningRate: true,
  schedule: true,
  rates: true,
  size: true,
};

/** Epochs of each phase of a recipe. */
export interface PhaseEpochs {
  /** Epochs of the head phase. */
  readonly head?: number;
  /** Epochs of each later phase. */
  readonly fine?: number;
}

const head = (epochs = 10): Phase => ({ name: "head", epochs, learningRate: 1e-3 });

const top = (epochs = 10): Phase => ({
  name: "top layers",
  unfreeze: { last: 20 },
  epochs,
  learningRate: 1e-4,
});

const all = (epochs = 10): Phase => ({
  name: "all layers",
  unfreeze: { all: true },
  epochs,
  learningRate: 1e-5,
});

/** Recipes by name. */
export const recipes = {
  /** The head alone, at 1e-3. */
  head: (epochs: PhaseEpochs): readonly Phase[] => [head(epochs.head)],
  /** The head at 1e-3, then the last 20 layers of the base, too, at 1e-4. */
  two: (epochs: PhaseEpochs): readonly Phase[] => [head(epochs.head), top(epochs.fine)],
  /** The same, then all layers at 1e-5. */
  three: (epochs: PhaseEpochs): readonly Phase[] => [
    head(epochs.head),
    top(epochs.fine),
    all(epochs.fine),
  ],
  /**
   * As fastai's `fine_tune`: one epoch of the head, then all layers, each phase with a rate that rises once and
   * falls once; earlier layers learn at a tenth and a hundredth of the rate. Howard and Ruder, ACL 2018.
   */
  oneCycle: (epochs: PhaseEpochs): readonly Phase[] => [
    { name: "head", epochs: epochs.head ?? 1, learningRate: 2e-3, schedule: "oneCycle" },
    {
      name: "all layers",
      unfreeze: { all: true, batchNormalization: true },
      epochs: epochs.fine ?? 5,
      learningRate: 1e-3,
      schedule: "oneCycle",
      rates: [0.01, 0.1, 1],
    },
  ],
} as const;

/** The name of a recipe. */
export type RecipeName = keyof typeof recipes;

/** The phases of a recipe, or those that are given. @throws ConfigError where they cannot be used. */
export function phasesOf(
  wanted: RecipeName | readonly Phase[],
  epochs: PhaseEpochs,
): readonly Phase[] {
  if (typeof wanted === "string" && Object.hasOwn(recipes, wanted)) return recipes[wanted](epochs);
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new ConfigError({
      what: "The option phases cannot be used.",
      expected: `${Object.keys(recipes).join(", ")}, or a list of phases`,
      received: outlineOf(wanted),
    });
  }
  for (const phase of wanted as readonly Phase[]) {
    requireKnownOptions(
      "a phase",
      phase,
      phaseNames,
      '{ name: "head", epochs: 5, learningRate: 1e-3 }',
    );
    requireOption("name of a phase", phase.name, typeof phase.name === "string", "text");
    requireWhole(`epochs of the phase "${phase.name}"`, phase.epochs);
    requireNumber(`learningRate of the phase "${phase.name}"`, phase.learningRate, { above: 0 });
    requireWord("schedule", phase.schedule ?? "constant", ["constant", "oneCycle"]);
    const { rates = [1, 1, 1] } = phase;
    requireOption("rates", rates, Array.isArray(rates) && rates.length === 3, "three factors");
    for (const rate of rates) requireNumber("rates", rate, { least: 0 });
    if (phase.size !== undefined) requireWhole(`size of the phase "${phase.name}"`, phase.size);
  }
  return wanted as readonly Phase[];
}

/**
 * Phases with the sizes of pictures in their order; those that are left have the last one.
 *
 * @throws ConfigError where there are more sizes than phases, or one is no whole number.
 */
export function atSizes(phases: readonly Phase[], sizes: readonly number[]): readonly Phase[] {
  requireList("The option sizes cannot be used.", sizes, "a list of sizes, such as [128, 224]");
  if (sizes.length === 0) return phases;
  for (const size of sizes) requireWhole("sizes", size);
  if (sizes.length > phases.length) {
    throw new ConfigError({
      what: "There are more sizes than phases.",
      expected: `at most ${phases.length}: ${phases.map(({ name }) => name).join(", ")}`,
      received: sizes.join(", "),
      fix: "Leave out a size, or train in more phases.",
    });
  }
  return phases.map((phase, i) => ({ ...phase, size: sizes[Math.min(i, sizes.length - 1)] }));
}
