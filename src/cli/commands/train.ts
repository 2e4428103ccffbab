// `fovea train`: from images to a run folder.

import { defineCommand } from "../command.ts";
import { Output } from "../output.ts";
import { trainOptions } from "../train-options.ts";
import { runTraining } from "../training/session.ts";

export const train = defineCommand({
  description:
    "Trains a network and writes a run folder: the models after the best and the last epoch, history, curves " +
    "and a report. Ctrl-C stops and saves; --resume continues.",
  options: trainOptions,
  examples: [
    ["fovea train", "The mnist network on Fashion-MNIST."],
    ["fovea train --network lenet-5 --epochs 10", "Another network, for ten epochs."],
    [
      "fovea train --data ./photos --out runs/mine",
      "Your photographs, a subfolder for each class.",
    ],
    ["fovea train --data ./photos --base mobilenet-v2", "From features that ImageNet has trained."],
    ["fovea train --task detect --data ./boxes", "Objects, from pictures with boxes."],
    ["fovea train --resume runs/train --epochs 10", "Continue a run up to epoch 10."],
  ],
  run: (options, given) => runTraining(options, given, new Output(options)),
});
