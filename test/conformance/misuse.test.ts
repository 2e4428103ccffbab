// Whatever people hand to a public function or method by mistake, what comes back is a result or one of
// Fovea's own errors: never a TypeError from within, and never an endless wait.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FoveaError } from "../../src/core/errors.ts";
import { shown } from "../../src/core/option.ts";
import * as fovea from "../../src/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Facts } from "../../src/nn/facts.ts";
import { layerFrom } from "../../src/nn/layers/index.ts";
import type { UnitConfig } from "../../src/nn/network-config.ts";
import * as report from "../../src/report/index.ts";
import { tinyExamples, tinyModel } from "../train/tiny.ts";
import { layerCases } from "./layer-cases/index.ts";

/** One of each kind of value that is handed in by mistake. */
const wrongValues: readonly unknown[] = [
  undefined,
  null,
  42,
  -1,
  1.5,
  Number.NaN,
  "",
  "wrong",
  "__proto__",
  true,
  [],
  [null],
  ["wrong"],
  [1, 2],
  {},
  { wrong: 1 },
  () => undefined,
  new Map([["wrong", 1]]),
  Float32Array.of(1, 2),
  1n,
  Symbol("wrong"),
];

type Call = (...values: never[]) => unknown;

const nameOf = (value: unknown) =>
  typeof value === "object" && value !== null
    ? `${value.constructor.name} ${shown(value).slice(0, 80)}`
    : `${typeof value} ${String(value)}`;

/** The errors of `call` that are none of Fovea's. */
async function strangersOf(
  name: string,
  call: (...values: readonly unknown[]) => unknown,
  lists: readonly (readonly unknown[])[],
): Promise<string[]> {
  const strangers: string[] = [];
  for (const values of lists) {
    try {
      await call(...values);
    } catch (error) {
      if (error instanceof FoveaError) continue;
      strangers.push(`${name}(${values.map(nameOf).join(", ")}): ${error}`);
    }
  }
  return strangers;
}

/** The names of the options that `make` looks at. */
function optionsOf(make: Call, options: object): string[] {
  const seen = new Set<string>(Object.keys(options));
  const watched = new Proxy(options, {
    get(target, key) {
      if (typeof key === "string") seen.add(key);
      return Reflect.get(target, key);
    },
  });
  const made = make(watched as never) as { readonly options?: object };
  for (const key of Object.keys(made?.options ?? {})) seen.add(key);
  return [...seen];
}

const single = wrongValues.map((value) => [value]);

/** `options` with each of `names` replaced by each wrong value. */
const variants = (options: object, names: readonly string[]) =>
  names.flatMap((name) => wrongValues.map((value) => ({ ...options, [name]: value })));

/** What factories need to be given at least. */
const needed: Readonly<Record<string, readonly unknown[]>> = {
  "schedules.cosineDecay": [{ initialLearningRate: 0.1, decaySteps: 10 }],
  "schedules.cosineDecayRestarts": [{ initialLearningRate: 0.1, firstDecaySteps: 10 }],
  "schedules.exponentialDecay": [{ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 }],
  "schedules.inverseTimeDecay": [{ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 }],
  "schedules.oneCycle": [{ maxLearningRate: 0.1, totalSteps: 10 }],
  "schedules.piecewiseConstantDecay": [{ boundaries: [5], values: [0.1, 0.01] }],
  "schedules.polynomialDecay": [{ initialLearningRate: 0.1, decaySteps: 10 }],
  "schedules.warmUp": [{ warmupSteps: 5, learningRate: 0.1 }],
  "metrics.iou": [{ numClasses: 4, targetClassIds: [1] }],
  "metrics.meanIoU": [{ numClasses: 4 }],
  "metrics.oneHotIoU": [{ numClasses: 4, targetClassIds: [1] }],
  "metrics.oneHotMeanIoU": [{ numClasses: 4 }],
  "metrics.precisionAtRecall": [{ recall: 0.5 }],
  "metrics.recallAtPrecision": [{ precision: 0.5 }],
  "metrics.sensitivityAtSpecificity": [{ specificity: 0.5 }],
  "metrics.specificityAtSensitivity": [{ sensitivity: 0.5 }],
  "metrics.custom": [{ name: "own", values: (_: unknown, results: unknown) => results }],
  "losses.weightedSum": [{ losses: [fovea.losses.binaryCrossentropy(), fovea.losses.dice()] }],
  "losses.custom": [{ values: (_: unknown, results: unknown) => results }],
  "callbacks.backupAndRestore": [{ path: "backup.safetensors" }],
  "callbacks.csvLogger": [{ path: "log.csv" }],
  "callbacks.modelCheckpoint": [{ path: "model.safetensors" }],
};

