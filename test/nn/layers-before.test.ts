// Layers in front of a network: the network stays what it is.

import { expect, test } from "vitest";
import { layers } from "../../src/nn/layers/index.ts";
import { layersBefore } from "../../src/nn/layers-before.ts";
import { zoo } from "../../src/zoo/index.ts";

test.each(["mnist", "resnet-20"] as const)(
  "%s keeps its layers, weights and names",
  async (name) => {
    const options = { inputShape: [32, 32, 3], classes: 5 };
    const plain = await zoo.build(name, options);
    const behind = layersBefore(await zoo.build(name, options), [
      layers.randomFlip(),
      layers.randomBrightness({ factor: 0.1 }),
    ]);
    expect(behind.name).toBe(plain.name);
    expect(behind.weights.map(({ fullName, shape }) => [fullName, shape])).toEqual(
      plain.weights.map(({ fullName, shape }) => [fullName, shape]),
    );
    expect(behind.outputShape).toEqual(plain.outputShape);
    const kinds = behind.steps.map(({ layer }) => layer.kind);
    expect(kinds.slice(0, 2)).toEqual(["randomFlip", "randomBrightness"]);
    expect(kinds.slice(2)).toEqual(plain.steps.map(({ layer }) => layer.kind));
  },
);
