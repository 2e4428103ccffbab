// SVHN's MATLAB files as SciPy writes them: every pixel at its place, digits from 0 to 9; and files that are
// damaged or of another kind.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { zlibSync } from "fflate";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { svhn } from "../../src/data/datasets/svhn.ts";
import { decodeMatlab } from "../../src/formats/matlab.ts";
import { emptyFolder, fill } from "./tiny-dataset.ts";

const golden = (name: string) =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "../golden/scipy", name)));
const compressed = golden("svhn-train.mat");
const plain = golden("svhn-test.mat");

test("images become [N, 32, 32, 3], and the class 10 the digit 0", async () => {
  const files = { "train_32x32.mat": compressed, "test_32x32.mat": plain };
  const folder = await fill(await emptyFolder(), files);
  const { train, test: held, source } = await svhn.load({ source: { folder } });
  expect(source).toBe(`${folder}: 12 training and 2 test images`);
  expect(train.x.shape).toEqual([12, 32, 32, 3]);
  for (const [image, row, column, channel] of [
    [0, 0, 0, 0],
    [3, 31, 2, 1],
    [11, 5, 30, 2],
  ]) {
    const value = (row * 7 + column * 3 + channel * 50 + image * 11) % 256;
    expect(train.x.data[((image * 32 + row) * 32 + column) * 3 + channel]).toBe(value);
  }
  expect([...train.y.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]);
  expect([...held.y.data]).toEqual([0, 1]);
});

test("a folder without one of the files is refused, and the file is named", async () => {
  const folder = await fill(await emptyFolder(), { "train_32x32.mat": compressed });
  await expect(svhn.load({ source: { folder } })).rejects.toThrow(/test_32x32.mat is missing/);
});

describe("a MATLAB file", () => {
  test("gives the arrays that are asked for, and no others", () => {
    const { y } = decodeMatlab(plain, "some.mat", ["y"]);
    expect(y.shape).toEqual([1, 2]);
    expect([...y.data]).toEqual([10, 1]);
  });

  test("is refused where a variable is missing, or is text", () => {
    expect(() => decodeMatlab(plain, "some.mat", ["z"])).toThrow(/some.mat has no variable z/);
    expect(() => decodeMatlab(plain, "some.mat", ["note"])).toThrow(/no array of real numbers/);
  });

  test("of another level, or cut off anywhere, is refused", () => {
    expect(() => decodeMatlab(new Uint8Array(200), "a.mat", ["X"])).toThrow(FormatError);
    for (let end = 0; end < compressed.length; end += 13) {
      const cut = () => decodeMatlab(compressed.subarray(0, end), "a.mat", ["X", "y"]);
      expect(cut).toThrow(FormatError);
    }
  });

  test("that claims to be huge is refused before room is made for it", () => {
    const huge = Uint8Array.from(plain);
    // The sizes of X: behind the header, two tags and the flags.
    new DataView(huge.buffer).setInt32(128 + 8 + 16 + 8, 2 ** 30, true);
    expect(() => decodeMatlab(huge, "a.mat", ["X"])).toThrow(
      /does not fill its sizes|other number/,
    );
  });

  test("that claims to unpack to more than its bytes can is refused before room is made", () => {
    const start = new Uint32Array([14, 2 ** 31 - 64, 0, 0]);
    const packed = zlibSync(new Uint8Array(start.buffer));
    const bytes = new Uint8Array(136 + packed.length);
    bytes.set(plain.subarray(0, 128));
    bytes.set(new Uint8Array(new Uint32Array([15, packed.length]).buffer), 128);
    bytes.set(packed, 136);
    expect(() => decodeMatlab(bytes, "a.mat", ["X"])).toThrow(/a variable is too large/);
  });

  test("with any bytes changed gives numbers or a FormatError", () => {
    const change = fc.tuple(fc.nat(6_400), fc.nat(255));
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (isPlain, all) => {
          const bytes = Uint8Array.from(isPlain ? plain : compressed);
          for (const [at, value] of all) bytes[at % bytes.length] = value;
          try {
            const { X } = decodeMatlab(bytes, "a.mat", ["X", "y"]);
            expect(X.data.length).toBe(X.shape.reduce((product, size) => product * size, 1));
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
