// The report of a classifier: its picture, a model's assessment, and what is refused. What it says
// is held against scikit-learn in test/golden.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assessClassifier } from "../../src/assess/assess-classifier.ts";
import { classificationReport } from "../../src/assess/classification-report.ts";
import { classesOf } from "../../src/assess/classify.ts";
import { fixedDigits } from "../../src/assess/fixed-digits.ts";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { losses } from "../../src/nn/losses/index.ts";
import { classificationSvg } from "../../src/report/classification-figure.ts";
import { sequential } from "../../src/train/sequential.ts";
import { faultOf } from "../report/well-formed.ts";

describe("fixedDigits", () => {
  test.each([
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [0.625, 2, "0.62"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [-0.125, 2, "-0.12"],
    [0.135, 2, "0.14"],
    [1 / 3, 4, "0.3333"],
    [Number.NaN, 2, "nan"],
  ])("of %f with %i", (value, digits, text) => {
    expect(fixedDigits(value, digits)).toBe(text);
  });
});

describe("the picture", () => {
  const labels = [0, 1, 1, 2, 2, 2];
  const guesses = [0, 1, 0, 2, 2, 0];

  test("names every class and average, with a bar as long as its F1", () => {
    const report = classificationReport(labels, guesses, { classNames: ["cat", "<dog>", "bird"] });
    const svg = classificationSvg(report);
    expect(faultOf(svg)).toBeUndefined();
    for (const text of ["cat", "&lt;dog&gt;", "bird", "macro average", "66.7% correct"]) {
      expect(svg).toContain(text);
    }
    const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)" height="14"/g)];
    const scores = [...report.classes, report.macroAverage, report.weightedAverage];
    expect(widths.map(([, width]) => Number(width))).toEqual(
      scores.map(({ f1 }) => Number((160 * f1).toFixed(1))),
    );
  });

  test("has a dash and no bar for what is not defined", () => {
    const report = classificationReport([0, 0], [0, 0], {
      labels: [0, 1],
      zeroDivision: Number.NaN,
    });
    const svg = classificationSvg(report);
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).toContain(">\u2013<");
    expect(svg).not.toContain("NaN");
  });
});

describe("what is refused", () => {
  test("labels and predictions of different lengths, and none at all", () => {
    expect(() => classificationReport([0, 1], [0])).toThrow(DataError);
    expect(() => classificationReport([], [])).toThrow(/at least one label/);
  });

  test("options that cannot be used", () => {
    expect(() => classificationReport([0], [0], { digits: -1 })).toThrow(ConfigError);
    expect(() => classificationReport([0], [0], { zeroDivision: 2 })).toThrow(/zeroDivision/);
  });
});

describe("classes of results", () => {
  test("are the first of the largest, or what is above the threshold", () => {
    const rows = { data: Float32Array.of(0.2, 0.5, 0.5, 0.9, 0, 0.1), shape: [2, 3] };
    expect([...classesOf(rows)]).toEqual([1, 0]);
    const single = { data: Float32Array.of(0.2, 0.5, 0.51), shape: [3, 1] };
    expect([...classesOf(single)]).toEqual([0, 0, 1]);
    expect([...classesOf(single, 0.1)]).toEqual([1, 1, 1]);
  });
});

describe("a model's assessment", () => {
  let device: Device;
  beforeAll(async () => {
    device = await WasmDevice.open({ threads: 1 });
  });
  afterAll(() => device.close());

  const scores = Float32Array.of(3, 1, 0, 0, 2, 1, 0, 5, 1, 1, 1, 4);
  const x = { data: scores, shape: [4, 1, 1, 3] };

  test.each([
    ["class numbers", { data: Int32Array.of(0, 1, 2, 2), shape: [4] }],
    ["one-hot rows", { data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1), shape: [4, 3] }],
  ])("of %s: matrix, report and classes", async (_, y) => {
    const model = sequential([layers.flatten({ inputShape: [1, 1, 3] })], { device });
    const classNames = ["cat", "dog", "bird"];
    const { matrix, report, labels, predictions } = await assessClassifier(model, {
      x,
      y,
      classNames,
    });
    expect([...labels]).toEqual([0, 1, 2, 2]);
    expect([...predictions]).toEqual([0, 1, 1, 2]);
    expect(matrix.counts).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
    ]);
    expect(report.accuracy).toBe(0.75);
    expect(report.classes.map(({ name }) => name)).toEqual(classNames);
    await model.dispose();
  });

  test("of logits of yes or no: above 0 is a yes", async () => {
    const model = sequential([layers.activation({ activation: "linear", inputShape: [2, 2, 1] })], {
      device,
    });
    model.compile({ optimizer: "sgd", loss: losses.binaryCrossentropy({ fromLogits: true }) });
    const pixels = { data: Float32Array.of(0.2, -0.2, 0.4, -3), shape: [1, 2, 2, 1] };
    const y = { data: Float32Array.of(1, 0, 1, 1), shape: [1, 2, 2, 1] };
    const { matrix } = await assessClassifier(model, { x: pixels, y });
    expect(matrix.counts).toEqual([
      [1, 0],
      [1, 2],
    ]);
    await model.dispose();
  });

  test("of answers that do not fit is refused", async () => {
    const model = sequential([layers.flatten({ inputShape: [1, 1, 3] })], { device });
    const y = { data: new Int32Array(8), shape: [4, 2] };
    await expect(assessClassifier(model, { x, y })).rejects.toThrow(DataError);
    await model.dispose();
  });
});
