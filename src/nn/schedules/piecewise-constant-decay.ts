// The learning rate stays, and changes at given steps.

import { requireOption } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { requireRates, type Schedule, scheduleFacts } from "./schedule.ts";

export interface PiecewiseConstantDecayOptions {
  /** Steps after which the rate changes, rising. */
  readonly boundaries: readonly number[];
  /** The rates: one more than there are boundaries. */
  readonly values: readonly number[];
}

/**
 * Piecewise constant: `rate = values[i]` at step t, where i is the number of boundaries below t: a
 * boundary still belongs to the rate before it. As Keras's `PiecewiseConstantDecay`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.piecewiseConstantDecay({ boundaries: [1000, 2000], values: [0.1, 0.01, 0.001] })
 */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): Schedule {
  optionsOf(piecewiseConstantDecay.facts, options);
  const name = "piecewiseConstantDecay";
  const { boundaries, values } = options;
  const rises =
    Array.isArray(boundaries) &&
    boundaries.every((one, i) => Number.isFinite(one) && (i === 0 || one > boundaries[i - 1]));
  requireOption(`boundaries of ${name}`, boundaries, rises, "a list of numbers that rise");
  const fits = Array.isArray(values) && values.length === boundaries.length + 1;
  requireOption(`values of ${name}`, values, fits, `${boundaries.length + 1} rates`);
  for (const [i, value] of values.entries()) requireRates({ [`values[${i}]`]: value }, name);
  return {
    name,
    options: { boundaries, values },
    at: (iterations) => values[boundaries.filter((boundary) => boundary < iterations).length],
  };
}
piecewiseConstantDecay.facts = scheduleFacts<PiecewiseConstantDecayOptions>({
  name: "piecewiseConstantDecay",
  options: { boundaries: "boundaries", values: "values" },
  keras: { className: "PiecewiseConstantDecay" },
  example: "{ boundaries: [1000], values: [0.1, 0.01] }",
});
