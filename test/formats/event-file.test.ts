// Event records against those that TensorFlow writes (golden/tensorboard/make.py), byte by byte.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type EventRecord, encodeEvent } from "../../src/formats/event-file.ts";
import { histogramOf } from "../../src/train/callbacks/tensor-board.ts";

const path = new URL("../golden/tensorboard/records.json", import.meta.url);
const written = JSON.parse(readFileSync(path, "utf8")) as readonly string[];

const histogram = {
  least: -1,
  largest: 2,
  count: 4,
  sum: 1.5,
  sumOfSquares: 5.25,
  limits: [0, 1, 2],
  counts: [1, 2, 1],
};

const records: EventRecord[] = [
  { wallTime: 1700000000.25, content: { version: true } },
  {
    wallTime: 1700000001.5,
    step: 300,
    content: {
      values: [
        { tag: "epoch_loss", scalar: 0.1 },
        { tag: "épreuve", scalar: -2.5 },
      ],
    },
  },
  { wallTime: 3, content: { values: [{ tag: "dense/kernel", histogram }] } },
  {
    wallTime: 3.5,
    content: {
      values: [
        {
          tag: "picture",
          image: { height: 2, width: 3, channels: 1, png: Uint8Array.of(0, 1, 2, 3, 4) },
        },
      ],
    },
  },
  {
    wallTime: 4,
    content: {
      graph: [
        { name: "x", op: "InputLayer", inputs: [] },
        { name: "add", op: "Add", inputs: ["x", "x"] },
      ],
    },
  },
];

test.each(records.map((record, i) => [i, record] as const))("record %i", (i, record) => {
  expect(Buffer.from(encodeEvent(record)).toString("hex")).toBe(written[i]);
});

test("there are as many records as TensorFlow wrote", () => {
  expect(records).toHaveLength(written.length);
});

test("a histogram counts every finite value once", () => {
  const made = histogramOf(Float32Array.of(-1, -1, 0.5, 2, Number.NaN), 3);
  expect(made).toEqual({
    least: -1,
    largest: 2,
    count: 4,
    sum: 0.5,
    sumOfSquares: 6.25,
    limits: [0, 1, 2],
    counts: [2, 1, 1],
  });
  expect(histogramOf(Float32Array.of(3, 3)).counts.reduce((a, b) => a + b)).toBe(2);
});
