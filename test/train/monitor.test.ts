// Which way a watched number improves: the model's own metrics say it, whatever they are called.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { betterOf } from "../../src/nn/metrics/compiled-metric.ts";
import { metricFrom, metrics, metricTable } from "../../src/nn/metrics/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { Monitor } from "../../src/train/callbacks/monitor.ts";
import { type MetricCase, metricCases } from "../conformance/metric-cases.ts";
import { tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const cases: Readonly<Record<string, MetricCase>> = metricCases;
const examples = tinyExamples(16);
const run = { epochs: 1, batchSize: 8, verbose: 0, validationSplit: 0.5 } as const;
const begun = { validationExamples: 8 };

/** Neither more nor less of these is better. */
const withoutDirection = ["mean", "sum"];

describe.each(Object.keys(metricTable))("%s", (kind) => {
  const { options = {} } = cases[kind];

  test("says which way is better, and callbacks ask it", () => {
    const metric = metricFrom(kind, { ...options, name: "mine" });
    const model = tinyModel(device, { metrics: [metricFrom(kind, options), metric] });
    for (const name of [metricFrom(kind, options).name, "mine"]) {
      for (const monitor of [name, `val_${name}`, `val_${name}_1`]) {
        const watch = () => new Monitor({ monitor }).begin(begun, { model });
        if (withoutDirection.includes(kind)) expect(watch).toThrow(/mode: "min" or mode: "max"/);
        else watch();
      }
    }
  });

  test("is watched in either direction where a mode is given", () => {
    const model = tinyModel(device, { metrics: [metricFrom(kind, options)] });
    const { name } = metricFrom(kind, options);
    const lower = new Monitor({ monitor: name, mode: "min" });
    const higher = new Monitor({ monitor: name, mode: "max" });
    lower.begin(begun, { model });
    higher.begin(begun, { model });
    expect([lower.isBetter(1, 2), higher.isBetter(1, 2)]).toEqual([true, false]);
  });
});

test.each([
  ["accuracy", "higher"],
  ["fBetaScore", "higher"],
  ["cosineSimilarity", "higher"],
  ["r2Score", "higher"],
  ["oneHotMeanIoU", "higher"],
  ["trueNegatives", "higher"],
  ["falsePositives", "lower"],
  ["poisson", "lower"],
  ["logCoshError", "lower"],
  ["klDivergence", "lower"],
  ["squaredHinge", "lower"],
])("%s is better when it is %s", (kind, better) => {
  const { options = {} } = cases[kind];
  expect(metricFrom(kind, options).better).toBe(better);
});

test("the losses of several outputs are better when they are lower", () => {
  const reports = [{ name: "age_loss", better: "lower" as const }];
  expect(betterOf(reports, "val_age_loss")).toBe("lower");
  expect(betterOf(reports, "val_loss")).toBe("lower");
  expect(betterOf(reports, "learning_rate")).toBeUndefined();
});

test("a name that begins with val_ is first taken as it is", () => {
  const reports = [
    { name: "val_score", better: "higher" as const },
    { name: "score", better: "lower" as const },
  ];
  expect(betterOf(reports, "val_score")).toBe("higher");
  expect(betterOf(reports, "val_val_score")).toBe("higher");
  expect(betterOf(reports, "score")).toBe("lower");
});

test("val_mean_io_u stops a run early, and the best epoch is the one with the largest", async () => {
  const model = tinyModel(device, {
    metrics: [metrics.meanIoU({ numClasses: 3, sparseYPred: false })],
  });
  const stopping = callbacks.earlyStopping({ monitor: "val_mean_io_u", patience: 1 });
  const rate = callbacks.learningRateScheduler(() => 0);
  const still = { ...run, epochs: 5, callbacks: [rate, stopping] };
  const { epochs, stopped } = await model.fit(examples, still);
  expect(epochs).toHaveLength(2);
  expect(stopped).toBe("val_mean_io_u did not get better");
  await model.dispose();
});

test.each(["earlyStopping", "reduceLROnPlateau"] as const)(
  "%s refuses a number whose better way nobody knows before anything is trained",
  async (name) => {
    const model = tinyModel(device);
    const before = await model.getWeights();
    const watching = callbacks[name]({ monitor: "val_wonder" });
    const attempt = model.fit(examples, { ...run, callbacks: [watching] });
    await expect(attempt).rejects.toThrow(/mode: "min" or mode: "max"/);
    expect(await model.getWeights()).toEqual(before);
    await model.dispose();
  },
);

test.each([
  ["val_lss", "val_loss"],
  ["valLoss", "val_loss"],
  ["val_acuracy", "val_accuracy"],
])(
  "a number to watch that may be misspelt is answered with the closest: %s",
  async (monitor, right) => {
    const model = tinyModel(device);
    for (const name of ["earlyStopping", "reduceLROnPlateau"] as const) {
      const attempt = model.fit(examples, { ...run, callbacks: [callbacks[name]({ monitor })] });
      await expect(attempt).rejects.toThrow(`did you mean "${right}"?`);
    }
    await model.dispose();
  },
);

test("Keras's short names are watched under the names that logs have", async () => {
  const model = tinyModel(device, { metrics: ["acc"] });
  new Monitor({ monitor: "val_acc" }).begin(begun, { model });
  await model.dispose();
});
