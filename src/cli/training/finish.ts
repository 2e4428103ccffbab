// The end of a run: the test images, the report, and a few lines for the user.

import { classScores } from "../../assess/confusion-matrix.ts";
import { directionsOf } from "../../assess/directions.ts";
import type { SkippedFile } from "../../data/image-folder/found-file.ts";
import { summarize } from "../../nn/summary.ts";
import { formatCount, formatDuration } from "../../report/numbers.ts";
import type { Headline, ReportContent } from "../../report/report-page.ts";
import type { RunResult } from "../../report/runs-page.ts";
import { type ReportSection, tableMarkup } from "../../report/section.ts";
import type { Measurement } from "../../tasks/task.ts";
import { loadModel } from "../../train/load.ts";
import type { Model } from "../../train/model.ts";
import { formatLog } from "../../train/progress-bar.ts";
import { formatFlaws, recordOfFlaws } from "../folder-text.ts";
import { formatNumbers, recordOf } from "../measurement-text.ts";
import { runFileNames } from "../model-file.ts";
import { standardOutput } from "../output.ts";
import { topRate } from "./pace.ts";
import { type Run, trainedIn } from "./run.ts";
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
export interface Verdict {
  readonly measurement: Measurement;
  /** What the page says of it, and figures that are files: made while the model is there. */
  readonly report: Partial<ReportContent>;
  readonly figures: ReadonlyMap<string, string | Uint8Array>;
  readonly file: "best" | "last";
  /** Which images those are. */
  readonly part: "test" | "validation";
  readonly images: number;
}

/** Faults that the report lists. */
const mostFaults = 1000;

/**
 * Measures the run on the test images, or without any on those that were held out, writes its report and says where it is.
 *
 * @returns What was measured; undefined where there was nothing to measure.
 * @throws SaveError where a file cannot be written.
 */
export async function finishRun(run: Run, ending: Ending): Promise<Verdict | undefined> {
  const { files, model, data, args, output, task } = run;
  const { history } = model.progress;
  const verdict = await judgeRun(run, ending);
  await files.writeHistory(history);
  const measured = verdict?.report ?? {};
  const { notes = [], headlines = [], sections = [] } = measured;
  const content = {
    title: `${model.name} on ${data.name}`,
    subtitle: subtitleOf(run),
    history,
    directions: directionsOf(model),
    ...measured,
    sections: [...sections, ...faultSections(data.folder?.faults)],
    headlines: [...headlines, ...headlinesOf(ending)],
    notes: [...notesOf(run, verdict, ending), ...notes],
    ...(data.folder && { classCounts: data.folder.counts, skipped: data.folder.skipped }),
    args,
    summary: model.summary(),
  };
  await files.writeReport(content, verdict?.figures ?? new Map());
  const best = await savedBest(run);
  const seconds = history.reduce((total, record) => total + record.seconds, 0);
  if (verdict !== undefined) await files.writeResults(resultOf(verdict, model, seconds));
  const unfinished = ending.stopped !== undefined;
  const { judge } = task;
  output.record({
    event: "end",
    folder: files.folder,
    epochs: history.length,
    seconds,
    stopped: ending.stopped ?? null,
    ...(verdict && {
      [verdict.part]: {
        ...recordOf(verdict.measurement.numbers),
        images: verdict.images,
        model: runFileNames[verdict.file],
      },
    }),
    ...(ending.isPlateau && { plateau: true }),
    ...(data.folder && recordOfFlaws(data.folder)),
    best: best && { epoch: best.epoch, [judge.name]: best.logs[judge.name] },
  });
  output.say();
  if (verdict !== undefined) {
    const { part, file, measurement } = verdict;
    const [first, ...others] = measurement.numbers;
    output.result(
      `${`${part} ${first.title}`.padEnd(13)}  ${formatLog(first.value)}, ` +
        `${others.map((one) => `${formatNumbers([one])}, `).join("")}` +
        `${formatCount(verdict.images)} ${part} images, ${runFileNames[file]}`,
    );
  }
  if (best !== undefined) {
    const value = formatLog(best.logs[judge.name]);
    output.say(
      `best epoch     ${best.epoch}, ${judge.name} ${value}, saved in ${runFileNames.best}`,
    );
  }
  if (ending.isPlateau) {
    output.say(`ended early    val_loss did not improve for ${run.recipe.patience} epochs`);
  }
  if (history.length > 0) output.say(`time           ${formatDuration(seconds)}`);
  output.result(`run folder     ${files.folder} (open ${runFileNames.report} in it)`);
  const flaws = data.folder && formatFlaws(data.folder);
  if (flaws !== undefined) output.result(`\n${flaws}`);
  if (unfinished) {
    const rate = ending.diverged ? ` --learning-rate ${topRate(run.recipe) / 10}` : "";
    output.result(`to continue    fovea train --resume ${files.folder}${rate}`);
  }
  return verdict;
}

