// What definitions say of themselves: their names, their options and Keras's, and that any other option is
// refused with the closest name.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as fovea from "../../src/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Facts } from "../../src/nn/facts.ts";
import { tinyExamples, tinyModel } from "../train/tiny.ts";
import { metricCases } from "./metric-cases.ts";

const { blocks, callbacks, constraints, initializers, losses } = fovea;
const { metrics, optimizers, regularizers, schedules } = fovea;
const groups = {
  blocks,
  callbacks,
  constraints,
  initializers,
  losses,
  metrics,
  optimizers,
  regularizers,
  schedules,
};

interface Made {
  readonly options?: object;
}
type Definition = ((...values: readonly unknown[]) => Made) & { readonly facts: Facts };

const definitions = Object.entries(groups).flatMap(([group, table]) =>
  Object.entries(table).map(([name, definition]) => ({
    group,
    name,
    title: `${group}.${name}`,
    definition: definition as unknown as Definition,
  })),
);

/** What definitions need to be given at least. */
const needed: Readonly<Record<string, object>> = {
  "callbacks.backupAndRestore": { path: "backup.safetensors" },
  "callbacks.csvLogger": { path: "log.csv" },
  "callbacks.modelCheckpoint": { path: "model.safetensors" },
  "losses.custom": { values: () => undefined },
  "losses.weightedSum": { losses: [losses.dice()] },
  "metrics.custom": { values: () => undefined },
  "schedules.cosineDecay": { initialLearningRate: 0.1, decaySteps: 10 },
  "schedules.cosineDecayRestarts": { initialLearningRate: 0.1, firstDecaySteps: 10 },
  "schedules.exponentialDecay": { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 },
  "schedules.inverseTimeDecay": { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 },
  "schedules.oneCycle": { maxLearningRate: 0.1, totalSteps: 10 },
  "schedules.piecewiseConstantDecay": { boundaries: [5], values: [0.1, 0.01] },
  "schedules.polynomialDecay": { initialLearningRate: 0.1, decaySteps: 10 },
  "schedules.warmUp": { warmupSteps: 5, learningRate: 0.1 },
  ...Object.fromEntries(
    Object.entries(metricCases).map(([kind, one]) => [
      `metrics.${kind}`,
      (one as { options?: object }).options ?? {},
    ]),
  ),
};

const optionNamesOf = ({ facts }: Definition) => Object.keys(facts.options);

describe.each(definitions)("$title", ({ group, name, title, definition }) => {
  test("says its own name", () => {
    expect([definition.facts.group, definition.facts.name]).toEqual([group, name]);
  });

  test("names every option that it keeps", () => {
    if (group === "blocks" || name === "learningRateScheduler") return;
    const { options = {} } = definition(needed[title] ?? {});
    const known = optionNamesOf(definition);
    expect(Object.keys(options).filter((option) => !known.includes(option))).toEqual([]);
  });

  test("refuses an option that it does not have", () => {
    if (name === "learningRateScheduler") return;
    const options = { ...needed[title], unheardOf: 1 };
    const x = group === "blocks" ? [fovea.input({ shape: [8, 8, 16] })] : [];
    expect(() => definition(...x, options)).toThrow(`${title} has no option "unheardOf".`);
  });

  test("answers an option that is misspelt with the right one", () => {
    const [option] = optionNamesOf(definition).filter((one) => one.length > 4);
    if (option === undefined) return;
    const misspelt = `${option.slice(0, 2)}${option.slice(3)}`;
    const x = group === "blocks" ? [fovea.input({ shape: [8, 8, 16] })] : [];
    const attempt = () => definition(...x, { ...needed[title], [misspelt]: 1 });
    expect(attempt).toThrow(`did you mean "${option}"?`);
  });

  test("gives options as somebody could write them where some are needed", () => {
    const requires = needed[title] !== undefined && group === "schedules";
    if (requires) expect(definition.facts.example).toMatch(/^\{ .* \}$/);
  });
});

test("Keras lacks these", () => {
  const own = definitions.filter(({ definition }) => definition.facts.keras === undefined);
  expect(own.map(({ title }) => title)).toEqual([
    "blocks.cbam",
    "blocks.inceptionModule",
    "blocks.squeezeExcite",
    "losses.custom",
    "losses.detection",
    "losses.iou",
    "losses.lovaszHinge",
    "losses.lovaszSoftmax",
    "losses.weightedSum",
    "metrics.custom",
    "schedules.oneCycle",
    "schedules.warmUp",
  ]);
});

