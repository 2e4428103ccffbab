// Figures of lessons: well-formed, with every number, and nothing over anything else.

import { expect, test } from "vitest";
import { convolution, convolutionBackward } from "../../src/explain/lessons/convolution.ts";
import { kernelResults } from "../../src/explain/lessons/kernels.ts";
import { receptiveField, receptiveFields } from "../../src/explain/lessons/receptive-field.ts";
import { scene } from "../../src/explain/lessons/scene.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { inDark } from "../../src/report/figure.ts";
import { backwardSvg, convolutionSvg } from "../../src/report/lessons/convolution-figure.ts";
import { poolingSvg } from "../../src/report/lessons/pooling-figure.ts";
import { receptiveFieldSvg } from "../../src/report/lessons/receptive-field-figure.ts";
import { kernelsSvg, sheetSvg } from "../../src/report/lessons/sheet-figure.ts";
import { dark, light } from "../../src/report/palette.ts";
import { sequential } from "../../src/train/sequential.ts";
import { faultOf } from "./well-formed.ts";

const edge = Array.from({ length: 6 }, () => [0, 0, 0, 1, 1, 1]);
const kernel = Array.from({ length: 3 }, () => [-1, 0, 1]);
const colours = {
  data: Float32Array.from({ length: 75 }, (_, i) => (i % 7) - 3),
  shape: [5, 5, 3],
};
const mixing = { data: Float32Array.from({ length: 12 }, (_, i) => (i % 5) / 4), shape: [2, 2, 3] };
const picture = scene();

function figures(): Record<string, string> {
  const plain = convolution(edge, kernel);
  const padded = convolution(colours, mixing, { strides: 2, padding: "same", bias: -0.5 });
  const model = sequential([
    layers.conv2d({
      filters: 2,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      inputShape: [20, 16, 1],
    }),
    layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, padding: "same" }),
  ]);
  const field = receptiveField(model, { layer: "conv2d_1", unit: [0, 0] });
  return {
    convolution: convolutionSvg(plain),
    "convolution of channels": convolutionSvg(padded),
    backward: backwardSvg(convolutionBackward(edge, kernel), plain),
    pooling: poolingSvg([
      [1, 3, 2, 4],
      [5, 6, 1, 3],
      [2, 4, 8, 2],
      [1, 3, 5, 7],
    ]),
    "pooling of long numbers": poolingSvg([
      [0.123456, -12345.678],
      [1e-9, 1e9],
    ]),
    kernels: kernelsSvg(kernelResults(picture), picture),
    field: receptiveFieldSvg(field, receptiveFields(model)),
    sheet: sheetSvg([{ picture, caption: "<a> & b", notes: ["x".repeat(200)] }], {
      title: "Sheet",
      text: "One picture.",
    }),
  };
}

const drawn = figures();

/** Where texts stand: start, end, baseline, size; widths are those of a usual font. */
function textsOf(svg: string) {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]) => {
    const number = (name: string) =>
      Number(new RegExp(`${name}="([-\\d.]+)"`).exec(attributes)?.[1]);
    const [x, y, size] = [number("x"), number("y"), number("font-size")];
    const plain = text.replace(/&\w+;/g, "&");
    const width = [...plain].length * size * 0.54;
    const start = attributes.includes('text-anchor="middle"') ? x - width / 2 : x;
    return { text, start, end: start + width, y, size };
  });
}

test.each(Object.keys(drawn))(
  "the figure of a %s is well-formed, labelled and fits its frame",
  (name) => {
    const svg = drawn[name];
    expect(faultOf(svg)).toBeUndefined();
    expect(svg).toMatch(/role="img" aria-label="[^"]{10,}"/);
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const texts = textsOf(svg);
    expect(texts.length).toBeGreaterThan(1);
    for (const { text, start, end, y } of texts) {
      expect([text, start >= 0, end <= Number(width), y <= Number(height)]).toEqual([
        text,
        true,
        true,
        true,
      ]);
    }
  },
);

test.each(Object.keys(drawn))("no text of the figure of a %s lies over another", (name) => {
  const texts = textsOf(drawn[name]);
  texts.forEach((one, i) => {
    for (const other of texts.slice(i + 1)) {
      const apart =
        one.end <= other.start ||
        other.end <= one.start ||
        Math.abs(one.y - other.y) >= Math.min(one.size, other.size) * 0.9;
      expect([one.text, other.text, apart]).toEqual([one.text, other.text, true]);
    }
  });
});

test("the figure of a convolution shows a step's numbers and the size's formula", () => {
  const svg = drawn["convolution of channels"];
  const lesson = convolution(colours, mixing, { strides: 2, padding: "same", bias: -0.5 });
  expect(svg).toContain(`Step 5 of ${lesson.steps.length}`);
  expect(svg).toContain("bias −0.5");
  expect(svg).toContain("⌊(5 + 1 − 2) / 2⌋ + 1 = 3");
});

test("a figure for dark pages has dark colours without asking the reader's scheme", () => {
  const svg = inDark(drawn.convolution);
  expect(faultOf(svg)).toBeUndefined();
  expect(svg).not.toContain("@media");
  expect(svg).toContain(`.fovea-paper { fill: ${dark.paper} }`);
  expect(drawn.convolution).toContain(`fill="${light.paper}"`);
});

test("what has no room is refused", () => {
  const large = Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => 1));
  expect(() => convolutionSvg(convolution(large, kernel))).toThrow(
    /more numbers than a figure has room/,
  );
  expect(() => convolutionSvg(convolution(edge, kernel), 16)).toThrow(/from 0 to 15/);
  expect(() => sheetSvg([], { title: "Empty", text: "" })).toThrow(/no pictures/);
});
