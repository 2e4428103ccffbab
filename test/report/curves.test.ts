// Learning curves: the right lines, numbers and notes, whatever the history.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curvesSvg } from "../../src/report/index.ts";
import type { EpochRecord } from "../../src/train/events.ts";
import { faultOf } from "./well-formed.ts";

function historyOf(...logs: Record<string, number>[]): EpochRecord[] {
  return logs.map((numbers, i) => ({ epoch: i + 1, seconds: 1, logs: numbers }));
}

const full = historyOf(
  { loss: 0.8, accuracy: 0.7, val_loss: 0.6, val_accuracy: 0.8, learning_rate: 0.001 },
  { loss: 0.5, accuracy: 0.8, val_loss: 0.4, val_accuracy: 0.91, learning_rate: 0.001 },
  { loss: 0.3, accuracy: 0.9, val_loss: 0.45, val_accuracy: 0.9, learning_rate: 0.001 },
);

/** The texts that the figure shows. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);
}

const lineCount = (svg: string) => svg.match(/data-part="line"/g)?.length ?? 0;

describe("learning curves", () => {
  test("show loss and accuracy side by side, with the last value at each line's end", () => {
    const svg = curvesSvg(full);
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="1080" height="348"/);
    expect(lineCount(svg)).toBe(4);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        "Loss",
        "Accuracy",
        "training 0.300",
        "validation 0.450",
        "training 90.0%",
        "validation 90.0%",
      ]),
    );
  });

  test("name the best validation epoch: the lowest loss, the highest accuracy", () => {
    expect(textsOf(curvesSvg(full))).toEqual(
      expect.arrayContaining([
        "best validation 0.400, in epoch 2",
        "best validation 91.0%, in epoch 2",
      ]),
    );
  });

  test("leave the learning rate out", () => {
    expect(curvesSvg(full)).not.toMatch(/learning.rate/i);
  });

  test("tell every value when the pointer rests on it", () => {
    expect(curvesSvg(full)).toContain("<title>epoch 2: validation 91.0%</title>");
  });

  test("without validation have one line a panel, and no best epoch", () => {
    const svg = curvesSvg(historyOf({ loss: 1, accuracy: 0.5 }, { loss: 0.5, accuracy: 0.6 }));
    expect(lineCount(svg)).toBe(2);
    expect(svg).not.toContain("validation");
  });

  test("of one epoch are dots over a single tick", () => {
    const svg = curvesSvg(full.slice(0, 1));
    expect(faultOf(svg)).toBeUndefined();
    expect(svg.match(/<circle/g)).toHaveLength(4);
    expect(textsOf(svg).filter((text) => text === "1")).toHaveLength(2);
  });

  test("with only a loss are one panel wide", () => {
    expect(curvesSvg(historyOf({ loss: 1 }, { loss: 0.5 }))).toContain('width="540" height="348"');
  });

  test("with other metrics take a further row", () => {
    const svg = curvesSvg(historyOf({ mean_absolute_error: 3, loss: 9, accuracy: 0.1 }));
    expect(svg).toContain('width="1080" height="696"');
    expect(textsOf(svg).filter((text) => /^[A-Z]/.test(text))).toEqual([
      "Loss",
      "Accuracy",
      "Mean absolute error",
    ]);
  });

  test("say where the loss stopped being a number, and draw the rest", () => {
    const svg = curvesSvg(
      historyOf({ loss: 1, val_loss: 1 }, { loss: 0.5, val_loss: 2 }, { loss: NaN, val_loss: 3 }),
    );
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(["training is NaN in epoch 3", "training NaN", "validation 3.00"]),
    );
    expect(svg).not.toMatch(/(?:d|cx|cy|y|transform)="[^"]*NaN/);
  });

  test("of nothing but NaN, or of no epoch, say so", () => {
    expect(textsOf(curvesSvg(historyOf({ loss: NaN })))).toEqual([
      "Loss",
      "training is NaN in epoch 1",
    ]);
    expect(textsOf(curvesSvg([]))).toEqual(["No epoch is finished yet."]);
  });

  test("stay within the paper when values are as large as numbers go", () => {
    const most = Number.MAX_VALUE;
    const svg = curvesSvg(historyOf({ loss: 1, val_loss: -most }, { loss: most, val_loss: most }));
    expect(svg).not.toMatch(/(?:d|cx|cy|x|y|transform)="[^"]*(NaN|Infinity)/);
  });

  test("keep whole epochs on the axis, eleven ticks at most", () => {
    for (const epochs of [2, 11, 12, 37, 100, 350, 1000]) {
      const history = historyOf(...Array.from({ length: epochs }, (_, i) => ({ loss: 500 + i })));
      const labels = /data-part="x-axis tick label".*?<\/g>/s.exec(curvesSvg(history))?.[0] ?? "";
      const ticks = textsOf(labels).map((text) => Number(text.replace(",", "")));
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(11);
      expect(ticks.every((tick) => Number.isInteger(tick) && tick >= 1 && tick <= epochs)).toBe(
        true,
      );
    }
  });

  test("follow the reader's dark scheme, with light colours for viewers without style sheets", () => {
    const svg = curvesSvg(full);
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
    expect(svg).toContain('<rect width="1080" height="348" fill="#ffffff"');
  });

  test("are drawn where losses are smaller than any scale can show", () => {
    const svg = curvesSvg(historyOf({ loss: 5e-324 }, { loss: 1e-323 }));
    expect(faultOf(svg)).toBeUndefined();
  });

  test("are well-formed whatever the metrics are called and worth", () => {
    const name = fc.string({ unit: "binary", minLength: 1 });
    const logs = fc.dictionary(fc.oneof(name, fc.constantFrom("loss", "val_loss")), fc.double(), {
      maxKeys: 3,
    });
    fc.assert(
      fc.property(fc.array(logs, { maxLength: 4 }), (epochs) => {
        const svg = curvesSvg(historyOf(...epochs));
        expect(faultOf(svg)).toBeUndefined();
        expect(svg).not.toMatch(/(?:d|cx|cy|x|y|transform)="[^"]*(NaN|Infinity)/);
      }),
    );
  });
});

test("the learning rate has a panel where it changes, and none where it stays", () => {
  const falls = historyOf({ loss: 1, learning_rate: 0.01 }, { loss: 0.5, learning_rate: 0.001 });
  expect(textsOf(curvesSvg(falls))).toContain("Learning rate");
  const stays = historyOf({ loss: 1, learning_rate: 0.01 }, { loss: 0.5, learning_rate: 0.01 });
  expect(textsOf(curvesSvg(stays))).not.toContain("Learning rate");
});
