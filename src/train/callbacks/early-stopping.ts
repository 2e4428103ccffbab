// Ends training when a number gets no better. Floor 5.

import type { Tensor } from "../../core/tensor.ts";
import type { Callback } from "../callback.ts";
import type { EpochRecord } from "../events.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without gain after which training ends; 0 unless told. */
  readonly patience?: number;
  /** Waiting counts on until this is beaten. */
  readonly baseline?: number;
  /** Whether the weights of the best epoch come back at the end; false unless told. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before this one, counted from 0, are not looked at; 0 unless told. */
  readonly startFromEpoch?: number;
}

/**
 * Ends training once `monitor` has not got better for `patience` epochs. As in Keras; a number that is
 * not reported is an error rather than a warning. Source: Prechelt, "Early stopping – but when?", 1998.
 *
 * @throws ConfigError where it is not plain which way is better, or the number is not reported.
 * @example callbacks: [callbacks.earlyStopping({ patience: 3, restoreBestWeights: true })]
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
  const monitor = new Monitor(options);
  let wait = 0;
  let best: number | undefined;
  let weights: ReadonlyMap<string, Tensor> | undefined;

  /** Takes an epoch in; `keep` keeps its weights where it is the best. Whether it is time to stop. */
  const observe = ({ epoch, logs }: EpochRecord, keep: () => void): boolean => {
    const value = monitor.valueIn(logs);
    if (epoch - 1 < startFromEpoch) return false;
    if (weights === undefined) keep();
    wait++;
    if (monitor.isBetter(value, best)) {
      best = value;
      keep();
      if (baseline === undefined || monitor.isBetter(value, baseline)) wait = 0;
      return false;
    }
    return wait >= patience && epoch > 1;
  };
  return {
    onTrainBegin(_, { model }) {
      wait = 0;
      best = undefined;
      weights = undefined;
      // A run that is resumed has waited before; the best weights of then are lost.
      for (const record of model.progress.history) observe(record, () => undefined);
    },
    onEpochEnd(record, { model, stop }) {
      const keep = () => {
        if (restoreBestWeights) weights = model.getWeights();
      };
      if (observe(record, keep)) stop(`${monitor.name} did not get better`);
    },
    onTrainEnd(_, { model }) {
      if (weights !== undefined) model.setWeights(weights);
    },
  };
}
