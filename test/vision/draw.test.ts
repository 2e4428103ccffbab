// Drawings: what is where, in which colour, and that text can be read on any ground.

import { describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import * as vision from "../../src/vision/index.ts";

type Colour = readonly [number, number, number];

const plain = (height: number, width: number, colour: Colour = [90, 90, 90]) =>
  tensor(
    Uint8Array.from({ length: height * width * 3 }, (_, i) => colour[i % 3]),
    [height, width, 3],
  );

const pixel = ({ data, shape }: Tensor, x: number, y: number) =>
  Array.from(data.slice(3 * (y * shape[1] + x), 3 * (y * shape[1] + x) + 3));

const count = ({ data }: Tensor, colour: Colour) => {
  let found = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (colour.every((part, c) => data[i + c] === part)) found++;
  }
  return found;
};

const boxes = (...rows: readonly (readonly number[])[]) =>
  tensor(Float32Array.from(rows.flat()), [rows.length, 4]);

const [blue, orange] = vision.classColors(2);
const names = ["cat", "dog"];

describe("detections", () => {
  const found = {
    boxes: boxes([20, 30, 60, 70], [80, 40, 110, 90]),
    classes: Int32Array.of(0, 1),
    scores: Float32Array.of(0.9, 0.4),
  };

  test("have frames in the colours of their classes, between thin lines that stand out", () => {
    const image = plain(120, 140);
    const drawn = vision.drawDetections(image, found, names, { labels: false });
    expect(drawn.shape).toEqual([120, 140, 3]);
    expect(pixel(drawn, 20, 50)).toEqual(blue);
    expect(pixel(drawn, 59, 50)).toEqual(blue);
    expect(pixel(drawn, 40, 69)).toEqual(blue);
    expect(pixel(drawn, 19, 50)).toEqual([255, 255, 255]);
    expect(pixel(drawn, 80, 60)).toEqual(orange);
    expect(pixel(drawn, 79, 60)).toEqual([0, 0, 0]);
    expect(pixel(drawn, 40, 50)).toEqual([90, 90, 90]);
    expect(count(image, [90, 90, 90])).toBe(120 * 140);
    const surest = vision.drawDetections(image, found, names, { scoreThreshold: 0.5 });
    expect(count(surest, orange)).toBe(0);
  });

  test.each([
    ["black", [0, 0, 0]],
    ["white", [255, 255, 255]],
    ["the class's own colour", blue],
  ] as const)("text can be read on %s", (_, ground) => {
    const image = plain(120, 140, ground);
    const drawn = vision.drawDetections(image, found, names);
    const without = vision.drawDetections(image, found, names, { labels: false });
    // White letters and border on blue, all inside of the label's patch.
    let [letters, patch] = [0, 0];
    for (let y = 30 - 12; y < 30; y++) {
      for (let x = 20; x < 20 + 52; x++) {
        if (pixel(drawn, x, y).join() === "255,255,255") letters++;
        if (pixel(drawn, x, y).join() === blue.join()) patch++;
      }
    }
    expect(letters).toBeGreaterThan(120);
    expect(patch).toBeGreaterThan(250);
    expect(drawn.data).not.toEqual(without.data);
  });

  test("boxes at and beyond the edge, empty ones and unnamed classes are no failure", () => {
    const odd = {
      boxes: boxes(
        [-50, -50, 500, 500],
        [300, 300, 400, 400],
        [10, 10, 10, 20],
        [0, 0, 4, 4],
        [90, 60, 99, 79],
      ),
      classes: Int32Array.of(0, 1, 1, 9, 1),
    };
    const drawn = vision.drawDetections(plain(80, 100), odd, names);
    expect(drawn.shape).toEqual([80, 100, 3]);
    // The label of the last box moves into the picture.
    expect(count(drawn, orange)).toBeGreaterThan(60);
    const tiny = vision.drawDetections(plain(3, 3), odd, names);
    expect(tiny.shape).toEqual([3, 3, 3]);
    const grey = tensor(new Uint8Array(64), [8, 8, 1]);
    expect(vision.drawDetections(grey, odd, ["猫"]).shape).toEqual([8, 8, 3]);
  });

  test("labels do not lie on each other where there is room", () => {
    const same = {
      boxes: boxes([30, 60, 120, 140], [30, 60, 120, 140], [30, 60, 120, 140]),
      classes: Int32Array.of(0, 1, 2),
    };
    const drawn = vision.drawDetections(plain(200, 200), same, ["first", "second", "third"]);
    const alone = (label: number) =>
      count(
        vision.drawDetections(
          plain(200, 200),
          { boxes: boxes([30, 60, 120, 140]), classes: Int32Array.of(label) },
          ["first", "second", "third"],
        ),
        vision.classColors(3)[label],
      );
    const frame = (label: number) =>
      count(
        vision.drawDetections(
          plain(200, 200),
          { boxes: boxes([30, 60, 120, 140]), classes: Int32Array.of(label) },
          names,
          { labels: false },
        ),
        vision.classColors(3)[label],
      );
    // Patches of the second and third label are whole.
    for (const label of [1, 2]) {
      const patch = alone(label) - frame(label);
      expect(count(drawn, vision.classColors(3)[label])).toBeGreaterThanOrEqual(patch);
    }
  });

  test("truth is drawn in broken lines", () => {
    const truth = { boxes: boxes([20, 30, 60, 70]), classes: Int32Array.of(0) };
    const nothing = { boxes: boxes(), classes: new Int32Array(0), scores: new Float32Array(0) };
    const drawn = vision.drawDetections(plain(120, 140), nothing, names, { truth });
    const whole = vision.drawDetections(plain(120, 140), truth, names, { labels: false });
    expect(count(drawn, blue)).toBeGreaterThan(40);
    expect(count(drawn, blue)).toBeLessThan(0.7 * count(whole, blue));
  });

  test("what is no picture or no box is refused", () => {
    expect(() => vision.drawDetections(tensor(new Uint8Array(8), [4, 2]), found, names)).toThrow(
      /no picture/,
    );
    const floats = tensor(new Float32Array(12), [2, 2, 3]);
    expect(() => vision.drawDetections(floats as never, found, names)).toThrow(
      /bytes[\s\S]*rescale/,
    );
    const bad = { boxes: boxes([0, 0, Number.NaN, 1]), classes: Int32Array.of(0) };
    expect(() => vision.drawDetections(plain(9, 9), bad, names)).toThrow(/Row 0/);
    expect(() =>
      vision.drawDetections(plain(9, 9), found, names, { colours: [] } as never),
    ).toThrow(/no option "colours"/);
    expect(() => vision.drawDetections(plain(9, 9), found, undefined as never)).toThrow(
      /classNames/,
    );
  });
});

