// Curves, calibration, thresholds, label errors, principal components and perceptual hashes against scikit-learn, cleanlab
// and ImageHash (scikit/make_evaluation.py).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  calibration,
  cumulativeGain,
  labelErrors,
  perceptualHash,
  precisionRecallCurves,
  principalComponents,
  rocCurves,
  thresholdTable,
  topLosses,
} from "../../src/assess/index.ts";
import { tensor } from "../../src/core/tensor.ts";
import { classes, uniform } from "./shared-numbers.ts";

type Numbers = readonly (number | null)[];

interface Bins {
  readonly accuracy: Numbers;
  readonly confidence: Numbers;
}

interface Fixture {
  readonly count: number;
  readonly classes: number;
  readonly right: number;
  readonly roc: readonly { fpr: Numbers; tpr: Numbers; thresholds: Numbers }[];
  readonly areas: Numbers;
  readonly microArea: number;
  readonly macroArea: number;
  readonly macroCurve: Numbers;
  readonly precisionRecall: readonly { precision: Numbers; recall: Numbers }[];
  readonly averagePrecisions: Numbers;
  readonly microAveragePrecision: number;
  readonly macroAveragePrecision: number;
  readonly calibration: Readonly<Record<"confidence" | "quantile" | "classOne", Bins>> & {
    readonly expectedError: number;
    readonly brier: number;
  };
  readonly thresholds: readonly Readonly<Record<string, number | null>>[];
  readonly gainAfterAll: Numbers;
  readonly worst: readonly number[];
  readonly labelErrors: {
    readonly errors: readonly number[];
    readonly joint: readonly (readonly number[])[];
  };
}

interface Fixtures {
  readonly cases: Readonly<Record<string, Fixture>>;
  readonly components: readonly {
    readonly count: number;
    readonly width: number;
    readonly directions: Numbers;
    readonly points: Numbers;
    readonly shares: Numbers;
  }[];
  readonly hashes: readonly {
    readonly stream: number;
    readonly shape: readonly [number, number, number];
    readonly hash: string;
  }[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("scikit/evaluation.json", import.meta.url), "utf8"),
) as Fixtures;

/** Whole numbers divided by the sum of their row, as in the script. */
function drawn({ count, classes: width, right }: Fixture) {
  const labels = classes(1, count, width).data;
  const parts = classes(2, count * width, 20).data.map((part) => part + 1);
  const sure = classes(3, count, 4).data;
  const data = new Float64Array(count * width);
  for (let row = 0; row < count; row++) {
    const start = row * width;
    if (sure[row] > 0) parts[start + labels[row]] += right;
    const sum = parts.subarray(start, start + width).reduce((a, b) => a + b);
    for (let i = 0; i < width; i++) data[start + i] = parts[start + i] / sum;
  }
  return { labels, probabilities: tensor(data, [count, width]) };
}

function expectClose(values: readonly number[], expected: Numbers, digits = 12): void {
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    const wanted = expected[i];
    if (wanted === null) expect(Number.isFinite(value)).toBe(false);
    else expect(value).toBeCloseTo(wanted, digits);
  });
}

