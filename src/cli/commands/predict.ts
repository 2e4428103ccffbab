// `fovea predict`: what a trained model says of pictures: classes with their probabilities, boxes or masks.

import { z } from "zod";
import { ConfigError, DataError } from "../../core/errors.ts";
import type { TaskImages } from "../../tasks/task.ts";
import { defineCommand } from "../command.ts";
import { DrawnPictures } from "../drawn-pictures.ts";
import { exitCodes } from "../exit.ts";
import { deviceFields, modelFields, outputFields, trainedDataFields } from "../fields.ts";
import { listenerFor } from "../load-data.ts";
import { Output } from "../output.ts";
import { predictPictures } from "../predict-pictures.ts";
import { formatPredictions } from "../predictions.ts";
import { flagOf, type Given } from "../schema.ts";
import { refusePredictOptions } from "../task-options.ts";
import { withTrained } from "../trained.ts";

export const predict = defineCommand({
  description:
    "Says what pictures show: the most likely classes with their probabilities, or the boxes or masks of a " +
    "model that was trained for them.",
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
          "Weights for the architecture that --model names: imagenet, which are downloaded once, or a " +
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
    threshold: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({
        value: "score",
        description:
          "The lowest score of an object that is shown. Default: 0.3. Of a mask with one score for each pixel, " +
          "the lowest score of class 1. Default: 0.5.",
      }),
    out: z.string().min(1).optional().meta({
      value: "folder",
      description:
        "A folder for the pictures, with boxes or masks drawn into them, and predictions.json.",
    }),
    ...deviceFields,
    ...outputFields,
  }),
  examples: [
    ["fovea predict cat.jpg ./more --model runs/train", "Pictures, and those in a folder."],
    [
      "fovea predict cat.jpg --model mobilenet-v2 --weights imagenet",
      "By a network that has learned ImageNet.",
    ],
    ["fovea predict --model runs/train", "The first ten test images."],
    ["fovea predict --model runs/train --index 3", "One of them."],
    ["fovea predict --model runs/train --data t10k-images-idx3-ubyte", "Images in a file."],
  ],
  run: (options, given) => {
    const output = new Output(options);
    return withTrained(options, given, output, "probabilities", async (found) => {
      const { task, trained, file, choice } = found;
      const { pictures: paths = [], out } = options;
      refusePredictOptions(task, given);
      const drawn = out === undefined ? undefined : await DrawnPictures.open(out);
      if (paths.length > 0) {
        refuseDataOptions(given);
        const predictor = task.predictor(trained, options);
        return predictPictures(paths, predictor, file, drawn, output);
      }
      const images = await task.imagesFor(trained, choice, listenerFor(output));
      output.say(`data    ${images.source}\n`);
      const from = options.index ?? 0;
      const wanted = options.count ?? (options.index === undefined ? 10 : 1);
      const to = endOf(images, from, wanted);
      const predictions = await images.predict(from, to, options);
      const numbers = predictions.images.map((_, i) => from + i);
      output.result(formatPredictions(numbers.map(String), predictions, "right"));
      const records: object[] = [];
      for (const [i, picture] of predictions.images.entries()) {
        const { record } = picture;
        const drawing = await drawn?.add(`${numbers[i]}`, picture);
        records.push({ index: numbers[i], ...record, ...(drawing !== undefined && { drawing }) });
      }
      const record = { model: file, predictions: records };
      await drawn?.finish(record);
      output.record(record);
      await images.close();
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

/** The number after the last image that is predicted. @throws DataError where there is no image `from`. */
function endOf({ count }: TaskImages, from: number, wanted: number): number {
  if (from < count) return Math.min(count, from + wanted);
  throw new DataError({
    what: `There is no image ${from}: there are ${count} images.`,
    expected: `--index from 0 to ${count - 1}`,
    received: String(from),
  });
}
