// `fovea train`: from images to a run folder.

import { defineCommand } from "../command.ts";
import { Output } from "../output.ts";
import { trainOptions } from "../train-options.ts";
import { runTraining } from "../training/session.ts";

export const train = defineCommand({
  description:
    "Trains a network and writes a run folder: the models after the best and the last epoch, history, " +
    "curves, confusion matrix and a report. Ctrl-C stops and saves; --resume continues.",
  options: trainOptions,
  examples: [
    ["fovea train", "The mnist network on Fashion-MNIST."],
    ["fovea train --network lenet-5 --epochs 10", "Another network, for ten epochs."],
    ["fovea train --data ./my-images --out runs/mine", "Your own images, in IDX files."],
    ["fovea train --resume runs/train --epochs 10", "Continue a run up to epoch 10."],
  ],
  run: (options, given) => runTraining(options, given, new Output(options)),
});