test("Keras lacks these options of what it has", () => {
  const own = definitions
    .filter(({ definition }) => definition.facts.keras !== undefined)
    .flatMap(({ title, definition }) =>
      Object.entries(definition.facts.options as Readonly<Record<string, string | null>>)
        .filter(([, keras]) => keras === null)
        .map(([option]) => `${title}: ${option}`),
    )
    // Every optimizer has these.
    .filter((text) => !/: (excludeFromWeightDecay|learningRateMultipliers)$/.test(text));
  expect(own).toEqual([
    "callbacks.earlyStopping: path",
    "callbacks.modelCheckpoint: classNames",
    "callbacks.modelCheckpoint: task",
    "callbacks.modelCheckpoint: training",
    "callbacks.modelCheckpoint: onWarning",
    "callbacks.tensorBoard: images",
    "losses.binaryCrossentropy: ignoreClass",
    "losses.binaryFocalCrossentropy: ignoreClass",
    "losses.categoricalFocalCrossentropy: sparseYTrue",
    "losses.categoricalFocalCrossentropy: ignoreClass",
    "losses.dice: sparseYTrue",
    "losses.dice: ignoreClass",
    "losses.sparseCategoricalCrossentropy: labelSmoothing",
    "losses.sparseCategoricalCrossentropy: classWeights",
    "losses.tversky: sparseYTrue",
    "losses.tversky: ignoreClass",
    "metrics.binaryCrossentropy: axis",
    "metrics.sparseCategoricalCrossentropy: labelSmoothing",
  ]);
});

describe("calls", () => {
  let device: Device;
  let model: ReturnType<typeof tinyModel>;
  beforeAll(async () => {
    device = await WasmDevice.open({ threads: 1 });
    model = tinyModel(device);
  });
  afterAll(async () => {
    await model.dispose();
    await device.close();
  });
  const examples = tinyExamples(4);
  const compiled = { optimizer: "sgd", loss: "mse" } as const;
  const flatten = () => fovea.layers.flatten({ inputShape: [2, 2, 1] });
  const x = fovea.input({ shape: [2] });

  /** Calls with an option that does not exist, and the one that was meant. */
  const table: readonly [string, string, string, (options: never) => unknown, object][] = [
    ["compile", "metric", "metrics", (o) => model.compile(o), { ...compiled, metric: ["acc"] }],
    [
      "fit",
      "validation_split",
      "validationSplit",
      (o) => model.fit(examples, o),
      { validation_split: 0.1 },
    ],
    ["fit", "batch_size", "batchSize", (o) => model.fit(examples, o), { batch_size: 2 }],
    ["fit", "epoch", "epochs", (o) => model.fit(examples, o), { epoch: 2 }],
    ["evaluate", "batch_size", "batchSize", (o) => model.evaluate(examples, o), { batch_size: 2 }],
    ["predict", "batchsize", "batchSize", (o) => model.predict(examples.x, o), { batchsize: 2 }],
    [
      "trainOnBatch",
      "class_weights",
      "classWeights",
      (o) => model.trainOnBatch(examples, o),
      { class_weights: {} },
    ],
    [
      "summary",
      "show_trainable",
      "showTrainable",
      (o) => model.summary(o),
      { show_trainable: true },
    ],
    ["loadWeights", "by_name", "byName", (o) => model.loadWeights("no.h5", o), { by_name: true }],
    [
      "saveModel",
      "class_names",
      "classNames",
      (o) => fovea.saveModel(model, "no.safetensors", o),
      { class_names: [] },
    ],
    [
      "loadModel",
      "custom_layers",
      "customLayers",
      (o) => fovea.loadModel("no.safetensors", o),
      { custom_layers: {} },
    ],
    ["sequential", "sead", "seed", (o) => fovea.sequential([flatten()], o), { sead: 1 }],
    ["model", "output", "outputs", (o) => fovea.model(o), { inputs: x, output: x }],
    ["input", "shap", "shape", (o) => fovea.input(o), { shap: [1] }],
    ["openDevice", "thread", "threads", (o) => fovea.openDevice(o), { thread: 1 }],
    [
      "datasets.load",
      "sorce",
      "source",
      (o) => fovea.datasets.load("mnist", o),
      { sorce: "sample" },
    ],
    [
      "lrFind",
      "batch_size",
      "batchSize",
      (o) => fovea.lrFind(model, examples, o),
      { batch_size: 2 },
    ],
    ["optimizers.adam", "lr", "learningRate", (o) => fovea.optimizers.adam(o), { lr: 0.1 }],
    [
      "callbacks.earlyStopping",
      "patence",
      "patience",
      (o) => fovea.callbacks.earlyStopping(o),
      { patence: 2 },
    ],
    [
      "metrics.precision",
      "treshold",
      "thresholds",
      (o) => fovea.metrics.precision(o),
      { treshold: 0.4 },
    ],
  ];

  test.each(table)("%s refuses %s: did you mean %s?", async (call, wrong, right, make, options) => {
    const attempt = async () => make(options as never);
    await expect(attempt()).rejects.toThrow(`${call} has no option "${wrong}".`);
    await expect(attempt()).rejects.toThrow(`did you mean "${right}"?`);
  });
});

test("files and settings with the earlier name of stddev are read", async () => {
  const older = { name: "randomNormal", options: { mean: 1, standardDeviation: 0.25 } } as const;
  const newer = { name: "randomNormal", options: { mean: 1, stddev: 0.25 } } as const;
  const weightsFor = async (kernelInitializer: typeof older | typeof newer) => {
    const dense = fovea.layers.dense({ units: 4, inputShape: [3], kernelInitializer });
    return fovea.sequential([dense]).getWeights();
  };
  expect(await weightsFor(older)).toEqual(await weightsFor(newer));
});