const { blocks, callbacks, constraints, initializers, losses } = fovea;
const { metrics, optimizers, regularizers, schedules } = fovea;
const families = {
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

const factories = Object.entries(families).flatMap(([family, table]) =>
  Object.entries(table).map(([name, make]) => ({
    name: `${family}.${name}`,
    make: make as unknown as Call,
  })),
);

describe("every factory", () => {
  test.each(factories)("$name refuses options that are none", async ({ name, make }) => {
    expect(await strangersOf(name, make as never, single)).toEqual([]);
  });

  const withOptions = factories.filter(
    ({ name }) => !name.startsWith("blocks.") && !name.endsWith("learningRateScheduler"),
  );
  test.each(withOptions)("$name refuses a wrong option", async ({ name, make }) => {
    const [options = {}] = (needed[name] ?? []) as object[];
    const lists = variants(options, optionsOf(make, options)).map((one) => [one]);
    expect(await strangersOf(name, make as never, lists)).toEqual([]);
  });
});

describe("every layer", () => {
  const table = fovea.layers as unknown as Readonly<Record<string, Call & { facts: Facts }>>;
  /** The options of a sample, in which a layer is plain data, as people write them. */
  const written = ({ layer, ...options }: { readonly layer?: UnitConfig }) =>
    layer === undefined ? options : { ...options, layer: layerFrom(layer.kind, layer.options) };
  test.each(Object.entries(layerCases))("%s refuses a wrong option", async (name, { samples }) => {
    const [{ options, input, others = [] }] = samples;
    const names = Object.keys(table[name].facts.options);
    const use = (given: object) => {
      const layer = table[name](given as never) as fovea.LayerInstance;
      const inputs = [input, ...others].map((shape) => fovea.input({ shape }));
      return fovea.model({ inputs, outputs: layer.apply(inputs) });
    };
    const lists = [...single, ...variants(written(options), names).map((one) => [one])];
    expect(await strangersOf(`layers.${name}`, use as never, lists)).toEqual([]);
  });

  test.each(Object.keys(layerCases))("%s refuses to be applied to what is none", async (name) => {
    const [{ options }] = layerCases[name as keyof typeof layerCases].samples;
    const use = (x: unknown) =>
      (table[name](written(options) as never) as fovea.LayerInstance).apply(x as never);
    expect(await strangersOf(`layers.${name}.apply`, use as never, single)).toEqual([]);
  });
});

/** Every list of `count` values in which one at a time is wrong, the others being those of `right`. */
function oneWrong(right: readonly unknown[], count = right.length): unknown[][] {
  return Array.from({ length: count }, (_, at) =>
    wrongValues.map((value) =>
      Array.from({ length: count }, (_, i) => (i === at ? value : right[i])),
    ),
  ).flat();
}

describe("every function", () => {
  const layers = () => [fovea.layers.dense({ units: 2, inputShape: [3] })];
  const matrix = () => fovea.confusionMatrix([0, 1], [0, 1], 2);
  const functions: readonly (readonly [string, unknown, readonly unknown[]])[] = [
    ["sequential", fovea.sequential, [layers(), {}]],
    ["model", fovea.model, [{}]],
    ["input", fovea.input, [{ shape: [3] }]],
    ["tensor", fovea.tensor, [Float32Array.of(1, 2), [2]]],
    ["defineLayer", fovea.defineLayer, [{}]],
    ["loadModel", fovea.loadModel, ["absent.safetensors", {}]],
    ["saveModel", fovea.saveModel, [undefined, "x/absent.safetensors", {}]],
    ["sliceExamples", fovea.sliceExamples, [tinyExamples(4), 0, 2]],
    ["confusionMatrix", fovea.confusionMatrix, [[0, 1], [0, 1], 2]],
    ["normalizeConfusion", fovea.normalizeConfusion, [matrix(), "labels"]],
    ["classificationReport", fovea.classificationReport, [[0, 1], [0, 1], {}]],
    ["assessClassifier", fovea.assessClassifier, [undefined, tinyExamples(4), {}]],
    ["classesOf", fovea.classesOf, [{ data: Float32Array.of(1, 0), shape: [1, 2] }]],
    ["plotModel", fovea.plotModel, [undefined, {}]],
    ["lrFind", fovea.lrFind, [undefined, tinyExamples(4), {}]],
    ["datasets.load", fovea.datasets.load, ["wrong", {}]],
    ["curvesSvg", report.curvesSvg, [[]]],
    ["confusionSvg", report.confusionSvg, [matrix(), ["a", "b"]]],
    ["classificationSvg", report.classificationSvg, [undefined]],
    ["historyCsv", report.historyCsv, [[]]],
    ["lrFindSvg", report.lrFindSvg, [undefined]],
  ];
  test.each(functions)("%s", async (name, call, right) => {
    expect(await strangersOf(name, call as never, [[], ...oneWrong(right)])).toEqual([]);
  });
});

describe("every method of a model", () => {
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
  const quiet = { verbose: 0 } as const;

  test.each([
    ["evaluate", [examples, {}], ["batchSize", "callbacks"]],
    ["predict", [examples.x, {}], ["batchSize", "callbacks"]],
    ["trainOnBatch", [examples, {}], ["classWeights"]],
    ["testOnBatch", [examples], []],
    ["predictOnBatch", [examples.x], []],
    ["setWeights", [new Map()], []],
    ["setState", [undefined], ["weights", "slots", "progress"]],
    ["saveWeights", ["absent/weights.safetensors"], []],
    ["loadWeights", ["absent/weights.safetensors"], []],
    ["getLayer", ["dense"], []],
    ["apply", [undefined], []],
    ["summary", [{}], []],
    [
      "compile",
      [{ optimizer: "adam", loss: "sparseCategoricalCrossentropy" }],
      ["optimizer", "loss", "lossWeights", "metrics", "weightedMetrics"],
    ],
    [
      "fit",
      [examples, quiet],
      [
        "epochs",
        "batchSize",
        "validationSplit",
        "validationData",
        "validationFrequency",
        "validationSteps",
        "stepsPerEpoch",
        "initialEpoch",
        "classWeights",
        "shuffle",
        "callbacks",
        "verbose",
        "signal",
        "resume",
      ],
    ],
  ] as const)("%s", async (name, right, names) => {
    const call = (...values: readonly unknown[]) =>
      (model[name] as (...values: unknown[]) => unknown).call(model, ...values);
    const last = right.length - 1;
    const options = variants({ ...(right[last] as object | undefined) }, names).map((one) => [
      ...right.slice(0, last),
      one,
    ]);
    const lists = [
      [],
      ...oneWrong(right).filter(([, one]) => name !== "fit" || one !== undefined),
      ...options,
    ];
    expect(await strangersOf(`model.${name}`, call, lists)).toEqual([]);
  });
});
