// The end of a run: the test images, the report, and a few lines for the user.

import { type MeasuredClassifier, measureClassifier } from "../../assess/assess-classifier.ts";
import { classNamesFor } from "../../assess/classify.ts";
import { directionsOf } from "../../assess/directions.ts";
import { sizeOf } from "../../core/shape.ts";
import { countExamples, type Examples } from "../../data/examples.ts";
import { formatCount, formatDuration } from "../../report/numbers.ts";
import type { Headline } from "../../report/report-page.ts";
import type { MisclassifiedImage } from "../../report/report-sections.ts";
import { loadModel } from "../../train/load.ts";
import { formatLog } from "../../train/progress-bar.ts";
import { runFileNames } from "../model-file.ts";
import { standardOutput } from "../output.ts";
import { topRate } from "./pace.ts";
import { judge, type Run } from "./run.ts";
import { savedBest } from "./saver.ts";

/** How a run ended. */
export interface Ending {
  /** Why it ended before its last epoch, where it did. */
  readonly stopped: string | undefined;
  /** Whether the loss was no longer a number. */
  readonly diverged: boolean;
}

/** The model that the report is about, and how it does on the test images. */
interface Verdict extends MeasuredClassifier {
  readonly file: "best" | "last";
}

/** How many misclassified images the report shows. */
const mostShown = 48;

/**
 * Measures the run on the test images, writes its report and says where it is.
 *
 * @throws SaveError where a file cannot be written.
 */
export async function finishRun(run: Run, ending: Ending): Promise<void> {
  const { files, model, data, args, output } = run;
  const { history } = model.progress;
  const verdict = await judgeRun(run, ending);
  const classNames = classNamesFor(model, data.train.classNames);
  await files.writeHistory(history);
  await files.writeReport({
    title: `${model.name} on ${data.name}`,
    subtitle: subtitleOf(run),
    history,
    directions: directionsOf(model),
    ...(verdict && {
      evaluation: {
        on: "test",
        matrix: verdict.matrix,
        classNames,
        misclassified: misclassifiedIn(data.test, verdict, classNames.length),
      },
    }),
    headlines: headlinesOf(ending),
    notes: notesOf(run, verdict),
    args,
    summary: model.summary(),
  });
  const best = await savedBest(run);
  const seconds = history.reduce((total, record) => total + record.seconds, 0);
  const unfinished = ending.stopped !== undefined;
  output.record({
    event: "end",
    folder: files.folder,
    epochs: history.length,
    seconds,
    stopped: ending.stopped ?? null,
    test: verdict && {
      loss: verdict.loss,
      accuracy: verdict.accuracy,
      images: countExamples(data.test),
      model: runFileNames[verdict.file],
    },
    best: best && { epoch: best.epoch, [judge]: best.logs[judge] },
  });
  output.say();
  if (verdict !== undefined) {
    const images = formatCount(countExamples(data.test));
    output.result(
      `test accuracy  ${formatLog(verdict.accuracy)}, loss ${formatLog(verdict.loss)}, ` +
        `${images} test images, ${runFileNames[verdict.file]}`,
    );
  }
  if (best !== undefined) {
    const value = formatLog(best.logs[judge]);
    output.say(`best epoch     ${best.epoch}, ${judge} ${value}, saved in ${runFileNames.best}`);
  }
  if (history.length > 0) output.say(`time           ${formatDuration(seconds)}`);
  output.result(`run folder     ${files.folder} (open ${runFileNames.report} in it)`);
  if (unfinished) {
    const rate = ending.diverged ? ` --learning-rate ${topRate(run.recipe) / 10}` : "";
    output.result(`to continue    fovea train --resume ${files.folder}${rate}`);
  }
}

/**
 * Measures the best model on the test images, which had no say in which one that is; without a best one, the
 * last. Of a run that diverged the last sound model may be from long before, and says little.
 */
async function judgeRun(run: Run, { diverged }: Ending): Promise<Verdict | undefined> {
  const { recipe, model, data, device, files } = run;
  if ((await savedBest(run)) === undefined) {
    if (diverged) return undefined;
    return { file: "last", ...(await measureClassifier(model, data.test, recipe.batchSize)) };
  }
  const best = await loadModel(files.path("best"), { device });
  try {
    return { file: "best", ...(await measureClassifier(best.model, data.test, recipe.batchSize)) };
  } finally {
    await best.model.dispose();
  }
}

/** Where the run is, and what computed it. */
function subtitleOf({ files, args }: Run): string {
  return [files.folder, String(args.device)].join(" · ");
}

/** What a reader has to know to understand the numbers. */
function notesOf({ data }: Run, verdict: Verdict | undefined): string[] {
  const held = data.validation === undefined ? 0 : countExamples(data.validation);
  const notes = [
    held === 0
      ? "No images were held out for validation, so no epoch was chosen as the best."
      : `The best epoch was chosen by ${formatCount(held)} validation images, which were held out of the ` +
        "training images, the same share of each class.",
  ];
  if (verdict !== undefined) {
    const images = formatCount(countExamples(data.test));
    notes.push(
      `The ${images} test images were used only once, at the end, to measure ${runFileNames[verdict.file]}. ` +
        "They had no part in training or in choosing the best epoch.",
    );
  }
  const { loss } = standardOutput;
  if (loss !== undefined) {
    notes.push(
      `Standard output was closed during the run (${loss.message}). The run continued without it.`,
    );
  }
  return notes;
}

function headlinesOf({ stopped, diverged }: Ending): Headline[] {
  if (stopped === undefined) return [];
  return [{ label: "ended early", value: diverged ? "diverged" : "interrupted", note: stopped }];
}

/** The wrong predictions with the highest probabilities. */
function misclassifiedIn(
  { x, y }: Examples,
  verdict: Verdict,
  classes: number,
): MisclassifiedImage[] {
  const { data, shape } = x;
  if (!(data instanceof Uint8Array)) return [];
  const size = sizeOf(shape.slice(1));
  const confidence = (i: number) =>
    verdict.probabilities.data[i * classes + verdict.predictions[i]];
  return Array.from(verdict.predictions.keys())
    .filter((i) => verdict.predictions[i] !== y.data[i])
    .sort((a, b) => confidence(b) - confidence(a))
    .slice(0, mostShown)
    .map((i) => ({
      index: i,
      image: { data: data.subarray(i * size, (i + 1) * size), shape: shape.slice(1) },
      label: y.data[i],
      prediction: verdict.predictions[i],
      confidence: confidence(i),
    }));
}
