// Examples on one sheet: those of arrays, of sources and of folders, as they are and as a network sees them.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { augment, data, layers, type Source, type Tensor, tensor } from "../../src/index.ts";
import { emptyFolder, pictureBytes, put, putColours } from "./pictures.ts";

const look = { gap: 0, tile: [16, 16] } as const;

/** `count` grey pictures of 8 x 8, the light of each ten times its number. */
function greys(count: number): Tensor<Uint8Array> {
  const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => 10 * Math.floor(i / 64));
  return tensor(pixels, [count, 8, 8, 1]);
}

/** The middle pixels of the tiles of a row without labels. */
function lightsOf({ data, shape }: Tensor, count: number): number[] {
  return Array.from({ length: count }, (_, i) => data[(8 * shape[1] + 16 * i + 8) * 3]);
}

const inverting = {
  apply: async ({ images }: { readonly images: Tensor }) => ({
    images: { ...images, data: Float32Array.from(images.data, (x) => 255 - x) },
  }),
};

test("examples are evenly spread, or those that are asked for", async () => {
  const examples = { x: greys(20), y: tensor(new Int32Array(20), [20]) };
  const options = { ...look, columns: 4, labels: false } as const;
  const spread = await data.preview(examples, { ...options, count: 4 });
  expect(spread.shape).toEqual([16, 64, 3]);
  expect(lightsOf(spread, 4)).toEqual([0, 50, 100, 150]);
  const chosen = await data.preview(examples, { ...options, rows: [19, 3] });
  expect(lightsOf(chosen, 2)).toEqual([190, 30]);
});

test("class names stand below: those of class numbers, of marks, and texts of one's own", async () => {
  const x = greys(2);
  const classNames = ["cat", "dog", "owl"];
  const numbers = tensor(Int32Array.of(2, 0), [2]);
  const marks = tensor(Float32Array.of(0, 0, 1, 1, 0, 0), [2, 3]);
  const wide = { gap: 0, tile: [16, 64] } as const;
  const sheets = await Promise.all([
    data.preview({ x, y: numbers, classNames }, wide),
    data.preview({ x, y: marks, classNames }, wide),
    data.preview({ x, y: numbers }, { ...wide, labels: ["owl", "cat"] }),
  ]);
  expect(sheets[0].shape).toEqual([36, 128, 3]);
  expect(sheets[1]).toEqual(sheets[0]);
  expect(sheets[2]).toEqual(sheets[0]);
  const plain = await data.preview({ x, y: numbers }, wide);
  expect(plain).not.toEqual(sheets[0]);
  expect(plain).toEqual(await data.preview({ x, y: numbers }, { ...wide, labels: ["2", "0"] }));
});

test("a source is read where it is shown alone, and pictures go through what changes them", async () => {
  const asked: number[][] = [];
  const source: Source = {
    count: 100,
    read(rows) {
      asked.push([...rows]);
      const light = Uint8Array.from(
        { length: rows.length * 64 },
        (_, i) => rows[Math.floor(i / 64)],
      );
      return { x: tensor(light, [rows.length, 8, 8, 1]) };
    },
  };
  const options = { ...look, count: 4, columns: 4 };
  const sheet = await data.preview(source, { ...options, through: inverting });
  expect(asked).toEqual([[0, 25, 50, 75]]);
  expect(lightsOf(sheet, 4)).toEqual([255, 230, 205, 180]);
});

test("an augmenter shows pictures as a network sees them", async () => {
  const examples = { x: greys(3), y: tensor(new Int32Array(3), [3]) };
  const through = augment.augmenter([layers.randomInvert()], { seed: 1 });
  const sheet = await data.preview(examples, { ...look, columns: 3, labels: false, through });
  await through.dispose();
  expect(lightsOf(sheet, 3)).toEqual([255, 245, 235]);
});

describe("of a folder", () => {
  async function folder(): Promise<string> {
    const root = await emptyFolder();
    await putColours(root, 4, { names: ["red", "blue"] });
    await put(root, "blue/000.jpg", "no picture");
    return root;
  }
  /** Whether a middle pixel is more red than blue. */
  const isRed = ({ data, shape }: Tensor, tile: number) => {
    const at = (8 * shape[1] + 16 * tile + 8) * 3;
    return data[at] > data[at + 2];
  };

  test("pictures come class by class, and a neighbour stands for a file that cannot be read", async () => {
    const root = await folder();
    const options = { ...look, count: 2, columns: 2 };
    const sheet = await data.preview(root, options);
    expect(sheet.shape).toEqual([36, 32, 3]);
    expect([isRed(sheet, 0), isRed(sheet, 1)]).toEqual([false, true]);
    const changed = await data.preview(root, { ...options, through: inverting });
    expect([isRed(changed, 0), isRed(changed, 1)]).toEqual([true, false]);
    await expect(data.preview(root, { rows: [0] })).rejects.toThrow("is not a picture");
  });

  test("a table of labels says the classes", async () => {
    const root = await emptyFolder();
    await put(root, "a.jpg", await pictureBytes("red", 1));
    await put(root, "b.jpg", await pictureBytes("blue", 2));
    await put(root, "mine.csv", "path,sea,sky\na.jpg,0,0\nb.jpg,1,1\n");
    const wide = { gap: 0, tile: [16, 64], columns: 2 } as const;
    const table = join(root, "mine.csv");
    const sheet = await data.preview(table, wide);
    expect(sheet).toEqual(await data.preview(table, { ...wide, labels: ["none", "sea, sky"] }));
  });

  test("that has no picture is refused", async () => {
    const root = await emptyFolder();
    await mkdir(join(root, "red"));
    await expect(data.preview(root)).rejects.toThrow("There is no picture to show");
    await expect(data.preview(join(root, "blue"))).rejects.toThrow("cannot be read");
  });
});

describe("is refused:", () => {
  const examples = { x: greys(3), y: tensor(new Int32Array(3), [3]) };
  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["an unknown option", () => data.preview(examples, { cont: 3 } as never), /count/],
    ["a row that is not there", () => data.preview(examples, { rows: [3] }), /numbers below 3/],
    ["half a row", () => data.preview(examples, { rows: [0.5] }), /whole numbers/],
    ["no change", () => data.preview(examples, { through: {} as never }), /an augmenter/],
    ["nothing", () => data.preview(undefined as never), /a source such as photos.train/],
    [
      "rows of numbers",
      () => data.preview({ ...examples, x: tensor(new Float32Array(6), [3, 2]) }),
      /one input, \[N, H, W, C\]/,
    ],
  ])("%s", async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});
