// The end of a run: a last look at the test images, the report, and a few lines for the user. Floor 8.

import { stat } from "node:fs/promises";
import { sizeOf } from "../../core/shape.ts";
import { countExamples, type Examples } from "../../data/examples.ts";
import { bestEpoch } from "../../report/metrics.ts";
import { formatDuration } from "../../report/numbers.ts";
import type { Headline } from "../../report/report-page.ts";
import type { MisreadImage } from "../../report/report-sections.ts";
import { loadModel } from "../../train/checkpoint.ts";
import { formatLog } from "../../train/progress-bar.ts";
import { type Assessment, assess, classNamesFor } from "../assess.ts";
import { runFileNames } from "../model-file.ts";
import { judge, type Run } from "./run.ts";

/** How a run came to its end. */
export interface Ending {
  /** Why it ended before its last epoch, where it did. */
  readonly stopped: string | undefined;
  /** Whether the loss was no longer a number. */
  readonly diverged: boolean;
}

/** The weights that the report speaks of, and what they reach on the test images. */
interface Verdict extends Assessment {
  readonly file: "best" | "last";
}

/** Misread images that the report shows. */
const misreadShown = 48;

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
    subtitle: subtitleOf(run, verdict),
    history,
    ...(verdict && {
      evaluation: {
        on: "test",
        matrix: verdict.matrix,
        classNames,
        misread: misreadIn(data.test, verdict, classNames.length),
      },
    }),
    headlines: headlinesOf(ending),
    args,
    summary: model.summary(),
  });
  const best = bestEpoch(history, judge);
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
    const images = countExamples(data.test).toLocaleString("en-US");
    output.result(
      `test accuracy  ${formatLog(verdict.accuracy)}, loss ${formatLog(verdict.loss)}, ` +
        `on ${images} images with ${runFileNames[verdict.file]}`,
    );
  }
  if (best !== undefined) {
    const value = formatLog(best.logs[judge]);
    output.say(`best epoch     ${best.epoch} with ${judge} ${value}, in ${runFileNames.best}`);
  }
  if (history.length > 0) output.say(`time           ${formatDuration(seconds)}`);
  output.result(`run folder     ${files.folder}, see ${runFileNames.report} in it`);
  if (unfinished && !ending.diverged) {
    output.result(`to go on       fovea train --resume ${files.folder}`);
  }
}

/**
 * The numbers of a report should come from images that had no say in which weights were kept. So the
 * last weights are measured where the test images chose the best ones, and the best where others did.
 */
async function judgeRun(run: Run, { diverged }: Ending): Promise<Verdict | undefined> {
  const { options, model, data, device, files } = run;
  const wantsBest = diverged || options.validationSplit > 0;
  const hasBest = wantsBest && (await stat(files.path("best")).catch(() => undefined));
  if (!hasBest) {
    if (diverged) return undefined;
    return { file: "last", ...(await assess(model, data.test, options.batchSize)) };
  }
  const best = await loadModel(files.path("best"), { device });
  try {
    return { file: "best", ...(await assess(best.model, data.test, options.batchSize)) };
  } finally {
    await best.model.dispose();
  }
}

/** Where the run is, and what was measured on what. */
function subtitleOf({ files, args, options }: Run, verdict: Verdict | undefined): string {
  const validation = options.validationSplit > 0 ? "held-back training" : "test";
  return [
    files.folder,
    String(args.device),
    `validated on ${validation} images`,
    ...(verdict === undefined ? [] : [`tested with ${runFileNames[verdict.file]}`]),
  ].join(" · ");
}

function headlinesOf({ stopped, diverged }: Ending): Headline[] {
  if (stopped === undefined) return [];
  return [{ label: "ended early", value: diverged ? "diverged" : "interrupted", note: stopped }];
}

/** The mistakes that the model was most sure of. */
function misreadIn({ x, y }: Examples, verdict: Verdict, classes: number): MisreadImage[] {
  const { data, shape } = x;
  if (!(data instanceof Uint8Array)) return [];
  const size = sizeOf(shape.slice(1));
  const sureness = (i: number) => verdict.probabilities.data[i * classes + verdict.classes[i]];
  return Array.from(verdict.classes.keys())
    .filter((i) => verdict.classes[i] !== y.data[i])
    .sort((a, b) => sureness(b) - sureness(a))
    .slice(0, misreadShown)
    .map((i) => ({
      image: { data: data.subarray(i * size, (i + 1) * size), shape: shape.slice(1) },
      label: y.data[i],
      prediction: verdict.classes[i],
      confidence: sureness(i),
    }));
}
