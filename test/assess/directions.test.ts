// Which way numbers improve: the metrics say it, and the best epoch follows.

import { expect, test } from "vitest";
import { directionOf, directionsOf } from "../../src/assess/directions.ts";
import { bestEpoch } from "../../src/assess/epoch-metrics.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { metricFrom, metrics } from "../../src/nn/metrics/index.ts";

import { curvesSvg } from "../../src/report/curves.ts";
import { sequential } from "../../src/train/sequential.ts";

const historyOf = (key: string, ...values: readonly number[]) =>
  values.map((value, i) => ({ epoch: i + 1, seconds: 1, logs: { [key]: value } }));

test("a compiled model's metrics say which way each number improves, and its loss goes down", () => {
  const model = sequential([layers.dense({ units: 3, inputShape: [4] })]);
  const wrong = { ...metrics.meanAbsoluteError(), name: "gain", better: "higher" as const };
  model.compile({
    optimizer: "adam",
    loss: "meanSquaredError",
    metrics: [metrics.meanIoU({ numClasses: 3 }), wrong],
  });
  const directions = directionsOf(model);
  expect(directions).toEqual({ loss: "lower", mean_io_u: "higher", gain: "higher" });
  expect(directionOf("val_mean_io_u", directions)).toBe("higher");
  expect(directionOf("val_loss", directions)).toBe("lower");
  expect(directionOf("val_gain", directions)).toBe("higher");
  // No metric reports it: it is measured on whole pictures.
  expect(directionOf("val_map", directions)).toBe("higher");
  expect(directionOf("learning_rate", directions)).toBeUndefined();
});

test.each([
  ["val_accuracy", "higher"],
  ["acc", "higher"],
  ["auc_1", "higher"],
  ["val_root_mean_squared_error", "lower"],
  ["mse", "lower"],
  ["false_positives", "lower"],
  ["true_positives", "higher"],
  ["learning_rate", undefined],
  ["own_number", undefined],
])("without a model, %s is as in Fovea's metrics: %s", (name, better) => {
  expect(directionOf(name)).toBe(better);
});

test("and agrees with each metric that needs no options", () => {
  for (const kind of ["auc", "hinge", "r2Score", "f1Score", "cosineSimilarity", "poisson"]) {
    const { name, better } = metricFrom(kind);
    expect([name, directionOf(`val_${name}`)]).toEqual([name, better]);
  }
});

test("the best epoch is the highest or the lowest, the first of equals, and never NaN", () => {
  const history = historyOf("val_x", 0.5, Number.NaN, 0.7, 0.7, 0.2);
  expect(bestEpoch(history, "val_x", "higher")?.epoch).toBe(3);
  expect(bestEpoch(history, "val_x", "lower")?.epoch).toBe(5);
  expect(bestEpoch(history, "val_x", undefined)).toBeUndefined();
});

test("curves mark the best epoch by the directions that they are given", () => {
  const history = historyOf("val_gain", 0.5, 0.7, 0.2);
  expect(curvesSvg(history)).not.toContain("best validation");
  expect(curvesSvg(history, { directions: { gain: "higher" } })).toContain("in epoch 2");
  expect(curvesSvg(history, { directions: { gain: "lower" } })).toContain("in epoch 3");
});
