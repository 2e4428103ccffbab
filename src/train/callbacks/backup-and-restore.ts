// Backups of a run, so that one that was killed can be resumed.

import { platform } from "#platform";
import { requireWhole } from "../../core/option.ts";
import { optionsOf } from "../../nn/facts.ts";
import type { SymbolicOutputs } from "../../nn/network.ts";
import { removeLeftovers, writeFileAtomically } from "../../platform/files.ts";
import type { Callback } from "../callback.ts";
import { encodeModel } from "../save.ts";
import { loadState } from "../saved-state.ts";
import type { StatefulModel } from "../stateful-model.ts";
import { callbackFacts } from "./callback-facts.ts";
import { pathOf } from "./path.ts";

export interface BackupAndRestoreOptions {
  /** The file that holds the run while it lasts. */
  readonly path: string;
  /** `epoch`, or the number of steps between two backups. Default: `epoch`. */
  readonly saveFrequency?: "epoch" | number;
  /** Whether the file is deleted when training is complete. Default: true. */
  readonly deleteCheckpoint?: boolean;
}

/**
 * Keeps weights, optimizer and progress in a file; a run that finds such a file when it begins goes
 * on from there, with the same bits as if it had never been stopped. Put it first in the list:
 * others then see the run as it was. A run that diverges keeps its file: with a lower rate it goes
 * on from there. The file is whole or not there at all, and belongs to one run at a time. As in
 * Keras.
 *
 * @throws ConfigError where there is no path, FormatError where the file is no backup of this
 * model, or cannot be written.
 * @example callbacks: [callbacks.backupAndRestore({ path: "backup.safetensors" })]
 */
export function backupAndRestore(options: BackupAndRestoreOptions): Callback {
  const path = pathOf(options, "backupAndRestore");
  optionsOf(backupAndRestore.facts, options);
  const { saveFrequency = "epoch", deleteCheckpoint = true } = options;
  if (saveFrequency !== "epoch") requireWhole("saveFrequency", saveFrequency);
  let epochs = 0;
  /** Finished steps of what the file holds. */
  let kept = 0;
  let hasDiverged = false;
  // Whatever the path ends with: only Fovea's own file keeps the progress.
  const keep = async (model: StatefulModel<SymbolicOutputs>) => {
    const { iterations } = model.progress;
    await writeFileAtomically(path, await encodeModel(model));
    kept = iterations;
  };
  const restored: Callback = {
    async onTrainBegin(record, { model, restore }) {
      epochs = record.epochs;
      kept = 0;
      hasDiverged = false;
      await removeLeftovers(path);
      const present = await platform.files.status(path);
      if (present === undefined) return;
      const { state, rateSetting = model.rateSetting } = await loadState(path, model);
      await restore(state);
      model.rateSetting = rateSetting;
    },
    async onDivergence(_, { model }) {
      hasDiverged = true;
      // What has been kept since had run away already.
      if (kept > model.progress.iterations) await keep(model);
    },
    async onTrainEnd({ stopped }, { model }) {
      const isOver = model.progress.epochs >= epochs;
      const wasEnded = stopped !== undefined && stopped !== "interrupted";
      if (deleteCheckpoint && !hasDiverged && (isOver || wasEnded))
        await platform.disk.remove(path).catch(() => undefined);
    },
  };
  // Before the next epoch or step, not after the last one: then others in the list have still to act on it, and what
  // they write must be there when the backup says that it is done.
  if (saveFrequency === "epoch")
    return { ...restored, onEpochBegin: (_, { model }) => keep(model) };
  return {
    ...restored,
    async onStepBegin(_, { model }) {
      const { iterations } = model.progress;
      if (iterations > 0 && iterations % saveFrequency === 0) await keep(model);
    },
  };
}
backupAndRestore.facts = callbackFacts<BackupAndRestoreOptions>({
  name: "backupAndRestore",
  options: {
    path: "backup_dir",
    saveFrequency: "save_freq",
    deleteCheckpoint: "delete_checkpoint",
  },
  keras: { className: "BackupAndRestore" },
});
