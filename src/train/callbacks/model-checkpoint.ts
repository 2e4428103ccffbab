// Saves the model as it learns. Floor 5. The files are those of saveModel.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigError } from "../../core/errors.ts";
import { removeLeftovers } from "../../formats/files.ts";
import { requireWhole } from "../../nn/layer.ts";
import type { Callback } from "../callback.ts";
import { type SaveOptions, saveModel } from "../checkpoint.ts";
import type { Logs } from "../events.ts";
import { writtenFormatOf } from "../keras/index.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { pathOf } from "./path.ts";

export interface ModelCheckpointOptions extends MonitorOptions, SaveOptions {
  /** Where to; `{epoch}`, `{step}` and names of numbers are filled in: `runs/{epoch:02d}-{val_loss:.3f}.safetensors`. */
  readonly path: string;
  /** Whether a file is written only when `monitor` is better than ever; false unless told. */
  readonly saveBestOnly?: boolean;
  /** `epoch` (the default), or how many steps lie between two files. */
  readonly saveFrequency?: "epoch" | number;
  /** What has to be beaten at first. */
  readonly initialValueThreshold?: number;
}

/**
 * Saves the model after every epoch, or every so many steps. A file is whole or not there at all;
 * missing folders are made. As in Keras.
 *
 * @throws ConfigError where there is no path, or it asks for what is not reported, FormatError where its end
 * names no kind of file, or a file cannot be written.
 * @example callbacks: [callbacks.modelCheckpoint({ path: "best.safetensors", saveBestOnly: true })]
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const path = pathOf(options, "modelCheckpoint");
  // Before anything is trained that could not be saved.
  writtenFormatOf(path);
  const { saveBestOnly = false, saveFrequency = "epoch", initialValueThreshold } = options;
  const monitor = saveBestOnly ? new Monitor(options) : undefined;
  let best = initialValueThreshold;
  let steps = 0;
  const save = async (
    model: Parameters<typeof saveModel>[0],
    logs: Logs,
    place: { readonly epoch: number; readonly step?: number },
  ) => {
    if (monitor !== undefined) {
      const value = monitor.valueIn(logs);
      if (!monitor.isBetter(value, best)) return;
      best = value;
    }
    const file = fillIn(path, { ...logs, ...place });
    await mkdir(dirname(file), { recursive: true });
    await removeLeftovers(file);
    await saveModel(model, file, options);
  };
  if (saveFrequency === "epoch") {
    return {
      onTrainBegin(_, { model }) {
        if (monitor === undefined) return;
        // A run that is resumed has had its best epochs before.
        for (const { logs } of model.progress.history) {
          const value = monitor.valueIn(logs);
          if (monitor.isBetter(value, best)) best = value;
        }
      },
      onEpochEnd: ({ epoch, logs }, { model }) => save(model, logs, { epoch }),
    };
  }
  requireWhole(saveFrequency, "saveFrequency");
  return {
    async onStepEnd({ epoch, step, logs }, { model }) {
      steps++;
      if (steps % saveFrequency === 0) await save(model, logs, { epoch, step });
    },
  };
}

/** `{name}`, `{name:03d}` and `{name:.2f}` replaced by numbers, as Python's format does. */
export function fillIn(path: string, numbers: Readonly<Record<string, number>>): string {
  return path.replace(
    /\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?([df]?))?\}/g,
    (part, name, zero, width, digits) => {
      if (!Object.hasOwn(numbers, name)) {
        throw new ConfigError({
          what: `The path of a checkpoint asks for "${name}", which is not reported.`,
          expected: Object.keys(numbers).join(", "),
          received: part,
        });
      }
      const value = numbers[name];
      const text = digits === undefined ? String(value) : value.toFixed(Number(digits));
      return text.padStart(Number(width || 0), zero === "0" ? "0" : " ");
    },
  );
}
