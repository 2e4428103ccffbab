// Masks: run-length codes, polygons and outlines; and what is done about those that are broken.

import { describe, expect, test } from "vitest";
import { FoveaError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import * as vision from "../../src/vision/index.ts";

const mask = (...rows: string[]) =>
  tensor(
    Uint8Array.from(rows.join(""), (letter) => (letter === "#" ? 1 : 0)),
    [rows.length, rows[0].length],
  );

const drawn = ({ data, shape: [height, width] }: Tensor) =>
  Array.from({ length: height }, (_, y) =>
    Array.from(data.slice(y * width, (y + 1) * width), (value) => (value === 0 ? "." : "#")).join(
      "",
    ),
  );

describe("run-length codes", () => {
  test("count column after column, outside first", () => {
    const code = vision.encodeRunLengths(mask("#..", ".##"));
    expect(code).toEqual({ size: [2, 3], counts: [0, 1, 2, 1, 1, 1] });
    expect(drawn(vision.decodeRunLengths(code))).toEqual(["#..", ".##"]);
    expect(vision.runLengthArea(code)).toBe(3);
    expect(vision.runLengthBox(code)).toEqual([0, 0, 3, 2]);
    expect(vision.runLengthBox({ size: [4, 5], counts: [20] })).toEqual([0, 0, 0, 0]);
  });

  test("large counts survive compression", () => {
    for (const counts of [[2 ** 28], [0, 2 ** 28], [1, 2 ** 27, 3, 2 ** 27 - 9, 5]]) {
      const code = { size: [2 ** 14, 2 ** 14] as const, counts };
      expect(vision.expandRunLengths(vision.compressRunLengths(code)).counts).toEqual(counts);
    }
  });

  test.each([
    [
      "runs that do not fill the picture",
      { size: [2, 2], counts: [1, 2] },
      /expected: 4 pixels[\s\S]*received: 3/,
    ],
    ["runs that leave the picture", { size: [2, 2], counts: [1, 9] }, /received: more/],
    ["negative runs", { size: [2, 2], counts: [-1, 5] }, /no length[\s\S]*-1/],
    ["runs that are no numbers", { size: [2, 2], counts: ["4"] }, /no length/],
    ["a huge size", { size: [2 ** 20, 2 ** 20], counts: [1] }, /at most 268435456 pixels/],
    ["a size that is none", { size: "2x2", counts: [4] }, /\[height, width\]/],
    ["counts that are none", { size: [2, 2], counts: 4 }, /a list of lengths, or text/],
    ["text that is cut off", { size: [2, 2], counts: "P" }, /compressed counts cannot be read/],
    ["other letters", { size: [2, 2], counts: "1\u00ff" }, /letters from 0 to o/],
    ["an endless count", { size: [2, 2], counts: "P".repeat(90) }, /at most six/],
    ["nothing", null, /no run-length code/],
  ])("%s are refused", (_, code, message) => {
    expect(() => vision.decodeRunLengths(code as never)).toThrow(message);
    expect(() => vision.decodeRunLengths(code as never)).toThrow(FoveaError);
  });
});

describe("polygons", () => {
  test("cover the pixels whose middles lie inside, cut off at the picture", () => {
    expect(drawn(vision.polygonsToMask([[1, 1, 4, 1, 4, 3, 1, 3]], [4, 6]))).toEqual([
      "......",
      ".###..",
      ".###..",
      "......",
    ]);
    const large = vision.polygonsToMask([[-50, -50, 90, -50, 90, 90, -50, 90]], [2, 3]);
    expect(drawn(large)).toEqual(["###", "###"]);
    const two = vision.polygonsToMask(
      [
        [0, 0, 1, 0, 1, 1, 0, 1],
        [1, 1, 3, 1, 3, 2, 1, 2],
      ],
      [2, 3],
    );
    expect(drawn(two)).toEqual(["#..", ".##"]);
    expect(drawn(vision.polygonsToMask([], [1, 2]))).toEqual([".."]);
  });

  test("those that cross themselves are found, with where", () => {
    expect(vision.polygonCrossings([0, 0, 4, 4, 4, 0, 0, 4])).toEqual([
      { sides: [0, 2], x: 2, y: 2 },
    ]);
    expect(vision.polygonCrossings([0, 0, 4, 0, 4, 4, 0, 4])).toEqual([]);
    // A star of five corners crosses itself five times.
    const star = Array.from({ length: 5 }, (_, i) => {
      const angle = (i * 4 * Math.PI) / 5;
      return [50 + 40 * Math.sin(angle), 50 - 40 * Math.cos(angle)];
    });
    expect(vision.polygonCrossings(star.flat()).length).toBe(5);
  });

  test("those that are none are refused", () => {
    expect(() => vision.polygonsToMask([[0, 0, 1, 1]], [4, 4])).toThrow(
      /Polygon 0 is none[\s\S]*4 numbers/,
    );
    expect(() => vision.polygonsToMask([[0, 0, 1, 1, 2]], [4, 4])).toThrow(/5 numbers/);
    expect(() => vision.polygonsToMask([[0, 0, 1, Number.NaN, 2, 2]], [4, 4])).toThrow(
      /Corner 1 of polygon 0 is no place/,
    );
    expect(() => vision.polygonsToMask([[0, 0, 1e9, 0, 0, 1e9]], [4, 4])).toThrow(/too long/);
    expect(() => vision.polygonsToMask(["text"] as never, [4, 4])).toThrow(
      /Polygon 0 cannot be used/,
    );
  });
});

describe("outlines", () => {
  test("go along the edges of pixels; holes turn the other way, and corners that touch are apart", () => {
    expect(vision.maskToPolygons(mask("##.", "##.", "..#"))).toEqual([
      { polygon: [2, 0, 2, 2, 0, 2, 0, 0], isHole: false },
      { polygon: [3, 2, 3, 3, 2, 3, 2, 2], isHole: false },
    ]);
    const [outer, hole] = vision.maskToPolygons(mask("####", "#..#", "####"));
    expect(outer.isHole).toBe(false);
    expect(hole).toEqual({ polygon: expect.any(Array), isHole: true });
    expect(hole.polygon.length).toBe(8);
    expect(vision.maskToPolygons(mask("...", "..."))).toEqual([]);
  });

  test("without tolerance they lead back to the mask, pixel by pixel", () => {
    const random = new RandomStream(8);
    for (let round = 0; round < 60; round++) {
      const [height, width] = [2 + random.below(20), 2 + random.below(20)];
      const share = random.uniform();
      const data = Uint8Array.from({ length: height * width }, () =>
        Number(random.uniform() < share),
      );
      const given = tensor(data, [height, width]);
      const outlines = vision.maskToPolygons(given);
      const fill = (isHole: boolean) =>
        outlines
          .filter((outline) => outline.isHole === isHole)
          .map(({ polygon }) => vision.polygonsToMask([polygon], [height, width]).data);
      // What lies in an odd number of outlines lies inside.
      const back = new Uint8Array(data.length);
      for (const part of [...fill(false), ...fill(true)])
        part.forEach((value, i) => {
          back[i] ^= value;
        });
      expect(drawn(tensor(back, [height, width]))).toEqual(drawn(given));
    }
  });

  test("tolerance leaves corners out that hardly matter", () => {
    const size = 80;
    const disc = tensor(
      Uint8Array.from({ length: size * size }, (_, i) =>
        Number(Math.hypot((i % size) - 39.5, Math.floor(i / size) - 39.5) < 30),
      ),
      [size, size],
    );
    const [exact] = vision.maskToPolygons(disc);
    const [rough] = vision.maskToPolygons(disc, { tolerance: 1 });
    expect(rough.polygon.length).toBeLessThan(exact.polygon.length / 4);
    const back = vision.polygonsToMask([rough.polygon], [size, size]).data;
    const wrong = back.reduce((sum, value, i) => sum + Number(value !== disc.data[i]), 0);
    expect(wrong).toBeLessThan(200);
  });
});
