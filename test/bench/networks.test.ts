// The networks of the benchmark: as large as the peers', and ready to be trained.

import { expect, test } from "vitest";
import { buildNetwork, networkNames, networks, trainingOf } from "../../bench/networks.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Network } from "../../src/nn/network.ts";
import { adam } from "../../src/nn/optimizers/adam.ts";
import { headsOf } from "../../src/train/heads.ts";
import { trainProgram } from "../../src/train/programs/train.ts";

function trainedParameters(network: Network): number {
  const trained = network.weights.filter(({ trainable }) => trainable);
  return trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

test.each([
  ["lenet", 44_426],
  ["mnist", 93_322],
  ["simple", 98_442],
  ["cifar", 551_722],
  ["vgg", 1_867_466],
  ["resnet", 1_227_786],
  ["mobilenet-v2", 3_504_872],
  ["resnet-50", 25_557_032],
  ["vgg-16", 138_357_544],
  ["densenet-121", 7_978_856],
  ["efficientnet-b0", 5_288_548],
  ["inception-v3", 23_834_568],
  ["unet", 7_763_074],
  ["detector", 11_509_208],
] as const)("%s has %i parameters, as PyTorch counts them", (name, parameters) => {
  expect(trainedParameters(buildNetwork(name))).toBe(parameters);
  expect(networks[name].parameters).toBe(parameters);
});

test.each(networkNames)("the training step of %s is a graph that replaces every weight", (name) => {
  const network = buildNetwork(name);
  const { loss } = trainingOf(name);
  const heads = headsOf(network, { loss });
  const areClasses = loss.targets === "classes";
  const { updates } = trainProgram({ heads, optimizer: adam() }).graph({
    network,
    seed: 0,
    batch: 2,
    inputs: [{ shape: [4, ...network.inputShape], dtype: "u8" }],
    targets: [
      areClasses
        ? { shape: [4], dtype: "i32" }
        : { shape: [4, ...network.outputShape], dtype: "f32" },
    ],
  });
  const replaced = updates.map(({ state }) => (state.attributes as { name: string }).name);
  for (const { fullName } of network.weights) expect(replaced).toContain(`weight/${fullName}`);
});
