// `fovea predict`: the classes that a trained model predicts for images, with their probabilities.

import { z } from "zod";
import { classCountOf, classify, classNamesFor } from "../../assess/classify.ts";
import { DataError } from "../../core/errors.ts";
import { countOf, type ExampleSet, sliceSet } from "../../data/example-set.ts";
import { formatRate } from "../../report/numbers.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { deviceFields, modelFields, outputFields, trainedDataFields } from "../fields.ts";
import { loadImages } from "../load-data.ts";
import { Output } from "../output.ts";
import { formatTable } from "../table.ts";
import { withTrained } from "../trained.ts";

/** Images of one step; how they are grouped changes no prediction. */
const batchSize = 128;

export const predict = defineCommand({
  description: "Predicts the classes of images, with the probabilities of the most likely ones.",
  options: z.object({
    ...modelFields,
    ...trainedDataFields,
    data: trainedDataFields.data.meta({
      ...trainedDataFields.data.meta(),
      value: "name|path",
      description: "A dataset, a folder with four IDX files, or an IDX file of images.",
    }),
    index: z.int().min(0).optional().meta({
      description: "Predict this image, counted from 0; with --count, the first one.",
    }),
    count: z
      .int()
      .min(1)
      .optional()
      .meta({ description: "How many images to predict. Default: 10, or 1 with --index." }),
    top: z
      .int()
      .min(1)
      .default(3)
      .meta({ description: "How many classes to show for each image." }),
    ...deviceFields,
    ...outputFields,
  }),
  examples: [
    ["fovea predict --model runs/train", "The first ten test images."],
    ["fovea predict --model runs/train --index 3", "One of them."],
    ["fovea predict --model runs/train --data t10k-images-idx3-ubyte", "Images in a file."],
  ],
  run: (options, given) => {
    const output = new Output(options);
    return withTrained(options, given, output, "probabilities", async (trained) => {
      const { model, file, classNames, choice, pictures } = trained;
      const { images: test, isLabelled, source } = await loadImages(choice, output, pictures);
      output.say(`data    ${source}\n`);
      const from = options.index ?? 0;
      const wanted = options.count ?? (options.index === undefined ? 10 : 1);
      const chosen = await choose(test, from, wanted);
      classCountOf(model);
      const { probabilities, predictions: classes } = await classify(model, chosen.x, batchSize);
      const names = classNamesFor(model, classNames, test.classNames);
      const predictions = Array.from(classes, (_, i): Prediction => {
        const row = probabilities.data.subarray(i * names.length, (i + 1) * names.length);
        const label = isLabelled ? { label: nameOf(chosen.y.data[i], names) } : {};
        return { index: from + i, ...label, classes: topOf(row, names, options.top) };
      });
      output.result(formatPredictions(predictions));
      output.record({ model: file, predictions });
      return exitCodes.done.code;
    });
  },
});

interface Prediction {
  readonly index: number;
  readonly label?: string;
  /** The most probable first. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

function choose(test: ExampleSet, from: number, wanted: number) {
  const all = countOf(test);
  if (from < all) return sliceSet(test, from, Math.min(all, from + wanted));
  throw new DataError({
    what: `There is no image ${from}: there are ${all} images.`,
    expected: `--index from 0 to ${all - 1}`,
    received: String(from),
  });
}

function nameOf(label: number, names: readonly string[]): string {
  return names[label] ?? String(label);
}

function topOf(row: Float32Array, names: readonly string[], top: number): Prediction["classes"] {
  return Array.from(row, (probability, i) => ({ name: names[i], probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}

function formatPredictions(predictions: readonly Prediction[]): string {
  const shown = predictions[0].classes.length;
  const isLabelled = predictions[0].label !== undefined;
  const choices = Array.from({ length: shown }, (_, i) => (i === 0 ? "predicted" : "or"));
  const heading = [
    "image",
    ...(isLabelled ? ["true class", ""] : []),
    ...choices.flatMap((c) => [c, ""]),
  ];
  const rows = predictions.map(({ index, label, classes }) => [
    String(index),
    ...(label === undefined ? [] : [label, label === classes[0].name ? "" : "✗"]),
    ...classes.flatMap(({ name, probability }) => [name, formatRate(probability)]),
  ]);
  const aligns = heading.map((_, i) =>
    i === 0 || (i > (isLabelled ? 2 : 0) && (i - (isLabelled ? 2 : 0)) % 2 === 0)
      ? "right"
      : "left",
  );
  return formatTable([heading, ...rows], aligns);
}
