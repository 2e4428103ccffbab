// `fovea predict`: the classes that a trained model predicts for images, with their probabilities.

import { z } from "zod";
import { classCountOf, classify, classNamesFor } from "../../assess/classify.ts";
import { ConfigError, DataError } from "../../core/errors.ts";
import { countOf, type ExampleSet, sliceSet } from "../../data/example-set.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { deviceFields, modelFields, outputFields, trainedDataFields } from "../fields.ts";
import { loadImages } from "../load-data.ts";
import { Output } from "../output.ts";
import { predictPictures } from "../predict-pictures.ts";
import { formatPredictions, topOf } from "../predictions.ts";
import { flagOf, type Given } from "../schema.ts";
import { withTrained } from "../trained.ts";

/** Images of one step; how they are grouped changes no prediction. */
const batchSize = 128;

export const predict = defineCommand({
  description: "Predicts the classes of images, with the probabilities of the most likely ones.",
  argument: "pictures",
  options: z.object({
    pictures: z
      .array(z.string().min(1))
      .optional()
      .meta({
        value: "path",
        description:
          "Picture files, folders of them, and URLs. Each picture is resized for the model. " +
          "Default: images of --data.",
      }),
    ...modelFields,
    weights: z
      .string()
      .min(1)
      .optional()
      .meta({
        value: "name|path",
        description:
          "Weights for the architecture that --model names: imagenet, which is downloaded once, or a " +
          "file, such as one of PyTorch (.pth). Default: those of the model file.",
      }),
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
    top: z.int().min(1).optional().meta({
      description: "How many classes to show for each image. Default: 5 for pictures, else 3.",
    }),
    ...deviceFields,
    ...outputFields,
  }),
  examples: [
    ["fovea predict cat.jpg ./more --model runs/train", "Pictures, and those in a folder."],
    ["fovea predict cat.jpg --model mobilenet-v2 --weights imagenet", "Name what a picture shows."],
    ["fovea predict --model runs/train", "The first ten test images."],
    ["fovea predict --model runs/train --index 3", "One of them."],
    ["fovea predict --model runs/train --data t10k-images-idx3-ubyte", "Images in a file."],
  ],
  run: (options, given) => {
    const output = new Output(options);
    return withTrained(options, given, output, "probabilities", async (trained) => {
      const { top = 3, pictures: paths = [] } = options;
      if (paths.length > 0) {
        refuseDataOptions(given);
        return predictPictures(paths, trained, options.top ?? 5, output);
      }
      const { model, file, classNames, choice, pictures } = trained;
      const { images: test, isLabelled, source } = await loadImages(choice, output, pictures);
      output.say(`data    ${source}\n`);
      const from = options.index ?? 0;
      const wanted = options.count ?? (options.index === undefined ? 10 : 1);
      const chosen = await choose(test, from, wanted);
      classCountOf(model);
      const { probabilities, predictions: classes } = await classify(model, chosen.x, batchSize);
      const names = classNamesFor(model, classNames, test.classNames);
      const predictions = Array.from(classes, (_, i) => {
        const row = probabilities.data.subarray(i * names.length, (i + 1) * names.length);
        const label = isLabelled ? { label: nameOf(chosen.y.data[i], names) } : {};
        return { index: from + i, ...label, classes: topOf(row, names, top) };
      });
      const rows = predictions.map((one) => ({ ...one, image: String(one.index) }));
      output.result(formatPredictions(rows, "right"));
      output.record({ model: file, predictions });
      return exitCodes.done.code;
    });
  },
});

/** @throws ConfigError where options of data sets come with pictures. */
function refuseDataOptions(given: Given): void {
  const name = ["data", "source", "index", "count"].find((one) => given[one] !== undefined);
  if (name === undefined) return;
  throw new ConfigError({
    what: `The option ${flagOf(name)} does not go with pictures.`,
    expected: "pictures, or images of --data",
    received: "both",
    fix: `leave out ${flagOf(name)}`,
  });
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
