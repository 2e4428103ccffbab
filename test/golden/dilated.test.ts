// DeepLabV3 and FCN on dilated networks of the zoo against torchvision, which computed the fixtures in f64
// (segmentation/make_torchvision.py): numbers of weights, features of each stage, logits.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { openDevice } from "../../src/machine/open.ts";
import { Network } from "../../src/nn/network.ts";
import { summarize } from "../../src/nn/summary.ts";
import { Model } from "../../src/train/model.ts";
import * as vision from "../../src/vision/index.ts";
import { namedWeights, someOf, uniform } from "./shared-numbers.ts";

interface Sketch {
  readonly shape: Shape;
  readonly rms: number;
  readonly some: readonly number[];
}

interface Case {
  readonly inputShape: Shape;
  readonly logits: Sketch;
  readonly features: Readonly<Record<string, Sketch>>;
}

interface Fixture {
  readonly parameters: Readonly<Record<string, number>>;
  readonly cases: Readonly<Record<string, Case>>;
}

const file = new URL("segmentation/torchvision.json", import.meta.url);
const { parameters, cases }: Fixture = JSON.parse(readFileSync(file, "utf8"));

/** What torchvision's networks are here. */
const networks: Readonly<Record<string, vision.SegmentationNetworkOptions>> = {
  deeplabv3_resnet50: { kind: "deeplab-v3", encoder: "resnet-50-torchvision", outputStride: 8 },
  deeplabv3_resnet101: { kind: "deeplab-v3", encoder: "resnet-101-torchvision", outputStride: 8 },
  deeplabv3_mobilenet_v3_large: { kind: "deeplab-v3", encoder: "mobilenet-v3-large" },
  fcn_resnet50: {
    ...{ kind: "fcn", encoder: "resnet-50-torchvision" },
    architecture: { outputStride: 8 },
  },
  fcn_resnet101: {
    ...{ kind: "fcn", encoder: "resnet-101-torchvision" },
    architecture: { outputStride: 8 },
  },
};

let device: Device;
beforeAll(async () => {
  device = await openDevice({ threads: 2 });
});
afterAll(() => device.close());

test.each(Object.entries(parameters))("%s trains %i numbers", async (name, count) => {
  const { network } = await vision.segmentationNetwork({ ...networks[name], classes: 21 });
  expect(summarize(network).trainableParameters).toBe(count);
});

/** How far a tensor is from its sketch, relative to its root mean square. */
function distance({ data, shape }: Tensor, sketch: Sketch): number {
  expect(shape).toEqual(sketch.shape);
  const squares = Array.from(data).reduce((sum, value) => sum + value * value, 0);
  const errors = someOf(data).map((value, i) => Math.abs(value - sketch.some[i]));
  const { rms } = sketch;
  return Math.max(Math.abs(Math.sqrt(squares / data.length) - rms), ...errors) / rms;
}

describe.each(Object.entries(cases))("%s", (name, { inputShape, logits, features }) => {
  test("gives torchvision's features at each stage, and its logits, to 1e-4", async () => {
    const options = { ...networks[name], classes: 21, inputShape };
    const { network } = await vision.segmentationNetwork(options);
    const names = [...Object.keys(features), "image_size"];
    const outputs = names.map((wanted) => {
      const layer = network.layers.find((one) => one.name === wanted);
      if (layer === undefined) throw new Error(`no layer ${wanted}`);
      return layer.applications[0].outputs[0];
    });
    const model = new Model(new Network({ inputs: network.inputs, outputs }), { device });
    await model.setWeights(namedWeights(model.network));
    const results = [await model.predict(uniform(1, [1, ...inputShape], -1, 1))].flat() as Tensor[];
    const wanted = [...Object.values(features), logits];
    const distances = results.map((result, i) => [names[i], distance(result, wanted[i])] as const);
    expect(distances.filter(([, far]) => !(far <= 1e-4))).toEqual([]);
    await model.dispose();
  }, 120_000);
});
