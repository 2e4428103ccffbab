// Finds a learning rate by trying: a short training run whose rate rises from far too low to far too
// high. Smith, "Cyclical learning rates", WACV 2017; as fastai's `lr_find`.

import { ConfigError, TrainingError } from "../core/errors.ts";
import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../core/option.ts";
import type { WebAbortSignal } from "../core/web.ts";
import type { Source } from "../data/source.ts";
import type { SymbolicOutputs } from "../nn/network.ts";
import type { Schedule } from "../nn/schedules/schedule.ts";
import type { Callback } from "./callback.ts";
import type { Model } from "./model.ts";
import type { ModelExamples } from "./model-examples.ts";
import { requireModel } from "./stateful-model.ts";
import { type RateSuggestions, suggestRates } from "./suggest-rates.ts";

export interface LrFindOptions {
  /** The rate of the first step. Default: 1e-7. */
  readonly startLearningRate?: number;
  /** The rate that the steps approach. Default: 10. */
  readonly endLearningRate?: number;
  /** Steps at most. Default: 100. */
  readonly steps?: number;
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
  /** Whether to end where the loss is four times its lowest. Default: true. */
  readonly stopEarly?: boolean;
  /** Ends the run after the step that is under way. */
  readonly signal?: WebAbortSignal;
}

const optionNames: OptionNames<LrFindOptions> = {
  startLearningRate: true,
  endLearningRate: true,
  steps: true,
  batchSize: true,
  stopEarly: true,
  signal: true,
};

export interface LrFindResult {
  /** The rate of each step. */
  readonly learningRates: readonly number[];
  /** The loss of each step, smoothed over those before it. */
  readonly losses: readonly number[];
  /** From all but the first tenth and the last five; undefined where too few are left. */
  readonly suggestions: RateSuggestions | undefined;
}

/** How much of the smoothed loss stays at each step. */
const kept = 0.98;
/** The loss has gone up for good at so many times its lowest. */
const tooHigh = 4;
/** Steps at the end, where the loss shoots up, that nothing is suggested from. */
const ignoredSteps = 5;

/**
 * Trains for a moment with rates that rise exponentially, from 1e-7 towards 10 in 100 steps, and
 * suggests learning rates from the losses. The model is as it was before: weights, optimizer,
 * progress and learning rate.
 *
 * @throws ConfigError where the model is not compiled or an option cannot be used, DataError where
 * the examples do not fit.
 * @example const { suggestions } = await lrFind(model, train, { batchSize: 128 }); // suggestions?.valley
 */
export async function lrFind(
  model: Model<SymbolicOutputs>,
  examples: ModelExamples | Source,
  options: LrFindOptions = {},
): Promise<LrFindResult> {
  requireModel("lrFind", model);
  requireKnownOptions("lrFind", options, optionNames, "model, examples, { steps: 100 }");
  const { startLearningRate = 1e-7, endLearningRate = 10, steps = 100 } = options;
  const { batchSize = 32, stopEarly = true, signal } = options;
  requireWhole("steps", steps);
  requireWhole("batchSize", batchSize);
  requireFlag("stopEarly", stopEarly);
  requireRange(startLearningRate, endLearningRate);
  const before = await model.getState();
  const rate = model.rateSetting;
  const sweep = new Sweep(model, { steps, stopEarly });
  model.rateSetting = risingRate(startLearningRate, endLearningRate, steps, before.progress);
  try {
    await model.fit(examples, {
      // Every epoch has a step: the sweep stops before the epochs do.
      epochs: steps,
      batchSize,
      verbose: 0,
      callbacks: [sweep.callback],
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    // A loss that is no longer a number ends the sweep: its rate is too high, which is worth knowing.
    if (!(error instanceof TrainingError)) throw error;
  } finally {
    model.rateSetting = rate;
    await model.setState(before);
  }
  const { learningRates, losses } = sweep;
  const [from, to] = [Math.floor(steps / 10), -ignoredSteps];
  const suggestions = suggestRates(learningRates.slice(from, to), losses.slice(from, to));
  return { learningRates, losses, suggestions };
}

function requireRange(start: number, end: number): void {
  requireNumber("startLearningRate", start);
  requireNumber("endLearningRate", end);
  if (start > 0 && end > start && Number.isFinite(end)) return;
  throw new ConfigError({
    what: "The options startLearningRate and endLearningRate cannot be used.",
    expected: "two numbers above 0, the second larger than the first",
    received: `${start} and ${end}`,
  });
}

/** `start · (end / start)^(t / steps)` at step t of the sweep. */
function risingRate(
  start: number,
  end: number,
  steps: number,
  { iterations: first }: { readonly iterations: number },
): Schedule {
  return {
    name: "lrFind",
    options: { start, end, steps },
    at: (iterations) => start * (end / start) ** ((iterations - first) / steps),
  };
}

/** What is seen during the sweep. */
class Sweep {
  readonly learningRates: number[] = [];
  readonly losses: number[] = [];
  readonly #model: Model<SymbolicOutputs>;
  readonly #most: number;
  readonly #stopEarly: boolean;
  readonly #first: number;
  #seen = { examples: 0, loss: 0 };
  #smooth = 0;

  constructor(
    model: Model<SymbolicOutputs>,
    limits: { readonly steps: number; readonly stopEarly: boolean },
  ) {
    this.#model = model;
    this.#most = limits.steps;
    this.#stopEarly = limits.stopEarly;
    this.#first = model.progress.iterations;
  }

  readonly callback: Callback = {
    onEpochBegin: () => {
      this.#seen = { examples: 0, loss: 0 };
    },
    onStepEnd: (_, control) => {
      this.#record();
      const count = this.losses.length;
      const lowest = Math.min(...this.losses);
      if (this.#stopEarly && this.losses[count - 1] > tooHigh * lowest) {
        control.stop("the loss has gone up");
      }
      if (count === this.#most) control.stop("the sweep is over");
    },
  };

  #record(): void {
    const { progress, rateSetting } = this.#model;
    const { examples, sums } = progress.means;
    const loss = (sums.loss[0] - this.#seen.loss) / (examples - this.#seen.examples);
    this.#seen = { examples, loss: sums.loss[0] };
    this.#smooth = kept * this.#smooth + (1 - kept) * loss;
    const count = progress.iterations - this.#first;
    this.losses.push(this.#smooth / (1 - kept ** count));
    this.learningRates.push((rateSetting as Schedule).at(progress.iterations - 1));
  }
}