describe.each(Object.entries(fixtures.cases))("%s", (_, fixture) => {
  const { labels, probabilities } = drawn(fixture);

  test("ROC curves, their areas and both averages", () => {
    const { classes: curves, micro, macro } = rocCurves(labels, probabilities);
    fixture.roc.forEach(({ fpr, tpr, thresholds }, i) => {
      const { points } = curves[i];
      expectClose(
        points.map((point) => point.falsePositiveRate),
        fpr,
      );
      expectClose(
        points.map((point) => point.truePositiveRate),
        tpr,
      );
      expectClose(
        points.map((point) => point.threshold),
        thresholds,
      );
    });
    expectClose(
      curves.map(({ area }) => area),
      fixture.areas,
    );
    expect(micro.area).toBeCloseTo(fixture.microArea, 12);
    expect(macro.area).toBeCloseTo(fixture.macroArea, 12);
    const some = macro.points.filter((__, i) => i % 50 === 0);
    expectClose(
      some.map((point) => point.truePositiveRate),
      fixture.macroCurve,
    );
  });

  test("precision and recall, and both averages", () => {
    const found = precisionRecallCurves(labels, probabilities);
    fixture.precisionRecall.forEach(({ precision, recall }, i) => {
      const { points } = found.classes[i];
      expectClose(
        points.map((point) => point.precision),
        precision,
      );
      expectClose(
        points.map((point) => point.recall),
        recall,
      );
    });
    expectClose(
      found.classes.map(({ averagePrecision }) => averagePrecision),
      fixture.averagePrecisions,
    );
    expect(found.micro.averagePrecision).toBeCloseTo(fixture.microAveragePrecision, 12);
    expect(found.macroAveragePrecision).toBeCloseTo(fixture.macroAveragePrecision, 12);
  });

  test.each([
    ["confidence", {}],
    ["quantile", { strategy: "quantile" }],
    ["classOne", { classIndex: 1 }],
  ] as const)("calibration by %s", (name, options) => {
    const { bins } = calibration(labels, probabilities, options);
    const { accuracy, confidence } = fixture.calibration[name];
    expectClose(
      bins.map((bin) => bin.accuracy),
      accuracy,
    );
    expectClose(
      bins.map((bin) => bin.confidence),
      confidence,
    );
  });

  test("expected calibration error and Brier score", () => {
    const { expectedError, brierScore } = calibration(labels, probabilities);
    expect(expectedError).toBeCloseTo(fixture.calibration.expectedError, 12);
    expect(brierScore).toBeCloseTo(fixture.calibration.brier, 12);
  });

  test("what thresholds do", () => {
    const rows = thresholdTable(labels, probabilities, { thresholds: [0.2, 0.4, 0.6, 0.8] });
    fixture.thresholds.forEach((wanted, i) => {
      const row: Readonly<Record<string, number>> = { ...rows[i] };
      for (const [name, value] of Object.entries(wanted)) {
        if (value === null) expect(row[name]).toBeNaN();
        else expect(row[name]).toBeCloseTo(value, 12);
      }
    });
  });

  test("cumulative gain", () => {
    const points = cumulativeGain(labels, probabilities, 1);
    for (const { share, gain, lift } of points.slice(1)) {
      const after = Math.round(share * fixture.count) - 1;
      expect(gain).toBeCloseTo(fixture.gainAfterAll[after] ?? Number.NaN, 12);
      expect(lift).toBeCloseTo(gain / share, 12);
    }
    expect(points.at(-1)).toEqual({ share: 1, gain: 1, lift: 1 });
  });

  test("top losses", () => {
    const worst = topLosses(labels, probabilities, 8);
    expect(worst.map(({ index }) => index)).toEqual(fixture.worst);
    for (const { loss, probability } of worst) expect(loss).toBeCloseTo(-Math.log(probability), 12);
  });

  test("likely label errors", () => {
    const { errors, joint } = labelErrors(labels, probabilities);
    expect(errors.map(({ index }) => index)).toEqual(fixture.labelErrors.errors);
    expect(joint).toEqual(fixture.labelErrors.joint);
  });
});

test.each(fixtures.components)("principal components of $count rows of $width", (fixture) => {
  const { count, width } = fixture;
  const data = Float64Array.from(uniform(5, [count, width], -1, 1).data);
  // The rows differ most in a mixture of their first and their last number.
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) data[row * width + i] *= 1 + (2 * i) / (width - 1);
    data[row * width] += 4 * data[(row + 1) * width - 1];
  }
  const { directions, points, shares } = principalComponents(tensor(data, [count, width]));
  expectClose(Array.from(directions.data), fixture.directions, 7);
  expectClose(Array.from(points.data.slice(0, 12)), fixture.points, 7);
  expectClose([...shares], fixture.shares, 10);
});

test.each(fixtures.hashes)("the perceptual hash of $shape", ({ stream, shape, hash }) => {
  const data = Uint8Array.from(uniform(stream, shape, 0, 255).data, (value) => Math.round(value));
  expect(perceptualHash(tensor(data, shape))).toBe(hash);
});
