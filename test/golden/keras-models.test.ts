// Functional models against Keras 3: the same names, connections and counts, the same results, and after
// one step of Adam the same weights. `keras/models.py` made the numbers and holds the same models.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { blocks } from "../../src/nn/blocks/index.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { SymbolicOutputs } from "../../src/nn/network.ts";
import { networkFrom } from "../../src/nn/network-from.ts";
import { adam } from "../../src/nn/optimizers/adam.ts";
import type { SymbolicTensor } from "../../src/nn/symbolic.ts";
import { model } from "../../src/train/functional.ts";
import type { HeadOptions } from "../../src/train/heads.ts";
import { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, networkWeights, uniform } from "./shared-numbers.ts";

interface Fixture {
  /** Name, class, parameters and connections of each layer. */
  readonly layers: readonly (readonly [string, string, number, string])[];
  readonly parameters: number;
  readonly trainable: number;
  readonly outputs: readonly string[];
  readonly predictions: readonly (readonly number[])[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

const path = new URL("keras/models.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(path, "utf8")) as Record<string, Fixture>;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const count = 6;

function residual() {
  const x = input({ shape: [6, 5, 3] });
  const shortcut = layers.conv2d({ filters: 4, kernelSize: 1, useBias: false }).apply(x);
  const first = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", useBias: false });
  let y = layers.batchNormalization().apply(first.apply(x));
  y = layers.activation({ activation: "relu" }).apply(y);
  y = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }).apply(y);
  y = layers.add().apply([shortcut, y]);
  y = layers.activation({ activation: "tanh" }).apply(y);
  y = layers.globalAveragePooling2d().apply(y);
  const outputs = layers.dense({ units: 3, activation: "softmax" }).apply(y);
  return model({ inputs: x, outputs, device });
}

function frozen() {
  const whole = residual();
  whole.getLayer("conv2d_1").trainable = false;
  whole.getLayer("batch_normalization").trainable = false;
  return whole;
}

function shared() {
  const a = input({ shape: [4], name: "left" });
  const b = input({ shape: [3], name: "right" });
  const both = layers.dense({ units: 5, activation: "tanh" });
  const wide = layers.dense({ units: 4 }).apply(b);
  const difference = layers.subtract().apply([both.apply(a), both.apply(wide)]);
  return model({ inputs: [a, b], outputs: layers.dense({ units: 2 }).apply(difference), device });
}

function nested() {
  const features = sequential(
    [
      layers.conv2d({ filters: 3, kernelSize: 3, useBias: false, inputShape: [6, 6, 2] }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
    ],
    { name: "features" },
  );
  const x = input({ shape: [12] });
  const y = layers
    .multiply()
    .apply([x, layers.dense({ units: 12, activation: "sigmoid" }).apply(x)]);
  const gate = model({ inputs: x, outputs: y, name: "gate" });
  const a = input({ shape: [6, 6, 2], name: "a" });
  const b = input({ shape: [6, 6, 2], name: "b" });
  const joined = layers.average().apply([features.apply(a), features.apply(b)]);
  const outputs = layers.dense({ units: 2, name: "head" }).apply(gate.apply(joined));
  return model({ inputs: [a, b], outputs, device });
}

function twoOutputs() {
  const image = input({ shape: [5, 5, 1], name: "image" });
  const extra = input({ shape: [3], name: "extra" });
  const seen = layers.conv2d({ filters: 2, kernelSize: 3, activation: "tanh" }).apply(image);
  const y = layers.concatenate().apply([layers.flatten().apply(seen), extra]);
  const place = layers.dense({ units: 2, name: "place" }).apply(y);
  const kind = layers
    .dense({ units: 3, activation: "softmax", name: "kind" })
    .apply(layers.dense({ units: 4 }).apply(place));
  return model({ inputs: [image, extra], outputs: [kind, place], device });
}

function merges() {
  const [a, b] = [input({ shape: [3, 2, 4] }), input({ shape: [4] })];
  const pair = [
    layers.conv2d({ filters: 4, kernelSize: 1 }).apply(a),
    layers.dense({ units: 4 }).apply(b),
  ];
  const merged = [
    layers.add().apply(pair),
    layers.subtract().apply(pair),
    layers.multiply().apply(pair),
    layers.average().apply(pair),
    layers.maximum().apply(pair),
    layers.minimum().apply(pair),
  ];
  const halves = [merged.slice(0, 3), merged.slice(3)].map((part) =>
    layers.concatenate().apply(part),
  );
  const joined = layers.concatenate({ axis: 1 }).apply(halves);
  const y = layers.globalAveragePooling2d().apply(joined);
  return model({ inputs: [a, b], outputs: layers.dense({ units: 2 }).apply(y), device });
}

/** A block between what comes before it and two numbers. */
function around(block: (x: SymbolicTensor) => SymbolicTensor, shape: Shape, filters?: number) {
  const x = input({ shape });
  const before = filters === undefined ? x : layers.conv2d({ filters, kernelSize: 1 }).apply(x);
  const after = block(before);
  const flat = layers.flatten().apply(after);
  return model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(flat), device });
}

