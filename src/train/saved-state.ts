// What a file of Fovea's own holds of a model that is there already: its state, or how far it has come.

import { decodeSafetensors } from "../formats/safetensors.ts";
import type { SymbolicOutputs } from "../nn/network.ts";
import type { StoredRate } from "../nn/optimizers/learning-rate.ts";
import { type LearningRate, storeRate } from "../nn/optimizers/learning-rate.ts";
import { rateFrom } from "../nn/optimizers/stored-rate.ts";
import { readWholeFile } from "../platform/files.ts";
import type { ModelState, Progress } from "./state.ts";
import type { StatefulModel } from "./stateful-model.ts";

/** What a file holds of a model that is there already. */
export interface SavedState {
  readonly state: ModelState;
  /** Its learning rate; undefined where it was not compiled. */
  readonly rateSetting: LearningRate | undefined;
}

/**
 * Reads weights, optimizer and progress for `model` from a file that `saveModel` wrote of it. Layers,
 * losses and schedules of its own need not be handed in: the model has them.
 *
 * @throws FormatError where the file is missing, damaged, or holds something else.
 */
export async function loadState(
  path: string,
  model: StatefulModel<SymbolicOutputs>,
): Promise<SavedState> {
  const { tensors, metadata } = decodeSafetensors(await readWholeFile(path), path);
  const { readDescription } = await import("../interchange/safetensors/model-description.ts");
  const { valuesIn } = await import("../interchange/safetensors/model.ts");
  const { training, progress } = readDescription(metadata, path);
  const state = { ...valuesIn(tensors, model.network), progress };
  // A model that was compiled with another rate than that of the file keeps it: it was changed on purpose.
  const isOther =
    training !== undefined && !sameRate(training.optimizer, model.settings?.optimizer);
  const rateSetting = training && rateLike(model.rateSetting, training.learningRate);
  return { state, rateSetting: isOther ? model.rateSetting : rateSetting };
}

/** Whether two optimizers were made with the same learning rate. */
function sameRate(
  stored: { readonly options: Readonly<Record<string, unknown>> },
  present: { readonly options: Readonly<Record<string, unknown>> } | undefined,
): boolean {
  const rateOf = (optimizer: typeof present) => JSON.stringify(optimizer?.options.learningRate);
  return present === undefined || rateOf(stored) === rateOf(present);
}

/**
 * How far the training of a saved model has come. The whole file is checked.
 *
 * @throws FormatError where it is missing, damaged, or no model that Fovea saved.
 */
export async function progressIn(path: string): Promise<Progress> {
  const { metadata } = decodeSafetensors(await readWholeFile(path), path);
  const { readDescription } = await import("../interchange/safetensors/model-description.ts");
  return readDescription(metadata, path).progress;
}

/** The rate that was saved; the present one where it is the same: a schedule may be one's own. */
function rateLike(present: LearningRate, saved: StoredRate): LearningRate {
  const isSame = JSON.stringify(storeRate(present)) === JSON.stringify(saved);
  return isSame ? present : rateFrom(saved);
}