/**
 * Measures the best model on the test images, which had no say in which one that is; without a best one, the
 * last. Of a run that diverged the last sound model may be from long before, and says little.
 */
async function judgeRun(run: Run, { diverged }: Ending): Promise<Verdict | undefined> {
  const { recipe, model, data, device, files } = run;
  const part = data.counts.test === 0 ? "validation" : "test";
  const images = data.counts[part];
  if (images === 0) return undefined;
  const measure = async (file: "best" | "last", measured: Model): Promise<Verdict> => {
    const measurement = await data.measure(trainedIn(run, measured), part, recipe.batchSize);
    const [report, figures] = [await measurement.report(), await measurement.figures()];
    return { file, images, part, measurement, report, figures };
  };
  if ((await savedBest(run)) === undefined) return diverged ? undefined : measure("last", model);
  const best = await loadModel(files.path("best"), { device });
  try {
    return await measure("best", best.model);
  } finally {
    await best.model.dispose();
  }
}

/** What pages that compare runs read. */
function resultOf(
  { part, images, measurement, report }: Verdict,
  model: Model,
  seconds: number,
): RunResult {
  const { parameters, macs } = summarize(model.network);
  const { evaluation } = report;
  const scores = evaluation === undefined ? [] : classScores(evaluation.matrix);
  return {
    on: part,
    images,
    measures: recordOf(measurement.numbers),
    ...(evaluation && {
      classes: scores.map(({ f1 }, i) => ({ name: evaluation.classNames[i], score: f1 })),
      confusion: evaluation.matrix.counts,
    }),
    parameters,
    multiplyAdds: macs,
    seconds,
  };
}

/** What is wrong in files whose rest was used. */
function faultSections(faults: readonly SkippedFile[] = []): ReportSection[] {
  if (faults.length === 0) return [];
  const rows = faults.slice(0, mostFaults).map(({ path, reason }) => [path, reason]);
  const columns = ["file", "what is wrong"];
  return [{ title: "Faulty annotations", body: tableMarkup({ columns, rows }) }];
}

/** Where the run is, and what computed it. */
function subtitleOf({ files, args }: Run): string {
  return [files.folder, String(args.device)].join(" · ");
}

/** What a reader has to know to understand the numbers. */
function notesOf(
  { data, recipe, reasons }: Run,
  verdict: Verdict | undefined,
  ending: Ending,
): string[] {
  const held = data.counts.validation;
  const notes = [
    held === 0
      ? "No images were held out for validation, so no epoch was chosen as the best."
      : `The best epoch was chosen by ${formatCount(held)} validation images, which had no part in training.`,
    ...reasons.map((reason) => `Chosen: ${reason}.`),
    ...(data.folder?.warnings ?? []),
  ];
  if (ending.isPlateau) {
    notes.push(`Training ended when val_loss had not improved for ${recipe.patience} epochs.`);
  }
  if (verdict?.part === "validation") {
    const [{ title }] = verdict.measurement.numbers;
    notes.push(
      `There are no test images. The ${title} is that on the images that chose the best epoch, and a little too ` +
        "good: a folder test/ beside train/ would say more.",
    );
  }
  if (verdict?.part === "test") {
    notes.push(
      `The ${formatCount(verdict.images)} test images were used only once, at the end, to measure ` +
        `${runFileNames[verdict.file]}. They had no part in training or in choosing the best epoch.`,
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
