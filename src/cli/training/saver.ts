// Saves a run as it learns. The best model is written before the last one: wherever the run is killed,
// what is in the folder belongs together, and the epoch that is run again writes the same files again.

import { bestEpoch, isBetterEpoch } from "../../assess/epoch-metrics.ts";
import { FormatError, TrainingError } from "../../core/errors.ts";
import { decodeSafetensors } from "../../formats/safetensors.ts";
import { readDescription } from "../../interchange/safetensors/model-description.ts";
import { readWholeFile } from "../../platform/files.ts";
import type { Judge } from "../../tasks/task.ts";
import type { Callback } from "../../train/callback.ts";
import type { EpochRecord, Logs } from "../../train/events.ts";
import type { Progress } from "../../train/state.ts";
import { runFileNames } from "../model-file.ts";
import { withAverages } from "./averages.ts";
import { catchUp } from "./catch-up.ts";
import { encodeRun, type Run } from "./run.ts";

/** How far the model in a file has come, without loading it. @throws FormatError where it is no model. */
export async function progressIn(path: string): Promise<Progress> {
  const { metadata } = decodeSafetensors(await readWholeFile(path), path);
  return readDescription(metadata, path).progress;
}

/** The epoch that `best.safetensors` was saved after, as the file itself says; undefined where there is no such model. */
export async function savedBest({ files }: Pick<Run, "files">): Promise<EpochRecord | undefined> {
  if (!(await files.has("best"))) return undefined;
  try {
    return (await progressIn(files.path("best"))).history.at(-1);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/**
 * The epoch in `best.safetensors` as a run begins or continues. If the history has a better one, the file is
 * written again from the model at hand if that is the one; otherwise a warning says that it is lost.
 */
async function settleBest(run: Run): Promise<EpochRecord | undefined> {
  const { history, steps } = run.model.progress;
  const saved = await savedBest(run);
  const { judge } = run.task;
  const known = bestEpoch(history, judge.name, judge.better);
  if (known === undefined || !isBetter(known, saved, judge)) return saved;
  if (steps === 0 && known.epoch === history.length) {
    await run.files.write("best", await encodeBest(run));
    return known;
  }
  run.output.warn(
    `The model of epoch ${known.epoch}, the best so far, is not in ${run.files.folder}: ` +
      `${runFileNames.best} will be the best of the other epochs.`,
  );
  return saved;
}

/** The model as it was measured, as a file. */
const encodeBest = (run: Run) => withAverages(run, () => encodeRun(run));

/** Saves the model as it stands as the last one. */
export async function saveLast(run: Run): Promise<void> {
  await catchUp(run);
  await run.files.write("last", await encodeRun(run));
}

/**
 * Saves the state after every epoch, and every so many steps within one where that is asked for, and
 * keeps the best. A state whose loss is not known to be a number never replaces one whose loss was.
 */
export function saver(run: Run): Callback {
  const { model, files, output, recipe, task } = run;
  const { saveEvery } = recipe;
  let best: EpochRecord | undefined;
  /** Saved once the next step has shown that its loss is a number. */
  let unproven: Uint8Array | undefined;
  const saveUnproven = async () => {
    if (unproven !== undefined) await files.write("last", unproven);
    unproven = undefined;
  };
  return {
    async onTrainBegin() {
      best = await settleBest(run);
    },
    ...(saveEvery !== undefined && {
      async onStepEnd() {
        await saveUnproven();
        if (run.learner.progress.iterations % saveEvery !== 0) return;
        await catchUp(run);
        unproven = await encodeRun(run);
      },
    }),
    async onEpochEnd(record) {
      unproven = undefined;
      requireFinite(record.logs, record.epoch);
      await catchUp(run);
      const bytes = await encodeRun(run);
      if (isBetter(record, best, task.judge)) {
        await files.write("best", recipe.ema === undefined ? bytes : await encodeBest(run));
        best = record;
      }
      await files.write("last", bytes);
      await files.writeHistory(model.progress.history);
      output.record({ event: "epoch", ...record });
    },
  };
}

const isBetter = (record: EpochRecord, best: EpochRecord | undefined, { name, better }: Judge) =>
  isBetterEpoch(record, best, name, better);

/** @throws TrainingError where the epoch's last step has broken the model. */
function requireFinite(logs: Logs, epoch: number): void {
  const broken = Object.keys(logs).find((name) => !Number.isFinite(logs[name]));
  if (broken === undefined) return;
  throw new TrainingError({
    what: `Training stopped: ${broken} is no longer a number after epoch ${epoch}.`,
    expected: "finite numbers",
    received: String(logs[broken]),
    fix: "lower the learning rate; the model of the previous epoch is kept",
  });
}
