// The report and the confusion matrix against scikit-learn (scikit/make.py), to the letter.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { classificationReport } from "../../src/assess/classification-report.ts";
import { confusionMatrix, normalizeConfusion } from "../../src/assess/confusion-matrix.ts";
import { classes } from "./shared-numbers.ts";

type Matrix = readonly (readonly number[])[];

interface Fixture {
  readonly draw?: readonly [number, number, number];
  readonly truth?: readonly number[];
  readonly guess?: readonly number[];
  readonly classNames?: readonly string[];
  readonly labels?: readonly number[];
  readonly digits?: number;
  readonly zeroDivision?: number | null;
  readonly text: readonly string[];
  readonly macro: readonly (number | null)[];
  readonly weighted: readonly (number | null)[];
  readonly matrices: Readonly<Record<"counts" | "labels" | "predictions" | "all", Matrix>>;
}

const fixtures = JSON.parse(
  readFileSync(new URL("scikit/reports.json", import.meta.url), "utf8"),
) as Record<string, Fixture>;

describe.each(Object.entries(fixtures))("%s", (_, fixture) => {
  const [count, labelCount, guessCount] = fixture.draw ?? [0, 0, 0];
  const labels = fixture.truth ?? classes(1, count, labelCount).data;
  const guesses = fixture.guess ?? classes(2, count, guessCount).data;
  const { classNames, labels: reported, digits, zeroDivision, matrices } = fixture;
  const report = classificationReport(labels, guesses, {
    ...(classNames === undefined ? {} : { classNames }),
    ...(reported === undefined ? {} : { labels: reported }),
    ...(digits === undefined ? {} : { digits }),
    ...(zeroDivision === undefined ? {} : { zeroDivision: zeroDivision ?? Number.NaN }),
  });

  test("the report reads the same", () => {
    expect(report.text.split("\n")).toEqual(fixture.text);
  });

  test("the averages are the same", () => {
    for (const key of ["macro", "weighted"] as const) {
      const { precision, recall, f1 } = report[`${key}Average`];
      [precision, recall, f1].forEach((value, i) => {
        expect(value).toBeCloseTo(fixture[key][i] ?? Number.NaN, 12);
      });
    }
  });

  test("the confusion matrix is the same, as counts and as shares", () => {
    const matrix = confusionMatrix(labels, guesses, matrices.counts.length);
    expect(matrix.counts).toEqual(matrices.counts);
    for (const by of ["labels", "predictions", "all"] as const) {
      expect(normalizeConfusion(matrix, by)).toEqual(matrices[by]);
    }
  });
});
