// `fovea train`: from images to a run folder.

import { defineCommand } from "../command.ts";
import { Output } from "../output.ts";
import { trainOptions } from "../training/options.ts";
import { runTraining } from "../training/session.ts";

export const train = defineCommand({
  description:
    "Trains a network and leaves a run folder: weights after the last and the best epoch, history, " +
    "curves, confusion matrix and a report. Ctrl-C ends it cleanly; --resume goes on from there.",
  options: trainOptions,
  examples: [
    ["fovea train", "the mnist network on Fashion-MNIST"],
    ["fovea train --model lenet --epochs 10", "another network, for longer"],
    ["fovea train --data ./my-images --out runs/mine", "a folder with four IDX files"],
    ["fovea train --resume runs/train --epochs 10", "go on, up to epoch 10"],
  ],
  run: (options, given) => runTraining(options, given, new Output(options)),
});
