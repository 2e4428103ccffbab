// Lowers the learning rate when a metric no longer improves.

import { requireNumber, requireWhole } from "../../core/option.ts";
import { optionsOf } from "../../nn/facts.ts";
import type { Callback } from "../callback.ts";
import { callbackFacts, monitorNames } from "./callback-facts.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, below 1. Default: 0.1. */
  readonly factor?: number;
  /** Epochs without improvement after which the learning rate is lowered. Default: 10. */
  readonly patience?: number;
  /** Epochs to wait after that before epochs are counted again. Default: 0. */
  readonly cooldown?: number;
  /** The lowest learning rate. Default: 0. */
  readonly minLR?: number;
  /** Changes of this much or less do not count. Default: 1e-4. */
  readonly minDelta?: number;
}

/**
 * Multiplies the learning rate by `factor` once `monitor` has not improved for `patience` epochs. A
 * schedule ends there. As in Keras; a number that is not reported is an error rather than a
 * warning.
 *
 * @throws ConfigError where an option cannot be used, or the number is not reported.
 * @example callbacks: [callbacks.reduceLROnPlateau({ factor: 0.5, patience: 2 })]
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const {
    factor = 0.1,
    patience = 10,
    cooldown = 0,
    minLR = 0,
    minDelta = 1e-4,
  } = optionsOf(reduceLROnPlateau.facts, options);
  requireNumber("factor of reduceLROnPlateau", factor, { above: 0, below: 1 });
  requireWhole("patience", patience, 0);
  requireWhole("cooldown", cooldown, 0);
  requireNumber("minLR", minLR, { least: 0 });
  const monitor = new Monitor({ ...options, minDelta });
  let wait = 0;
  let resting = 0;
  let best: number | undefined;

  /** Takes an epoch in; the new rate, where it is time for one. */
  const observe = (value: number | undefined, rate: number): number | undefined => {
    if (value === undefined) return undefined;
    if (resting > 0) {
      resting--;
      wait = 0;
    }
    if (monitor.isBetter(value, best)) {
      best = value;
      wait = 0;
      return undefined;
    }
    if (resting > 0) return undefined;
    wait++;
    if (wait < patience || rate <= minLR) return undefined;
    resting = cooldown;
    wait = 0;
    return Math.max(rate * factor, minLR);
  };
  return {
    onTrainBegin(run, { model }) {
      monitor.begin(run, { model });
      wait = 0;
      resting = 0;
      best = undefined;
      // A run that is resumed goes on waiting where it was; its rate has been lowered already.
      for (const { logs } of model.progress.history) {
        observe(monitor.valueIn(logs), logs.learning_rate);
      }
    },
    onEpochEnd({ logs }, { model }) {
      const rate = observe(monitor.valueIn(logs), model.learningRate);
      if (rate !== undefined) model.learningRate = rate;
    },
  };
}
reduceLROnPlateau.facts = callbackFacts<ReduceLROnPlateauOptions>({
  name: "reduceLROnPlateau",
  options: {
    ...monitorNames,
    factor: "factor",
    patience: "patience",
    cooldown: "cooldown",
    minLR: "min_lr",
  },
  keras: { className: "ReduceLROnPlateau" },
  example: "{ patience: 2 }",
});
