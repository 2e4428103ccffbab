// Every layer, loss, metric, optimizer and schedule in files of Keras's and of TensorFlow.js: each is in
// the table of its kind or stated as ours alone, and comes back from each kind of file as it was.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatShape } from "../../src/core/shape.ts";
import {
  constraintRows,
  initializerRows,
  lossRows,
  metricRows,
  optimizerRows,
  regularizerRows,
  scheduleRows,
} from "../../src/interchange/keras/definition-rows.ts";
import { layerRows, noLayersToKeras } from "../../src/interchange/keras/layer-rows.ts";
import { unheededOption } from "../../src/interchange/tensorflow-js/gaps.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { constraints } from "../../src/nn/constraints/index.ts";
import { initializers } from "../../src/nn/initializers/index.ts";
import { input } from "../../src/nn/input.ts";
import { type LayerKind, layerFrom, layers } from "../../src/nn/layers/index.ts";
import { lossFrom, lossTable } from "../../src/nn/losses/index.ts";
import { metricFrom, metricTable } from "../../src/nn/metrics/index.ts";
import { optimizerFrom, optimizers } from "../../src/nn/optimizers/index.ts";
import { rateFrom } from "../../src/nn/optimizers/stored-rate.ts";
import { regularizers } from "../../src/nn/regularizers/index.ts";
import { schedules } from "../../src/nn/schedules/index.ts";
import { model } from "../../src/train/functional.ts";
import { loadModel } from "../../src/train/load.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { classes, networkWeights, uniform } from "../golden/shared-numbers.ts";
import { layerCases } from "./layer-cases/index.ts";
import { metricCases } from "./metric-cases.ts";

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fovea-files-"));
});
afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

const sorted = (names: readonly string[]) => [...names].sort();

test.each([
  ["layers", layers, layerRows, ["boxDecoding", "channelPooling", "operation", "roiAlign"]],
  [
    "losses",
    lossTable,
    lossRows,
    ["detection", "iou", "lovaszHinge", "lovaszSoftmax", "weightedSum"],
  ],
  ["metrics", metricTable, metricRows, []],
  ["optimizers", optimizers, optimizerRows, []],
  // Keras begins some of its schedules with a rise, and has no other; it has no one-cycle policy.
  ["schedules", schedules, scheduleRows, ["oneCycle", "warmUp"]],
  ["initializers", initializers, initializerRows, []],
  ["regularizers", regularizers, regularizerRows, []],
  ["constraints", constraints, constraintRows, []],
])("%s have a row each, or are stated as ours alone", (_, table, rows, own) => {
  expect(sorted([...Object.keys(rows), ...own])).toEqual(sorted(Object.keys(table)));
});

const endings = [".keras", ".h5", ".json"] as const;

/** Keras has no pooling that is padded by numbers, and no word for these activations. */
const ownActivations = ["geluApproximate", "hardSigmoidKeras2"];
const isOurs = (kind: LayerKind, options: object) =>
  (kind.includes("ooling") &&
    "padding" in options &&
    typeof options.padding === "object" &&
    !Array.isArray(options.padding)) ||
  ("activation" in options && ownActivations.includes(String(options.activation)));

const samples = (Object.keys(layers) as LayerKind[]).flatMap((kind) =>
  layerCases[kind].samples
    .filter(({ options }) => !isOurs(kind, options))
    .map((sample) => [`${kind} ${JSON.stringify(sample.options)}`, kind, sample] as const),
);

describe.each(samples)("%s", (_, kind, { options, input: first, others = [], output }) => {
  test.each(endings)("comes back from %s", async (ending) => {
    const inputs = [first, ...others].map((shape) => input({ shape }));
    const made = model({ inputs, outputs: layerFrom(kind, options).apply(inputs), device });
    await made.setWeights(networkWeights(made.network));
    const path = join(folder, `layer${ending}`);
    if (ending === ".json" && unheededOption(kind, options, output.length + 1) !== undefined) {
      await expect(saveModel(made, path)).rejects.toThrow(/TensorFlow.js cannot do/);
      return;
    }
    if (ending === ".h5" && noLayersToKeras.includes(kind)) {
      await expect(saveModel(made, path)).rejects.toThrow(/Only .keras files/);
      return;
    }
    // What TensorFlow.js cannot open is said, and comes back all the same.
    const quiet = { onWarning: () => undefined };
    await saveModel(made, path, quiet);
    const { model: again } = await loadModel(path, { device });
    expect(formatShape(again.network.outputShape)).toBe(formatShape(output));
    expect(await again.getWeights()).toEqual(await made.getWeights());
    // Written again it is the same: nothing is lost on the way.
    const config = again.network.toConfig();
    await saveModel(again, path, quiet);
    expect((await loadModel(path, { device })).model.network.toConfig()).toEqual(config);
    const x = inputs.map(({ shape }, i) => uniform(7 + i, [2, ...shape], 0.1, 1));
    if (kind === "dropout") return;
    expect(await again.predict(x)).toEqual(await made.predict(x));
  });
});

