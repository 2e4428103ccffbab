// The curve of a search for a learning rate: the line, the signs and the words.

import { expect, test } from "vitest";
import { lrFindSvg } from "../../src/report/index.ts";
import { faultOf } from "./well-formed.ts";

const learningRates = Array.from({ length: 100 }, (_, i) => 1e-7 * 1e8 ** (i / 100));
const losses = learningRates.map((rate) => 2 - Math.tanh(Math.log10(rate) + 3) + rate ** 2);
const suggestions = { valley: 1.2e-3, steep: 1e-3, minimum: 0.05, slide: 0.02 };

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);

test("shows the curve over powers of ten, and each suggestion with its rate", () => {
  const svg = lrFindSvg({ learningRates, losses, suggestions });
  expect(faultOf(svg)).toBeUndefined();
  expect(svg.match(/data-part="line"/g)).toHaveLength(1);
  expect(svg.match(/data-part="dot"/g)).toHaveLength(4);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining([
      "100 steps; suggested learning rate (valley): 0.00120",
      "1e-7",
      "0.001",
      "1",
      "valley",
      "0.00120",
      "steep",
      "0.00100",
      "minimum",
      "0.0500",
      "slide",
      "0.0200",
    ]),
  );
});

test("says so where there is nothing to suggest, or nothing to see", () => {
  const few = { learningRates: learningRates.slice(0, 12), losses: losses.slice(0, 12) };
  const svg = lrFindSvg({ ...few, suggestions: undefined });
  expect(faultOf(svg)).toBeUndefined();
  expect(svg).not.toContain('data-part="dot"');
  expect(textsOf(svg).join()).toContain("too few to suggest a learning rate");
  const none = lrFindSvg({ learningRates: [1e-7], losses: [2], suggestions: undefined });
  expect(faultOf(none)).toBeUndefined();
  expect(textsOf(none).join()).toContain("no curve to show");
});

test("is drawn where all losses are the same", () => {
  const svg = lrFindSvg({ learningRates, losses: losses.map(() => 2), suggestions });
  expect(faultOf(svg)).toBeUndefined();
  expect(svg).not.toContain("NaN");
});