const [classLoss, numberLoss] = ["sparseCategoricalCrossentropy", "meanSquaredError"] as const;

const cases: Record<string, [() => Model<SymbolicOutputs>, HeadOptions]> = {
  residual: [residual, { loss: classLoss }],
  frozen: [frozen, { loss: classLoss }],
  shared: [shared, { loss: numberLoss }],
  nested: [nested, { loss: numberLoss }],
  twoOutputs: [
    twoOutputs,
    {
      loss: { kind: classLoss, place: numberLoss },
      lossWeights: { kind: 1, place: 0.25 },
      metrics: { kind: ["accuracy"] },
    },
  ],
  merges: [merges, { loss: numberLoss }],
  squeezeExcite: [
    () => around((x) => blocks.squeezeExcite(x, { ratio: 3 }), [4, 3, 2], 6),
    { loss: numberLoss },
  ],
  cbam: [
    () => around((x) => blocks.cbam(x, { ratio: 2, kernelSize: 3 }), [5, 6, 2], 6),
    { loss: numberLoss },
  ],
  inceptionModule: [
    () =>
      around(
        (x) => blocks.inceptionModule(x, { ones: 3, threes: [2, 4], fives: [3, 2], pooled: 1 }),
        [6, 5, 2],
      ),
    { loss: numberLoss },
  ],
};

test("every model of the script is here", () => {
  expect(Object.keys(cases)).toEqual(Object.keys(fixtures));
});

const inputsFor = ({ network }: Model<SymbolicOutputs>) =>
  network.inputs.map(({ shape }, i) => uniform(1 + i, [count, ...shape], -1, 1));

function answersFor({ network }: Model<SymbolicOutputs>, { loss }: HeadOptions) {
  const each = typeof loss === "string" ? [loss] : Object.values(loss);
  return network.outputs.map(({ shape }, i) =>
    each[i] === classLoss
      ? classes(20 + i, count, shape[0])
      : uniform(20 + i, [count, ...shape], -1, 1),
  );
}

const listed = (results: unknown) =>
  (Array.isArray(results) ? results : [results]) as Tensor<Float32Array>[];

describe.each(Object.entries(cases))("%s", (name, [make, settings]) => {
  const fixture = fixtures[name];

  test("has the layers of Keras's: order, names, classes, counts and connections", () => {
    const { rows, parameters, trainableParameters } = make().summarize();
    const table = rows.map((row) => [
      row.name,
      row.className,
      row.parameters,
      row.connectedTo.join(", "),
    ]);
    expect(table).toEqual(fixture.layers);
    expect([parameters, trainableParameters]).toEqual([fixture.parameters, fixture.trainable]);
    expect(make().network.outputNames).toEqual(fixture.outputs);
  });

  test.each(["as it was made", "from its configuration"])(
    "%s: gives Keras's results, and after one step Keras's weights",
    async (way) => {
      const made = make();
      const config = JSON.parse(JSON.stringify(made.network.toConfig()));
      const net =
        way === "as it was made"
          ? made
          : new Model<SymbolicOutputs>(networkFrom(config), { device });
      await net.setWeights(networkWeights(net.network));
      const x = inputsFor(net);
      listed(await net.predict(x)).forEach(({ data }, i) => {
        expect(relativeError([...data], fixture.predictions[i])).toBeLessThanOrEqual(1e-5);
      });
      net.compile({ optimizer: adam({ learningRate: 0.01 }), ...(settings as { loss: never }) });
      const examples = { x, y: answersFor(net, settings) };
      const { history } = await net.fit(examples, { batchSize: count, shuffle: false, verbose: 0 });
      const { learning_rate: _, ...reported } = history;
      expect(Object.keys(reported)).toEqual(Object.keys(fixture.history));
      for (const [key, [value]] of Object.entries(reported)) {
        expect(relativeError([value], fixture.history[key]), key).toBeLessThanOrEqual(1e-5);
      }
      const weights = await net.getWeights();
      expect([...weights.keys()]).toEqual(Object.keys(fixture.weights));
      for (const [key, { data }] of weights) {
        expect(relativeError([...data], fixture.weights[key]), key).toBeLessThanOrEqual(1e-5);
      }
      await net.dispose();
    },
  );
});
