// Saves the model as it learns. The files are those of saveModel and saveWeights.

import { platform } from "#platform";
import { ConfigError } from "../../core/errors.ts";
import { requireNumber, requireWhole } from "../../core/option.ts";
import { writtenFormatOf, writtenWeightsFormatOf } from "../../interchange/file-formats.ts";
import { optionsOf } from "../../nn/facts.ts";
import type { SymbolicOutputs } from "../../nn/network.ts";
import type { Callback } from "../callback.ts";
import type { Logs } from "../events.ts";
import { type SaveOptions, saveModel, saveOptions } from "../save.ts";
import type { StatefulModel } from "../stateful-model.ts";
import { bestIn, epochHeldBy } from "./best-epoch.ts";
import { callbackFacts, monitorNames } from "./callback-facts.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { pathOf } from "./path.ts";
import { namesOneFile, pathPattern } from "./path-pattern.ts";

export interface ModelCheckpointOptions extends MonitorOptions, SaveOptions {
  /**
   * Where to write. `{epoch}`, `{step}` and the names of numbers are filled in, with formats of
   * Python: `runs/{epoch:02d}-{val_loss:.3f}.safetensors`, `{loss:.2e}`, `{accuracy:.1%}`.
   */
  readonly path: string;
  /** Whether a file is written only when `monitor` is better than ever before. Default: false. */
  readonly saveBestOnly?: boolean;
  /** Whether only the weights are saved, as by `model.saveWeights`. Default: false. */
  readonly saveWeightsOnly?: boolean;
  /** `epoch`, or the number of steps between two files. Default: `epoch`. */
  readonly saveFrequency?: "epoch" | number;
  /** A value that `monitor` has to beat before the first file is written. Default: none. */
  readonly initialValueThreshold?: number;
}

/**
 * Saves the model after every epoch, or every so many steps. A file is whole or not there at all;
 * missing folders are made. As in Keras, except that a model whose loss is not finite replaces no
 * file; where training diverges, a file that was written after the loss had run away is written
 * again with the model as it was before.
 *
 * @throws ConfigError where an option cannot be used, or the path asks for what is not reported,
 * FormatError where its file extension names no kind of file, or a file cannot be written.
 * @example callbacks: [callbacks.modelCheckpoint({ path: "best.safetensors", saveBestOnly: true })]
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const path = pathOf(options, "modelCheckpoint");
  optionsOf(modelCheckpoint.facts, options);
  const { saveBestOnly = false, saveWeightsOnly = false, saveFrequency = "epoch" } = options;
  // Before anything is trained that could not be saved.
  const fillIn = pathPattern(path);
  if (saveWeightsOnly) writtenWeightsFormatOf(path);
  else writtenFormatOf(path);
  const monitor = saveBestOnly ? new Monitor(options) : undefined;
  if (saveFrequency !== "epoch") {
    requireWhole("saveFrequency", saveFrequency);
    if (monitor !== undefined) requireWithinEpoch(monitor.name, saveFrequency);
  }
  const first = options.initialValueThreshold;
  if (first !== undefined) requireNumber("initialValueThreshold", first);
  const saving: SaveOptions = Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(saveOptions, name)),
  );
  let best = first;
  /** The newest file, and the finished steps of the model in it. */
  let newest: { readonly file: string; readonly iterations: number } | undefined;
  const write = async (model: StatefulModel<SymbolicOutputs>, file: string) => {
    await platform.disk.makeFolder(platform.paths.dirname(file));
    if (saveWeightsOnly) await model.saveWeights(file);
    else await saveModel(model, file, saving);
    newest = { file, iterations: model.progress.iterations };
  };
  const save = async (
    model: StatefulModel<SymbolicOutputs>,
    logs: Logs,
    place: { readonly epoch: number; readonly step?: number },
  ) => {
    if (monitor !== undefined) {
      const value = monitor.valueIn(logs);
      if (value === undefined || !monitor.isBetter(value, best)) return;
      best = value;
    }
    const file = fillIn({ ...logs, ...place });
    if (hasLostItsLoss(logs) && (await platform.files.status(file)) !== undefined) return;
    await write(model, file);
  };
  const onDivergence: Callback["onDivergence"] = async (_, { model }) => {
    // What was written of a model that had run away already is written again as it is now.
    if (newest === undefined || saveBestOnly) return;
    if (newest.iterations > model.progress.iterations) await write(model, newest.file);
  };
  if (saveFrequency === "epoch") {
    return {
      onDivergence,
      async onTrainBegin(run, { model }) {
        newest = undefined;
        if (monitor === undefined) return;
        monitor.begin(run, { model });
        // A run that is resumed has had its best epochs before.
        const { history, epochs, steps } = model.progress;
        const before = bestIn(history, monitor, best);
        const saysEpoch = !saveWeightsOnly && writtenFormatOf(path) === "safetensors";
        const isOneFile = saysEpoch && namesOneFile(path) && history.length > 0;
        const held = isOneFile ? await epochHeldBy(path) : before?.epoch;
        best = before?.value ?? best;
        if (before === undefined || held === before.epoch || Number(held) > epochs) return;
        // The file is not that of the best epoch. Where the model is still as it was then, it is written; otherwise
        // it counts for what it holds, so that the next better epoch replaces it.
        if (before.epoch === epochs && steps === 0) await write(model, path);
        else best = history.find(({ epoch }) => epoch === held)?.logs[monitor.name] ?? first;
      },
      onEpochEnd: ({ epoch, logs }, { model }) => save(model, logs, { epoch }),
    };
  }
  return {
    onTrainBegin(run, { model }) {
      newest = undefined;
      monitor?.begin(run, { model });
    },
    onDivergence,
    async onStepEnd({ epoch, step, logs }, { model }) {
      // Counted by the model: a run that is resumed goes on where it was.
      if (model.progress.iterations % saveFrequency === 0) await save(model, logs, { epoch, step });
    },
  };
}
modelCheckpoint.facts = callbackFacts<ModelCheckpointOptions>({
  name: "modelCheckpoint",
  options: {
    ...monitorNames,
    classNames: null,
    task: null,
    training: null,
    onWarning: null,
    path: "filepath",
    saveBestOnly: "save_best_only",
    saveWeightsOnly: "save_weights_only",
    saveFrequency: "save_freq",
    initialValueThreshold: "initial_value_threshold",
  },
  keras: { className: "ModelCheckpoint" },
});

/** Whether the loss, in training or in validation, is no longer a number. */
function hasLostItsLoss({ loss = 0, val_loss: validated = 0 }: Logs): boolean {
  return !Number.isFinite(loss) || !Number.isFinite(validated);
}

/** @throws ConfigError where the number is one that is reported at the end of an epoch alone. */
function requireWithinEpoch(monitor: string, saveFrequency: number): void {
  if (!monitor.startsWith("val_")) return;
  throw new ConfigError({
    what: `A checkpoint every ${saveFrequency} steps cannot watch "${monitor}".`,
    expected: "a number of training, such as loss: validation comes at the end of an epoch",
    received: `monitor: "${monitor}", saveFrequency: ${saveFrequency}`,
    fix: 'watch another number, or use saveFrequency: "epoch"',
  });
}