describe("class maps", () => {
  /** Background with a square of class 1, and a corner that is not known. */
  const map = (left: number) =>
    tensor(
      Uint8Array.from({ length: 80 * 100 }, (_, i) => {
        const [x, y] = [i % 100, Math.floor(i / 100)];
        if (x > 95 && y > 75) return 255;
        return Number(x >= left && x < left + 40 && y >= 20 && y < 60);
      }),
      [80, 100],
    );
  const classNames = ["background", "cell"];

  test("colours cover classes and not the background, and borders are whole", () => {
    const drawn = vision.drawMask(plain(80, 100), map(30), classNames, { labels: false });
    expect(pixel(drawn, 5, 5)).toEqual([90, 90, 90]);
    expect(pixel(drawn, 50, 40)).toEqual(orange.map((part) => Math.round((part + 90) / 2)));
    expect(pixel(drawn, 30, 40)).toEqual(orange);
    expect(pixel(drawn, 98, 78)).not.toEqual([90, 90, 90]);
    const all = vision.drawMask(plain(80, 100), map(30), classNames, {
      background: null,
      opacity: 1,
    });
    expect(pixel(all, 5, 5)).toEqual(blue);
    const named = vision.drawMask(plain(80, 100), map(30), classNames);
    expect(count(named, orange)).toBeGreaterThan(count(drawn, orange) + 50);
  });

  test("differences have a colour for each kind, and a key", () => {
    const options = { labels: false, opacity: 1 };
    const image = plain(80, 100, [200, 0, 0]);
    const drawn = vision.drawMaskDifference(image, map(40), map(30), classNames, options);
    expect(pixel(drawn, 35, 40)).toEqual([213, 94, 0]);
    expect(pixel(drawn, 50, 40)).toEqual([0, 114, 178]);
    expect(pixel(drawn, 75, 40)).toEqual([240, 228, 66]);
    // The picture itself is grey.
    expect(pixel(drawn, 5, 5)).toEqual([60, 60, 60]);
    const keyed = vision.drawMaskDifference(image, map(40), map(30), classNames);
    expect(keyed.data).not.toEqual(drawn.data);
    const three = vision.drawMaskDifference(image, map(30), map(30), ["a", "b"], options);
    expect(pixel(three, 5, 5)).toEqual([0, 114, 178]);
  });

  test("maps of another size are refused", () => {
    expect(() => vision.drawMask(plain(80, 90), map(3), classNames)).toThrow(
      /another size[\s\S]*\[80, 90\]/,
    );
    expect(() => vision.drawMask(plain(80, 100), map(3), classNames, { background: -1 })).toThrow(
      /background cannot be used/,
    );
  });
});

test("class colours stay apart for every kind of colour vision", () => {
  /** Machado et al., 2009: how protanopes, deuteranopes and tritanopes see, on linear light. */
  const visions: readonly (readonly (readonly number[])[])[] = [
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  ];
  const linear = (part: number) => (part / 255) ** 2.2;
  const coded = (part: number) => 255 * Math.max(0, Math.min(1, part)) ** (1 / 2.2);
  const colors = vision.classColors(7);
  for (const matrix of visions) {
    const seen = colors.map((color) =>
      matrix.map((row) =>
        coded(row.reduce((sum, weight, c) => sum + weight * linear(color[c]), 0)),
      ),
    );
    seen.forEach((color, i) => {
      for (const other of seen.slice(i + 1)) {
        expect(Math.hypot(...color.map((part, c) => part - other[c]))).toBeGreaterThan(25);
      }
    });
  }
  expect(vision.classColors(30).length).toBe(30);
  expect(new Set(vision.classColors(21).map(String)).size).toBe(21);
});
