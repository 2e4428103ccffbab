// Many pictures on one: where each lies, and what stands below it.

import { expect, test } from "vitest";
import { images, type Tensor, tensor } from "../../src/index.ts";

const plain = (height: number, width: number, ...colour: number[]) => {
  const size = height * width * colour.length;
  return tensor(
    Uint8Array.from({ length: size }, (_, i) => colour[i % colour.length]),
    [height, width, colour.length],
  );
};

const pixel = ({ data, shape }: Tensor, y: number, x: number) =>
  Array.from(data.slice((y * shape[1] + x) * 3, (y * shape[1] + x) * 3 + 3));

const red = [255, 0, 0];
const white = [255, 255, 255];

test("pictures of several sizes and channels lie in rows, in their proportions", async () => {
  const pictures = [
    plain(20, 20, ...red),
    plain(10, 20, 7),
    plain(20, 20, 0, 0, 0, 0),
    plain(40, 40, 0, 255, 0),
  ];
  const sheet = await images.contactSheet(pictures, { columns: 3, tile: [20, 20], gap: 4 });
  expect(sheet.shape).toEqual([52, 76, 3]);
  const middles = [14, 38, 62].map((x) => pixel(sheet, 14, x));
  expect(middles).toEqual([red, [7, 7, 7], white]);
  expect(pixel(sheet, 5, 38)).toEqual(white);
  expect(pixel(sheet, 38, 14)).toEqual([0, 255, 0]);
  expect(pixel(sheet, 0, 0)).toEqual(white);
});

test("small pictures are enlarged by whole factors, and batches of floats have a range", async () => {
  const batch = tensor(Float32Array.of(0, 1, 1, 0, 1, 1, 1, 1), [2, 2, 2, 1]);
  const sheet = await images.contactSheet(batch, { valueRange: [0, 1], gap: 0 });
  expect(sheet.shape).toEqual([96, 192, 3]);
  expect(pixel(sheet, 47, 47)).toEqual([0, 0, 0]);
  expect(pixel(sheet, 47, 48)).toEqual(white);
});

test("labels are drawn below their pictures, and any text is safe", async () => {
  const pictures = Array.from({ length: 4 }, () => plain(32, 64, ...red));
  const labels = ["<b>&", "", "a\u0000b", "x".repeat(100)];
  const options = { columns: 2, tile: [32, 64], gap: 0, background: [0, 0, 0] } as const;
  const sheet = await images.contactSheet(pictures, { ...options, labels });
  expect(sheet.shape).toEqual([104, 128, 3]);
  const inked = (y: number, x: number) => {
    let count = 0;
    for (let row = y; row < y + 20; row++) {
      for (let column = x; column < x + 64; column++)
        count += pixel(sheet, row, column)[0] > 128 ? 1 : 0;
    }
    return count;
  };
  const [first, second, third, fourth] = [
    [32, 0],
    [32, 64],
    [84, 0],
    [84, 64],
  ].map(([y, x]) => inked(y, x));
  expect(second).toBe(0);
  for (const count of [first, third, fourth]) expect(count).toBeGreaterThan(10);
});

test.each([
  [() => images.contactSheet([]), "There are no pictures"],
  [() => images.contactSheet(plain(4, 4, 1), { labels: ["a", "b"] }), "1 texts, one for each"],
  [() => images.contactSheet(plain(4, 4, 1), { columns: 0 }), "at least 1"],
  [() => images.contactSheet(plain(4, 4, 1), { tile: [4, 4] }), "at least 8"],
  [() => images.contactSheet(plain(4, 4, 1), { tile: [20_000, 20_000] }), "too large"],
  [() => images.contactSheet(plain(4, 4, 1), { cols: 3 } as never), "no option"],
])("%s is refused", async (call, words) => {
  await expect(call()).rejects.toThrow(words);
});
