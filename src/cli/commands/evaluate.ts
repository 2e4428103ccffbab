// `fovea evaluate`: how well a trained model does on test images, class by class.

import { z } from "zod";
import type { TaskData, TaskPart } from "../../tasks/task.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import {
  batchSizeField,
  deviceFields,
  modelFields,
  outputFields,
  trainedDataFields,
} from "../fields.ts";
import { formatFlaws, recordOfFlaws } from "../folder-text.ts";
import { listenerFor } from "../load-data.ts";
import { formatMeasurement, recordOf } from "../measurement-text.ts";
import { Output } from "../output.ts";
import { withTrained } from "../trained.ts";

export const evaluate = defineCommand({
  description:
    "Measures a trained model on test images: loss and accuracy, or mean IoU of masks, or mAP of boxes, " +
    "and how well it does on each class.",
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
    return withTrained(options, given, output, "loss", async (found) => {
      const { task, trained, file, choice } = found;
      const data = await task.loadFor(trained, choice, listenerFor(output));
      const part = measuredIn(data);
      const images = data.counts[part];
      output.say(`data    ${data.source}`);
      if (part !== "test")
        output.say(`        no test images: measured on the ${partNames[part]} images`);
      output.say();
      const measurement = await data.measure(trained, part, options.batchSize);
      warnOfOtherClasses(trained.classNames, data.classNames, output);
      output.result(formatMeasurement(measurement, images));
      output.record({
        model: file,
        data: data.name,
        source: data.source,
        part: partNames[part],
        images,
        ...recordOf(measurement.numbers),
        ...measurement.details,
        ...(data.folder && recordOfFlaws(data.folder)),
      });
      const flaws = data.folder && formatFlaws(data.folder);
      if (flaws !== undefined) output.say(`\n${flaws}`);
      await data.close();
      return exitCodes.done.code;
    });
  },
});

const partNames = {
  train: "training",
  validation: "validation",
  test: "test",
} as const satisfies Record<TaskPart, string>;

/** The test images; of a folder without any those that were held out of training, else all. */
function measuredIn({ counts }: TaskData): TaskPart {
  if (counts.test > 0) return "test";
  return counts.validation > 0 ? "validation" : "train";
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
