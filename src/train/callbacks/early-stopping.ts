// Stops training when a metric no longer improves.

import { platform } from "#platform";
import { requireNumber, requireOption, requireWhole } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { writtenFormatOf } from "../../interchange/file-formats.ts";
import { optionsOf } from "../../nn/facts.ts";
import type { SymbolicOutputs } from "../../nn/network.ts";
import type { Callback } from "../callback.ts";
import type { EpochRecord } from "../events.ts";
import { saveModel } from "../save.ts";
import { loadState } from "../saved-state.ts";
import type { StatefulModel } from "../stateful-model.ts";
import { callbackFacts, monitorNames } from "./callback-facts.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops. Default: 0. */
  readonly patience?: number;
  /** A value to reach: epochs count as no improvement until it is beaten. Default: none. */
  readonly baseline?: number;
  /** Whether the weights of the best epoch are restored at the end. Default: false. */
  readonly restoreBestWeights?: boolean;
  /**
   * A `.safetensors` file that keeps the best model, so that a resumed run can restore its weights.
   * Without it, a resumed run that does not improve ends with the weights of its last epoch.
   * Default: no file.
   */
  readonly path?: string;
  /** The epoch, counted from 0, at which watching starts. Default: 0. */
  readonly startFromEpoch?: number;
}

/**
 * Early stopping: training stops once `monitor` has not improved for `patience` epochs. As in
 * Keras, except that a number which is not reported is an error rather than a warning. Source:
 * Prechelt, "Early stopping – but when?", 1998.
 *
 * @throws ConfigError where an option cannot be used. `fit` throws one where the number is not
 * reported, or it is not known which way is better.
 * @example callbacks: [callbacks.earlyStopping({ patience: 3, restoreBestWeights: true })]
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const {
    patience = 0,
    baseline,
    restoreBestWeights = false,
    startFromEpoch = 0,
    path,
  } = optionsOf(earlyStopping.facts, options);
  const isOwn = path === undefined || writtenFormatOf(path) === "safetensors";
  requireOption("path of earlyStopping", path, isOwn, "a path with the extension .safetensors");
  requireWhole("patience", patience, 0);
  requireWhole("startFromEpoch", startFromEpoch, 0);
  if (baseline !== undefined) requireNumber("baseline", baseline);
  const monitor = new Monitor(options);
  let wait = 0;
  let best: number | undefined;
  let bestEpoch: number | undefined;
  let weights: ReadonlyMap<string, Tensor> | undefined;

  /**
   * Takes an epoch in. Whether its weights are the ones to keep, and whether it is time to stop.
   */
  const observe = ({ epoch, logs }: EpochRecord): { toKeep: boolean; isOver: boolean } => {
    const value = monitor.valueIn(logs);
    if (value === undefined) return { toKeep: false, isOver: false };
    if (epoch - 1 < startFromEpoch) return { toKeep: false, isOver: false };
    const isFirst = bestEpoch === undefined;
    wait++;
    if (monitor.isBetter(value, best)) {
      best = value;
      bestEpoch = epoch;
      if (baseline === undefined || monitor.isBetter(value, baseline)) wait = 0;
      return { toKeep: true, isOver: false };
    }
    if (isFirst) bestEpoch = epoch;
    return { toKeep: isFirst, isOver: wait >= patience && epoch > 1 };
  };

  const keep = async (model: StatefulModel<SymbolicOutputs>) => {
    weights = await model.getWeights();
    if (path === undefined) return;
    await saveModel(model, path);
  };

  /** The best weights of a run that is resumed. */
  const findKept = async (model: StatefulModel<SymbolicOutputs>) => {
    if (path === undefined || bestEpoch === undefined) return undefined;
    if ((await platform.files.status(path)) === undefined) return undefined;
    const { state } = await loadState(path, model);
    // A kill may have come after a better epoch that has to be made again: then it is kept again.
    return state.progress.epochs === bestEpoch ? state.weights : undefined;
  };
  return {
    async onTrainBegin(run, { model }) {
      monitor.begin(run, { model });
      wait = 0;
      best = undefined;
      bestEpoch = undefined;
      // A run that is resumed has waited before.
      for (const record of model.progress.history) observe(record);
      weights = restoreBestWeights ? await findKept(model) : undefined;
    },
    async onEpochEnd(record, { model, stop }) {
      const { toKeep, isOver } = observe(record);
      if (toKeep && restoreBestWeights) await keep(model);
      if (isOver) stop(`${monitor.name} did not get better`);
    },
    async onTrainEnd(_, { model }) {
      if (weights !== undefined) await model.setWeights(weights);
    },
  };
}
earlyStopping.facts = callbackFacts<EarlyStoppingOptions>({
  name: "earlyStopping",
  options: {
    ...monitorNames,
    patience: "patience",
    baseline: "baseline",
    restoreBestWeights: "restore_best_weights",
    path: null,
    startFromEpoch: "start_from_epoch",
  },
  keras: { className: "EarlyStopping" },
  example: "{ patience: 3 }",
});
