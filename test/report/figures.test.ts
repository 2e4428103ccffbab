// Figures of an evaluation: well-formed, with their numbers, words, and a text on how to read them.

import { describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import {
  architecturesFigure,
  calibration,
  calibrationFigure,
  confidenceFigure,
  confidenceTable,
  confusionFigure,
  confusionMatrix,
  cumulativeGain,
  embeddingFigure,
  gainFigure,
  historyFigure,
  liftFigure,
  precisionRecallCurves,
  precisionRecallFigure,
  principalComponents,
  type ReportFigure,
  rocCurves,
  rocFigure,
  thresholdFigure,
  thresholdTable,
} from "../../src/report/index.ts";
import { predictionsOf, scoresOf } from "./full-report.ts";
import { faultOf } from "./well-formed.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `<class & ${i}>`);

/** Every figure of labels and probabilities. */
function figuresOf(count: number, classes: number): Record<string, ReportFigure> {
  const { labels, probabilities } = scoresOf(count, classes);
  const classNames = names(classes);
  const gains = classNames.map((_, i) => cumulativeGain(labels, probabilities, i));
  const matrix = confusionMatrix(labels, predictionsOf(probabilities), classes);
  const { points, shares } = principalComponents(probabilities);
  return {
    calibration: calibrationFigure(calibration(labels, probabilities)),
    roc: rocFigure(rocCurves(labels, probabilities), classNames),
    precisionRecall: precisionRecallFigure(
      precisionRecallCurves(labels, probabilities),
      classNames,
    ),
    gain: gainFigure(gains, classNames),
    lift: liftFigure(gains, classNames),
    thresholds: thresholdFigure(thresholdTable(labels, probabilities), classNames[1]),
    confidence: confidenceFigure(confidenceTable(labels, probabilities)),
    confusion: confusionFigure(matrix, classNames),
    embedding: embeddingFigure({ method: "pca", points, shares }, { labels, classNames }),
    history: historyFigure([{ epoch: 1, seconds: 2, logs: { loss: 0.5, val_loss: 0.6 } }]),
  };
}

describe.each([
  [40, 2],
  [300, 10],
  [400, 40],
])("of %i images in %i classes", (count, classes) => {
  test.each(Object.entries(figuresOf(count, classes)))("%s", (_, figure) => {
    const { svg, alternative, table, reference, name } = figure;
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.length).toBeLessThan(600_000);
    expect(svg).toContain('role="img"');
    expect(name).toMatch(/^[a-z-]+$/);
    expect(alternative).toMatch(/^[A-Z].{20,}\.$/s);
    expect(table.rows.length).toBeGreaterThan(0);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    for (const text of Object.values(reference)) expect(text.length).toBeGreaterThan(2);
    expect(reference.paper).toMatch(/\d{4}$/);
  });
});

test("a calibration says whether the model is overconfident", () => {
  const sure = tensor(
    Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0.95 : 0.05)),
    [20, 2],
  );
  const half = Array.from({ length: 20 }, (_, i) => i % 2);
  expect(calibrationFigure(calibration(half, sure)).alternative).toContain(
    "overconfident: its confidence is 45.0% above its accuracy",
  );
  const none = new Array<number>(20).fill(0);
  expect(calibrationFigure(calibration(none, sure)).alternative).toContain("underconfident");
});

test("the worst classes are named beside the averages", () => {
  const { svg } = figuresOf(300, 10).roc;
  const { classes } = rocCurves(
    ...(Object.values(scoresOf(300, 10)) as Parameters<typeof rocCurves>),
  );
  const order = classes.map(({ area }, i) => ({ area, i })).sort((a, b) => a.area - b.area);
  for (const [at, { i }] of order.entries()) {
    expect(svg.includes(`>&lt;class &amp; ${i}&gt;</text>`)).toBe(at < 3);
  }
  expect(svg).toContain(">macro average</text>");
});

