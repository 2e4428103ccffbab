// What a phase makes of a transferred model: which layers learn, and how.

import { sizeOf } from "../core/shape.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { OptimizerOptions } from "../nn/optimizers/optimizer-options.ts";
import { oneCycle } from "../nn/schedules/one-cycle.ts";
import type { Model } from "../train/model.ts";
import { baseOf, freeze, unfreeze } from "./freezing.ts";
import type { Phase } from "./phases.ts";

/** Lets the layers of a phase learn, and no others. @throws ConfigError where the base has no such layers. */
export function enterPhase(model: Model, { unfreeze: what }: Phase): void {
  if (what === undefined) freeze(model);
  else unfreeze(model, what);
}

/** How many parameters of a model learn now. */
export function trainableParameters({ network }: Model): number {
  return network.weights
    .filter(({ trainable }) => trainable)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** What will be done, a line for each phase. The model is left in the last one. */
export function planOf(model: Model, phases: readonly Phase[]): string[] {
  return phases.map((phase, i) => {
    enterPhase(model, phase);
    const { name, epochs, learningRate, schedule = "constant", size } = phase;
    const rate = schedule === "oneCycle" ? `up to ${learningRate}, one cycle` : learningRate;
    const parameters = trainableParameters(model).toLocaleString("en");
    const many = epochs === 1 ? "1 epoch" : `${epochs} epochs`;
    const pictures = size === undefined ? "" : `, pictures of ${size} x ${size}`;
    return `Phase ${i + 1}, ${name}: ${parameters} parameters, ${many}, learning rate ${rate}${pictures}`;
  });
}

/**
 * The optimizer of a phase, with its learning rate over `steps` steps.
 *
 * @param make the optimizer for options, such as `optimizers.adam`.
 */
export function optimizerFor(
  model: Model,
  { learningRate, schedule = "constant", rates }: Phase,
  steps: number,
  make: (options: OptimizerOptions) => Optimizer,
): Optimizer {
  const rate =
    schedule === "oneCycle"
      ? oneCycle({ maxLearningRate: learningRate, totalSteps: Math.max(2, steps), divFactor: 5 })
      : learningRate;
  return make({
    learningRate: rate,
    ...(rates === undefined ? {} : { learningRateMultipliers: multipliers(model, rates) }),
  });
}

/** A factor for each layer of the base by its third. */
function multipliers(
  model: Model,
  rates: readonly [number, number, number],
): Record<string, number> {
  const base = baseOf(model).name;
  const paths = model.network.owners
    .filter(({ weights }) => weights.length > 0)
    .map(({ path }) => path)
    .filter((path) => path.startsWith(`${base}/`));
  const third = (i: number) => Math.min(2, Math.floor((3 * i) / paths.length));
  return Object.fromEntries(paths.map((path, i) => [path, rates[third(i)]]));
}
