// The end of a run: the test images, the report, and a few lines for the user.

import { basename } from "node:path";
import { type MeasuredClassifier, measureClassifier } from "../../assess/assess-classifier.ts";
import { classNamesFor } from "../../assess/classify.ts";
import { directionsOf } from "../../assess/directions.ts";
import { countOf, type ExampleSet, imagesAt, nameOfExample } from "../../data/example-set.ts";
import { formatCount, formatDuration } from "../../report/numbers.ts";
import type { Headline } from "../../report/report-page.ts";
import type { PredictedImage } from "../../report/report-sections.ts";
import { loadModel } from "../../train/load.ts";
import type { Model } from "../../train/model.ts";
import { formatLog } from "../../train/progress-bar.ts";
import { runFileNames } from "../model-file.ts";
import { standardOutput } from "../output.ts";
import { formatSkipped } from "../pictures.ts";
import { topRate } from "./pace.ts";
import { judge, type Run } from "./run.ts";
import { savedBest } from "./saver.ts";

/** How a run ended. */
export interface Ending {
  /** Why it ended before its last epoch, where it did. */
  readonly stopped: string | undefined;
  /** Whether it no longer got better. */
  readonly isPlateau: boolean;
  /** Whether the loss was no longer a number. */
  readonly diverged: boolean;
}

/** The model that the report is about, and how it does on images that it has not learned from. */
interface Verdict extends MeasuredClassifier {
  readonly file: "best" | "last";
  readonly images: ExampleSet;
  /** Which images those are. */
  readonly part: "test" | "validation";
}

/** How many misclassified images the report shows, and how many others. */
const [mostShown, mostSamples] = [48, 24];

/**
 * Measures the run on the test images, or without any on those that were held out, writes its report and says where it is.
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
        on: verdict.part,
        matrix: verdict.matrix,
        classNames,
        misclassified: await imagesOf(verdict, worstOf(verdict, classNames.length)),
        samples: await imagesOf(verdict, samplesOf(verdict)),
      },
    }),
    headlines: headlinesOf(ending),
    notes: notesOf(run, verdict, ending),
    ...(data.folder && { classCounts: data.folder.counts, skipped: data.folder.skipped }),
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
    ...(verdict && {
      [verdict.part]: {
        loss: verdict.loss,
        accuracy: verdict.accuracy,
        images: countOf(verdict.images),
        model: runFileNames[verdict.file],
      },
    }),
    ...(ending.isPlateau && { plateau: true }),
    ...(data.folder && { skipped: data.folder.skipped }),
    best: best && { epoch: best.epoch, [judge]: best.logs[judge] },
  });
  output.say();
  if (verdict !== undefined) {
    const images = formatCount(countOf(verdict.images));
    output.result(
      `${`${verdict.part} accuracy`.padEnd(13)}  ${formatLog(verdict.accuracy)}, ` +
        `loss ${formatLog(verdict.loss)}, ${images} ${verdict.part} images, ${runFileNames[verdict.file]}`,
    );
  }
  if (best !== undefined) {
    const value = formatLog(best.logs[judge]);
    output.say(`best epoch     ${best.epoch}, ${judge} ${value}, saved in ${runFileNames.best}`);
  }
  if (ending.isPlateau) {
    output.say(`ended early    val_loss did not improve for ${run.recipe.patience} epochs`);
  }
  if (history.length > 0) output.say(`time           ${formatDuration(seconds)}`);
  output.result(`run folder     ${files.folder} (open ${runFileNames.report} in it)`);
  const skipped = data.folder && formatSkipped(data.folder);
  if (skipped !== undefined) output.result(`\n${skipped}`);
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
  const images = data.test ?? data.validation;
  if (images === undefined) return undefined;
  const part = data.test === undefined ? "validation" : "test";
  const measure = async (file: "best" | "last", measured: Model): Promise<Verdict> => {
    const scores = await measureClassifier(measured, images, recipe.batchSize);
    return { file, images, part, ...scores };
  };
  if ((await savedBest(run)) === undefined) return diverged ? undefined : measure("last", model);
  const best = await loadModel(files.path("best"), { device });
  try {
    return await measure("best", best.model);
  } finally {
    await best.model.dispose();
  }
}

/** Where the run is, and what computed it. */
function subtitleOf({ files, args }: Run): string {
  return [files.folder, String(args.device)].join(" · ");
}

/** What a reader has to know to understand the numbers. */
function notesOf({ data, recipe }: Run, verdict: Verdict | undefined, ending: Ending): string[] {
  const held = data.validation === undefined ? 0 : countOf(data.validation);
  const notes = [
    held === 0
      ? "No images were held out for validation, so no epoch was chosen as the best."
      : `The best epoch was chosen by ${formatCount(held)} validation images, which had no part in training.`,
    ...data.reasons.map((reason) => `Chosen: ${reason}.`),
    ...(data.folder?.warnings ?? []),
  ];
  if (ending.isPlateau) {
    notes.push(`Training ended when val_loss had not improved for ${recipe.patience} epochs.`);
  }
  if (verdict?.part === "validation") {
    notes.push(
      "There are no test images. The accuracy is that on the images that chose the best epoch, and a little too " +
        "good: a folder test/ beside train/ would say more.",
    );
  }
  if (verdict?.part === "test") {
    const images = formatCount(countOf(verdict.images));
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

/** The rows of the wrong predictions with the highest probabilities. */
function worstOf(verdict: Verdict, classes: number): number[] {
  const { labels, predictions } = verdict;
  const confidence = confidenceIn(verdict, classes);
  return Array.from(predictions.keys())
    .filter((i) => predictions[i] !== labels[i])
    .sort((a, b) => confidence(b) - confidence(a))
    .slice(0, mostShown);
}

/** Rows that are evenly spread. */
function samplesOf({ images }: Verdict): number[] {
  const count = Math.min(mostSamples, countOf(images));
  return Array.from({ length: count }, (_, i) => Math.floor((i * countOf(images)) / count));
}

const confidenceIn =
  ({ probabilities, predictions }: Verdict, classes: number) =>
  (i: number) =>
    probabilities.data[i * classes + predictions[i]];

/** Images with what was predicted for them; none where they cannot be shown. */
async function imagesOf(verdict: Verdict, rows: readonly number[]): Promise<PredictedImage[]> {
  const { images, labels, predictions, probabilities } = verdict;
  const confidence = confidenceIn(verdict, probabilities.shape[1]);
  const pixels = await imagesAt(images, rows);
  return pixels.map((image, at) => {
    const i = rows[at];
    const name = nameOfExample(images, i);
    return {
      index: i,
      ...(name !== undefined && { name: basename(name) }),
      image,
      label: labels[i],
      prediction: predictions[i],
      confidence: confidence(i),
    };
  });
}
