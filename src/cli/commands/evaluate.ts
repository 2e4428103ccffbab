// `fovea evaluate`: how well a trained model does on test images, class by class.

import { z } from "zod";
import { type MeasuredClassifier, measureClassifier } from "../../assess/assess-classifier.ts";
import { classNamesFor } from "../../assess/classify.ts";
import { type ClassScore, classScores, mostConfused } from "../../assess/confusion-matrix.ts";
import { countOf } from "../../data/example-set.ts";
import { formatCount, formatRate } from "../../report/numbers.ts";
import { formatLog } from "../../train/progress-bar.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import {
  batchSizeField,
  deviceFields,
  modelFields,
  outputFields,
  trainedDataFields,
} from "../fields.ts";
import { loadData } from "../load-data.ts";
import { Output } from "../output.ts";
import { formatSkipped, type LoadedData } from "../pictures.ts";
import { formatTable } from "../table.ts";
import { withTrained } from "../trained.ts";

export const evaluate = defineCommand({
  description:
    "Measures a trained model on test images: loss, accuracy, and precision, recall and F1 of each class.",
  options: z.object({
    ...modelFields,
    ...trainedDataFields,
    batchSize: batchSizeField,
    ...deviceFields,
    ...outputFields,
  }),
  examples: [
    [
      "fovea evaluate --model runs/train",
      "The best model of a run, on the test images of its dataset.",
    ],
    [
      "fovea evaluate --model runs/train/last.safetensors --data mnist",
      "Another model and dataset.",
    ],
  ],
  run: (options, given) => {
    const output = new Output(options);
    return withTrained(options, given, output, "loss", async (trained) => {
      const { model, file, classNames, choice, pictures } = trained;
      const data = await loadData(choice, output, pictures);
      const { part, test } = measuredIn(data);
      output.say(`data    ${data.source}`);
      if (part !== "test") output.say(`        no test images: measured on the ${part} images`);
      output.say();
      const assessment = await measureClassifier(model, test, options.batchSize);
      warnOfOtherClasses(classNames, test.classNames, output);
      const names = classNamesFor(model, classNames, test.classNames);
      const { loss, accuracy, matrix } = assessment;
      const classes = classScores(matrix).map((score, i) => ({ name: names[i], ...score }));
      output.result(formatEvaluation(assessment, classes, countOf(test)));
      output.record({
        model: file,
        data: data.name,
        source: data.source,
        part,
        images: countOf(test),
        loss,
        accuracy,
        classes,
        confusionMatrix: matrix.counts,
        ...(data.folder && { skipped: data.folder.skipped }),
      });
      const skipped = data.folder && formatSkipped(data.folder);
      if (skipped !== undefined) output.say(`\n${skipped}`);
      await data.folder?.close();
      return exitCodes.done.code;
    });
  },
});

/** The test images; of a folder without any those that were held out of training, else all. */
function measuredIn({ test, validation, train }: LoadedData) {
  if (test !== undefined) return { part: "test", test };
  if (validation !== undefined) return { part: "validation", test: validation };
  return { part: "training", test: train };
}

/** Scores for other classes mean nothing, and should not pass as bad scores. */
function warnOfOtherClasses(
  trainedOn: readonly string[] | undefined,
  present: readonly string[] | undefined,
  output: Output,
): void {
  if (trainedOn === undefined || present === undefined || trainedOn.join() === present.join())
    return;
  const few = (names: readonly string[]) => names.slice(0, 3).join(", ");
  output.warn(
    `Note: the classes of these images (${few(present)}, ...) are not those that the model was trained ` +
      `on (${few(trainedOn)}, ...).`,
  );
}

type NamedScore = ClassScore & { readonly name: string };

function formatEvaluation(
  { loss, accuracy, matrix }: MeasuredClassifier,
  classes: readonly NamedScore[],
  images: number,
): string {
  const heading = ["class", "precision", "recall", "F1", "images"];
  const rows = classes.map(({ name, precision, recall, f1, support }) => [
    name,
    ...[precision, recall, f1].map(formatRate),
    formatCount(support),
  ]);
  const [worst] = mostConfused(matrix, 1);
  const confused =
    worst === undefined
      ? ""
      : `\n\nmost confused: ${classes[worst.label].name} predicted as ` +
        `${classes[worst.prediction].name}, ${formatCount(worst.count)} times`;
  return (
    `accuracy ${formatLog(accuracy)}, loss ${formatLog(loss)}, on ${formatCount(images)} images\n\n` +
    formatTable([heading, ...rows], ["left", "right", "right", "right", "right"]) +
    confused
  );
}
