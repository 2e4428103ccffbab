// The confusion matrix: its counts, the scores that follow, and its picture.

import { describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import {
  accuracyOf,
  classScores,
  confusionMatrix,
  confusionSvg,
  mostConfused,
} from "../../src/report/index.ts";
import { faultOf } from "./well-formed.ts";

const labels = [0, 0, 0, 1, 1, 2, 2, 2, 2];
const predictions = [0, 0, 1, 1, 2, 2, 2, 1, 1];
const matrix = confusionMatrix(labels, predictions, 4);

describe("counting", () => {
  test("rows are true classes, columns predictions", () => {
    expect(matrix.counts).toEqual([
      [2, 1, 0, 0],
      [0, 1, 1, 0],
      [0, 2, 2, 0],
      [0, 0, 0, 0],
    ]);
    expect(accuracyOf(matrix)).toBeCloseTo(5 / 9, 12);
  });

  test("takes typed arrays", () => {
    const counts = confusionMatrix(Uint8Array.of(1), Int32Array.of(0), 2).counts;
    expect(counts[1][0]).toBe(1);
  });

  test("refuses labels and predictions of different lengths", () => {
    expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(DataError);
  });

  test.each([-1, 2, 0.5, Number.NaN])("refuses the class %s of two", (value) => {
    expect(() => confusionMatrix([0, value], [0, 0], 2)).toThrow(/label of example 1/);
    expect(() => confusionMatrix([0, 0], [0, value], 2)).toThrow(/prediction for example 1/);
  });
});

describe("scores", () => {
  test("are precision, recall, F1 and support of every class", () => {
    const scores = classScores(matrix);
    expect(scores[0]).toEqual({ precision: 1, recall: 2 / 3, f1: 0.8, support: 3 });
    expect(scores[1]).toEqual({ precision: 0.25, recall: 0.5, f1: 1 / 3, support: 2 });
    expect(scores[2]).toEqual({ precision: 2 / 3, recall: 0.5, f1: 4 / 7, support: 4 });
  });

  test("are not numbers for a class that never appears", () => {
    const nothing = { precision: Number.NaN, recall: Number.NaN, f1: Number.NaN, support: 0 };
    expect(classScores(matrix)[3]).toEqual(nothing);
  });

  test("the most confused pairs come first, right answers never", () => {
    expect(mostConfused(matrix)).toEqual([
      { label: 2, prediction: 1, count: 2, share: 0.5 },
      { label: 1, prediction: 2, count: 1, share: 0.5 },
      { label: 0, prediction: 1, count: 1, share: 1 / 3 },
    ]);
    expect(mostConfused(matrix, 1)).toHaveLength(1);
  });
});

/** The opacity and tooltip of every cell, by its tooltip's first words. */
function cellsOf(svg: string): { opacity: number; title: string }[] {
  const cells = svg.matchAll(/<rect[^>]*fill-opacity="([^"]+)"[^>]*><title>([^<]*)<\/title>/g);
  return [...cells].map(([, opacity, title]) => ({ opacity: Number(opacity), title }));
}

function namesOf(classes: number): string[] {
  return Array.from({ length: classes }, (_, i) => `class ${i}`);
}

/** `classes` classes with 20 examples each, one of them wrong. */
function nearlyRight(classes: number) {
  const truth = Array.from({ length: classes * 20 }, (_, i) => i % classes);
  const taken = truth.map((label, i) => (i < classes ? (label + 1) % classes : label));
  return confusionMatrix(truth, taken, classes);
}

describe("the picture", () => {
  test("names the classes, prints the counts and puts the accuracy in the title", () => {
    const svg = confusionSvg(matrix, ["cat", "dog", "emu", "fox"]);
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).toContain(">Confusion matrix: 55.6% correct</text>");
    expect(svg).toContain(">9 examples in 4 classes</text>");
    for (const name of ["cat", "dog", "emu", "fox"]) {
      expect(svg.match(new RegExp(`>${name}</text>`, "g"))).toHaveLength(2);
    }
    const counts = [...svg.matchAll(/<text[^>]*>(\d+)<\/text>/g)].map(([, count]) => Number(count));
    expect(counts.sort()).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("colours a cell by its share of the row", () => {
    const cells = cellsOf(confusionSvg(matrix, ["cat", "dog", "emu", "fox"]));
    expect(cells).toHaveLength(6);
    const find = (text: string) => cells.find(({ title }) => title.startsWith(text));
    expect(find("emu predicted as dog")?.title).toBe("emu predicted as dog: 2 (50.0%)");
    expect(find("emu predicted as dog")?.opacity).toBeCloseTo(Math.sqrt(0.5), 3);
    expect(find("cat correct")?.opacity).toBeCloseTo(Math.sqrt(2 / 3), 3);
  });

  test.each([1, 2, 10, 30, 100, 300])("of %i classes is well-formed and of a sane size", (n) => {
    const svg = confusionSvg(nearlyRight(n), namesOf(n));
    expect(faultOf(svg)).toBeUndefined();
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    expect(Number(width)).toBeGreaterThanOrEqual(420);
    expect(Number(width)).toBeLessThan(1300);
    expect(Number(height)).toBeLessThan(1300);
    expect(svg.length).toBeLessThan(400_000);
  });

  test("of 100 classes still names them, without counts", () => {
    const svg = confusionSvg(nearlyRight(100), namesOf(100));
    expect(svg).toContain(">class 99</text>");
    expect(svg).not.toMatch(/<text[^>]*>19<\/text>/);
  });

  test("of no examples has a title without a rate", () => {
    const svg = confusionSvg(confusionMatrix([], [], 2), ["a", "b"]);
    expect(svg).toContain(">Confusion matrix</text>");
    expect(faultOf(svg)).toBeUndefined();
  });

  test("shows names with markup, control characters and half pairs as text", () => {
    const names = [
      '<b>&"x"</b>',
      "two\nlines\u0000",
      "\ud83d",
      "a name that is far too long to fit",
    ];
    const svg = confusionSvg(matrix, names);
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).toContain('&lt;b&gt;&amp;"x"&lt;/b&gt;');
    expect(svg).toContain("two lines\ufffd");
    expect(svg).toContain(">a name that…ong to fit</text>");
  });

  test("refuses names that are too few", () => {
    expect(() => confusionSvg(matrix, ["a"])).toThrow(ConfigError);
  });
});

test("a matrix of two classes is no tiny square", () => {
  const svg = confusionSvg(confusionMatrix([0, 1], [0, 1], 2), ["cat", "dog"]);
  const frame = /<rect[^>]*data-part="frame"[^>]*>/.exec(svg)?.[0] ?? "";
  for (const side of ["width", "height"]) {
    const [, length = "0"] = new RegExp(`${side}="(\\d+)"`).exec(frame) ?? [];
    expect(Number(length)).toBeGreaterThanOrEqual(300);
  }
});