test("classes without examples have no curve, and the others still do", () => {
  const labels = [0, 1, 0, 1];
  const probabilities = tensor(
    Float32Array.of(0.7, 0.2, 0.1, 0.3, 0.6, 0.1, 0.5, 0.4, 0.1, 0.2, 0.7, 0.1),
    [4, 3],
  );
  const curves = rocCurves(labels, probabilities);
  expect(curves.classes[2]).toEqual({ points: [], area: Number.NaN });
  expect(curves.macro.area).toBe(1);
  const { table, svg } = rocFigure(curves, ["a", "b", "c"]);
  expect(table.rows[2]).toEqual(["c", "–"]);
  expect(svg).not.toContain("NaN");
});

describe("architectures", () => {
  const networks = [
    { name: "lenet-5", accuracy: 0.985, parameters: 61_706, multiplyAdds: 416_520 },
    {
      name: "mnist",
      accuracy: 0.991,
      parameters: 225_034,
      multiplyAdds: 4_200_000,
      trainingSeconds: 31,
    },
    { name: "resnet-20", accuracy: 0.992, parameters: 272_474, multiplyAdds: 40_800_000 },
  ];

  test("are a scatter plot with a table, the best first", () => {
    const { svg, table, alternative } = architecturesFigure(networks, { data: "mnist" });
    expect(faultOf(svg)).toBeUndefined();
    for (const { name } of networks) expect(svg).toContain(`>${name}</text>`);
    expect(table.rows.map(([name]) => name)).toEqual(["resnet-20", "mnist", "lenet-5"]);
    expect(alternative).toContain("highest accuracy: resnet-20, 99.2%");
  });

  test("of one network is no empty plot", () => {
    expect(faultOf(architecturesFigure(networks.slice(0, 1)).svg)).toBeUndefined();
  });

  test("without numbers are refused", () => {
    expect(() => architecturesFigure([])).toThrow(ConfigError);
    const broken = [{ name: "a", accuracy: Number.NaN, parameters: 1, multiplyAdds: 1 }];
    expect(() => architecturesFigure(broken)).toThrow(/accuracy, parameters, multiplyAdds/);
  });
});

describe("what is refused", () => {
  const probabilities = tensor(Float32Array.of(0.5, 0.5, 0.2, 0.8), [2, 2]);

  test.each([
    ["labels of other examples", [0], probabilities],
    ["a label that is no class", [0, 2], probabilities],
    ["probabilities that are none", [0, 1], tensor(Float32Array.of(3, -1, 0, 0), [2, 2])],
    ["probabilities that are NaN", [0, 1], tensor(Float32Array.of(Number.NaN, 1, 0, 1), [2, 2])],
    ["no examples", [], tensor(new Float32Array(0), [0, 2])],
  ])("%s", (_, labels, scores) => {
    expect(() => rocCurves(labels, scores)).toThrow(DataError);
    expect(() => calibration(labels, scores)).toThrow(DataError);
  });

  test("options that there are not", () => {
    expect(() => calibration([0, 1], probabilities, { bin: 3 } as object)).toThrow(/bins/);
    expect(() => calibration([0, 1], probabilities, { bins: 0 })).toThrow(ConfigError);
    expect(() => thresholdTable([0, 1], probabilities, { classIndex: 2 })).toThrow(ConfigError);
    expect(() => thresholdTable([0, 1], probabilities, { thresholds: [2] })).toThrow(ConfigError);
  });

  test("an embedding with labels for other points", () => {
    const placed = { method: "pca", points: tensor(new Float64Array(4), [2, 2]) } as const;
    expect(() => embeddingFigure(placed, { labels: [0], classNames: ["a"] })).toThrow(ConfigError);
  });
});

test("one column of probabilities counts as no and yes", () => {
  const one = tensor(Float32Array.of(0.25, 0.75, 0.5), [3, 1]);
  const two = tensor(Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5), [3, 2]);
  expect(rocCurves([0, 1, 1], one)).toEqual(rocCurves([0, 1, 1], two));
  expect(calibration([0, 1, 1], one)).toEqual(calibration([0, 1, 1], two));
});
