// The picture of a model: every layer in a box of its own, arrows downwards, and a file that browsers take.

import { expect, test } from "vitest";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { layOut } from "../../src/report/graph-layout.ts";
import { plotModel } from "../../src/report/plot-model.ts";
import { model } from "../../src/train/functional.ts";
import { sequential } from "../../src/train/sequential.ts";
import { faultOf } from "./well-formed.ts";

function branched() {
  const x = input({ shape: [8, 8, 3], name: "image" });
  const base = sequential(
    [
      layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", inputShape: [8, 8, 3] }),
      layers.batchNormalization(),
    ],
    { name: "base" },
  );
  const y = layers.add({ name: "a <sum> & more" }).apply([x, base.apply(base.apply(x))]);
  const outputs = [layers.flatten().apply(y), layers.globalAveragePooling2d().apply(y)];
  return model({ inputs: x, outputs, name: "pictured" });
}

const count = (text: string, part: string) => text.split(part).length - 1;

test("is a well-formed file with a box for each layer and an arrow for each connection", () => {
  const svg = plotModel(branched());
  expect(faultOf(svg)).toBeUndefined();
  for (const text of ["image", "base", "Sequential", "a &lt;sum&gt; &amp; more", "flatten"]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  expect(svg).toContain(">[N, 8, 8, 3] → [N, 192]</text>");
  expect(count(svg, 'rx="7"')).toBe(5);
  // To base, from image and from base to the sum, and from the sum to both ends.
  expect(count(svg, "<path")).toBe(5);
});

test("shows nested layers where it is asked to, and no shapes where they are not wanted", () => {
  const svg = plotModel(branched(), { expandNested: true, showShapes: false });
  expect(faultOf(svg)).toBeUndefined();
  expect(svg).toContain(">base/conv2d</text>");
  expect(svg).not.toContain("Sequential");
  expect(svg).not.toContain("[N,");
});

test("frames frozen layers by dashes", () => {
  const net = branched();
  expect(plotModel(net)).not.toContain("dasharray");
  net.getLayer("base").trainable = false;
  expect(count(plotModel(net), "dasharray")).toBe(1);
});

test("places boxes apart, inside the picture, and arrows downwards", () => {
  const boxes = Array.from({ length: 12 }, (_, i) => ({
    width: 40 + 17 * i,
    height: 30 + (i % 3) * 10,
  }));
  const pairs = [
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 4],
    [2, 4],
    [3, 5],
    [4, 6],
    [5, 6],
    [0, 6],
    [6, 7],
    [8, 7],
    [7, 9],
    [7, 10],
    [7, 11],
    [0, 11],
  ];
  const arrows = pairs.map(([from, to]) => ({ from, to }));
  const layout = layOut(boxes, arrows);
  layout.boxes.forEach(({ x, y }, i) => {
    expect(x).toBeGreaterThanOrEqual(-1e-6);
    expect(x + boxes[i].width).toBeLessThanOrEqual(layout.width + 1e-6);
    expect(y + boxes[i].height).toBeLessThanOrEqual(layout.height);
    layout.boxes.slice(0, i).forEach((other, j) => {
      const beside = other.x + boxes[j].width < x || x + boxes[i].width < other.x;
      const apart = other.y + boxes[j].height < y || y + boxes[i].height < other.y;
      expect(beside || apart, `boxes ${i} and ${j}`).toBe(true);
    });
  });
  for (const points of layout.arrows) {
    const heights = points.map(({ y }) => y);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
  }
  // A box without anything above it stands close to what it leads to.
  expect(layout.boxes[8].y).toBe(layout.boxes[6].y);
});