const small = () =>
  sequential(
    [
      layers.dense({ units: 4, activation: "relu", inputShape: [3] }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
    { device, seed: 5 },
  );

type Compiled = Parameters<ReturnType<typeof small>["compile"]>[0];

async function throughFiles(options: Compiled, steps = 0) {
  const made = small().compile(options);
  if (steps > 0) {
    const examples = { x: uniform(1, [6, 3], -1, 1), y: classes(2, 6, 3) };
    await made.fit(examples, { epochs: steps, batchSize: 6, shuffle: false, verbose: 0 });
  }
  const found = [];
  for (const ending of [".keras", ".h5"]) {
    const path = join(folder, `training${ending}`);
    await saveModel(made, path);
    found.push((await loadModel(path, { device })).model);
  }
  return { made, found };
}

const loss = "sparseCategoricalCrossentropy";

test.each(Object.keys(optimizerRows))(
  "the optimizer %s comes back with its values",
  async (name) => {
    const { made, found } = await throughFiles({ optimizer: optimizerFrom(name), loss }, 2);
    const { slots, weights } = await made.getState();
    for (const again of found) {
      const state = await again.getState();
      expect(again.settings?.optimizer.options).toEqual(made.settings?.optimizer.options);
      expect(again.progress.iterations).toBe(2);
      expect(state.weights).toEqual(weights);
      expect(state.slots).toEqual(slots);
    }
  },
);

test("everything around an optimizer comes back", async () => {
  const options = {
    weightDecay: 0.01,
    clipNorm: 2,
    useEma: true,
    emaMomentum: 0.9,
    emaOverwriteFrequency: 3,
    gradientAccumulationSteps: 2,
  };
  const { made, found } = await throughFiles({ optimizer: optimizers.adam(options), loss }, 3);
  for (const again of found) {
    expect(again.settings?.optimizer.options).toEqual(made.settings?.optimizer.options);
    expect((await again.getState()).slots).toEqual((await made.getState()).slots);
  }
});

const rates = {
  cosineDecay: { initialLearningRate: 0.1, decaySteps: 10, warmupTarget: 0.2, warmupSteps: 3 },
  cosineDecayRestarts: { initialLearningRate: 0.1, firstDecaySteps: 3, tMul: 3, mMul: 0.5 },
  exponentialDecay: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true },
  inverseTimeDecay: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 },
  piecewiseConstantDecay: { boundaries: [1, 2], values: [0.3, 0.2, 0.1] },
  polynomialDecay: { initialLearningRate: 0.1, decaySteps: 10, power: 2, cycle: true },
} as const satisfies Record<Exclude<keyof typeof schedules, "oneCycle" | "warmUp">, object>;

test.each(Object.entries(rates))("the schedule %s comes back", async (name, options) => {
  const learningRate = rateFrom({ name, options });
  const { made, found } = await throughFiles({ optimizer: optimizers.sgd({ learningRate }), loss });
  for (const again of found) {
    expect(again.settings?.optimizer.options).toEqual(made.settings?.optimizer.options);
  }
});

test.each(Object.keys(lossRows) as (keyof typeof lossTable)[])(
  "the loss %s comes back",
  async (name) => {
    const given = lossFrom(name, { reduction: "sum" });
    const { found } = await throughFiles({ optimizer: "sgd", loss: given });
    for (const again of found) {
      const [head] = again.settings?.heads ?? [];
      expect([head.loss.name, head.loss.options]).toEqual([given.name, given.options]);
    }
  },
);

test.each(Object.keys(metricRows) as (keyof typeof metricTable)[])(
  "the metric %s comes back",
  async (kind) => {
    const { options = {} } = metricCases[kind] as { options?: object };
    const given = metricFrom(kind, options);
    const { found } = await throughFiles({
      optimizer: "sgd",
      loss: "meanSquaredError",
      metrics: [given],
      weightedMetrics: [metricFrom(kind, { ...options, name: "second" })],
    });
    for (const again of found) {
      const [plain, weighed] = again.settings?.heads[0].metrics ?? [];
      expect([plain.kind, plain.name, plain.options]).toEqual([kind, given.name, given.options]);
      expect([weighed.kind, weighed.weighted]).toEqual([kind, true]);
    }
  },
);

const ours = (Object.keys(layers) as LayerKind[]).flatMap((kind) =>
  layerCases[kind].samples
    .filter(({ options }) => isOurs(kind, options))
    .map((sample) => [`${kind} ${JSON.stringify(sample.options)}`, kind, sample] as const),
);

test.each(ours)("%s is refused, for Keras has nothing like it", async (_, kind, sample) => {
  const x = input({ shape: sample.input });
  const made = model({ inputs: x, outputs: layerFrom(kind, sample.options).apply(x), device });
  await expect(saveModel(made, join(folder, "padded.keras"))).rejects.toThrow(/Keras has no/);
});

test.each([
  ["kernelInitializer", { name: "varianceScaling", options: { mode: "fanAverage" } }],
  ["kernelInitializer", { name: "randomNormal", options: { stddev: 0.2 } }],
  ["kernelInitializer", { name: "randomUniform", options: { minimum: -0.2, maximum: 0.1 } }],
  ["kernelRegularizer", { name: "l1L2", options: { l1: 0.1, l2: 0.2 } }],
  ["kernelRegularizer", { name: "orthogonal", options: { factor: 0.2, mode: "columns" } }],
  ["kernelConstraint", { name: "minMaxNorm", options: { minValue: 0.5, axis: [0] } }],
  ["activityRegularizer", { name: "l1L2", options: { l1: 0.1, l2: 0 } }],
])("%s %j comes back", async (option, setting) => {
  const dense = layerFrom("dense", { units: 2, inputShape: [3], [option]: setting });
  const made = sequential([dense], { device });
  for (const ending of endings) {
    const path = join(folder, `setting${ending}`);
    await saveModel(made, path);
    const [layer] = (await loadModel(path, { device })).model.network.layers;
    expect((layer.layer.options as Record<string, unknown>)[option]).toEqual(setting);
  }
});
