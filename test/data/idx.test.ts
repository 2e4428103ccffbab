// IDX files: what is written is read, and a hostile or broken file gets a FormatError, at once and
// without filling the memory.

import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { decodeIdx, encodeIdx, type IdxArray } from "../../src/data/idx.ts";

/** An IDX header, whether it makes sense or not. */
function header(code: number, dimensions: number[], rank = dimensions.length): Buffer {
  const bytes = Buffer.alloc(4 + 4 * dimensions.length);
  bytes.set([0, 0, code, rank]);
  dimensions.forEach((size, axis) => {
    bytes.writeUInt32BE(size, 4 + 4 * axis);
  });
  return bytes;
}

async function refusal(bytes: Uint8Array, maxBytes?: number): Promise<string> {
  try {
    await decodeIdx(bytes, "labels.gz", maxBytes === undefined ? {} : { maxBytes });
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return (error as FormatError).message;
  }
  return "accepted";
}

describe("decodeIdx reads", () => {
  test("u8, in row-major order", async () => {
    const file = Buffer.concat([header(8, [2, 1, 3]), Buffer.from([1, 2, 3, 4, 5, 255])]);
    const { data, shape } = await decodeIdx(file, "images");
    expect(shape).toEqual([2, 1, 3]);
    expect(data).toEqual(new Uint8Array([1, 2, 3, 4, 5, 255]));
  });

  test("i32, big-endian and signed", async () => {
    const file = Buffer.concat([header(12, [2]), Buffer.from("00000102fffffffe", "hex")]);
    expect((await decodeIdx(file, "labels")).data).toEqual(new Int32Array([258, -2]));
  });

  test("f32, big-endian", async () => {
    const file = Buffer.concat([header(13, [2]), Buffer.from("3f800000c0490fdb", "hex")]);
    expect((await decodeIdx(file, "values")).data).toEqual(
      new Float32Array([1, -Math.fround(Math.PI)]),
    );
  });

  test("a file packed with gzip", async () => {
    const file = Buffer.concat([header(8, [3]), Buffer.from([7, 8, 9])]);
    expect((await decodeIdx(gzipSync(file), "labels.gz")).data).toEqual(new Uint8Array([7, 8, 9]));
  });

  test("bytes that lie at an odd offset of their buffer", async () => {
    const file = Buffer.concat([Buffer.from([0]), header(12, [1]), Buffer.from([0, 0, 1, 0])]);
    expect((await decodeIdx(file.subarray(1), "labels")).data).toEqual(new Int32Array([256]));
  });

  test("an empty tensor", async () => {
    expect((await decodeIdx(header(8, [0, 28, 28]), "images")).shape).toEqual([0, 28, 28]);
  });

  test("whatever encodeIdx wrote, packed or not", async () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
    const kinds = fc.constantFrom(Uint8Array, Int32Array, Float32Array);
    const check = async (
      shape: number[],
      Kind: new (bytes: ArrayBuffer) => IdxArray,
      seed: number,
    ) => {
      const bytes = Uint8Array.from(
        { length: 4 * sizeOf(shape) },
        (_, i) => (seed * (i + 1)) % 127,
      );
      const data = new Kind(bytes.buffer).slice(0, sizeOf(shape));
      const file = encodeIdx({ data, shape });
      expect(await decodeIdx(file, "file")).toEqual({ data, shape });
      expect(await decodeIdx(gzipSync(file), "file")).toEqual({ data, shape });
    };
    await fc.assert(fc.asyncProperty(shapes, kinds, fc.nat(), check), { numRuns: 200 });
  });
});

describe("decodeIdx refuses", () => {
  const file = Buffer.concat([header(8, [2, 5]), Buffer.alloc(10)]);

  test("an empty file", async () => {
    expect(await refusal(new Uint8Array(0))).toMatch(/labels\.gz ends inside its header.*0 bytes/s);
  });

  test("a header that is cut", async () => {
    expect(await refusal(file.subarray(0, 7))).toMatch(
      /ends inside its header.*12 bytes.*7 bytes/s,
    );
  });

  test("elements that are cut", async () => {
    const message = await refusal(file.subarray(0, 21));
    expect(message).toMatch(/ends too early.*22 bytes, for \[2, 5\] of u8.*21 bytes.*Download/s);
  });

  test("bytes after the last element", async () => {
    expect(await refusal(Buffer.concat([file, Buffer.from([0])]))).toMatch(
      /after its last element.*23/s,
    );
  });

  test("another magic number, and shows it", async () => {
    expect(await refusal(Buffer.from("<!DOCTYPE html>"))).toMatch(
      /not begin like an IDX.*3c21444f/s,
    );
  });

  test.each([
    [9, "i8"],
    [11, "i16"],
    [14, "f64"],
  ])("the type %d, and calls it %s", async (code, type) => {
    expect(await refusal(header(code, [0]))).toMatch(new RegExp(`received:.*elements of ${type}`));
  });

  test.each([0, 9, 255])("%d dimensions", async (rank) => {
    const dimensions = Array.from({ length: rank }, () => 1);
    expect(await refusal(Buffer.concat([header(8, dimensions), Buffer.alloc(1)]))).toMatch(
      /not begin/,
    );
  });

  test("dimensions whose product is beyond any file, before it allocates", async () => {
    const absurd = Array.from({ length: 8 }, () => 2 ** 32 - 1);
    expect(await refusal(header(13, absurd))).toMatch(/declares more data than is accepted/);
    expect(await refusal(gzipSync(header(13, absurd)))).toMatch(
      /declares more data than is accepted/,
    );
  });

  test("more than maxBytes, and accepts exactly maxBytes", async () => {
    expect(await refusal(file, 21)).toMatch(/at most 21 bytes.*\[2, 5\] of u8, 22 bytes/s);
    expect(await refusal(file, 22)).toBe("accepted");
  });
});

describe("decodeIdx, of a gzip file, refuses", () => {
  const content = Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 7) % 251));
  const file = Buffer.concat([header(8, [5000]), content]);
  const packed = gzipSync(file);

  test("every file that is cut", async () => {
    for (let length = 2; length < packed.length; length += 1 + (length % 97)) {
      expect(await refusal(packed.subarray(0, length))).toMatch(
        /damaged gzip file|ends inside its header/,
      );
    }
    expect(await refusal(packed.subarray(0, packed.length - 1))).toMatch(/damaged gzip file/);
  });

  test("a checksum that does not fit", async () => {
    const damaged = Buffer.from(packed);
    damaged[packed.length - 6] ^= 1;
    expect(await refusal(damaged)).toMatch(/damaged gzip file.*Download or copy/s);
  });

  test("too few and too many elements for its header", async () => {
    expect(await refusal(gzipSync(file.subarray(0, 4000)))).toMatch(
      /ends too early.*5,008.*4,000/s,
    );
    expect(await refusal(gzipSync(Buffer.concat([file, content])))).toMatch(
      /unpacks to more bytes/,
    );
  });

  test("a bomb: 256 MB behind a header that declares 10 bytes, without unpacking it", async () => {
    const zeros = gzipSync(new Uint8Array(2 ** 25));
    const start = gzipSync(Buffer.concat([header(8, [10]), Buffer.alloc(5000)]));
    const bomb = Buffer.concat([start, ...Array.from({ length: 8 }, () => zeros)]);
    const before = process.resourceUsage().maxRSS;
    expect(await refusal(bomb)).toMatch(/unpacks to more bytes than it may.*at most 18 bytes/s);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(50_000);
  });
});

test("decodeIdx answers any change of any byte with a tensor or a FormatError", async () => {
  const file = Buffer.concat([header(12, [3, 2]), Buffer.alloc(24, 9)]);
  for (const original of [file, gzipSync(file)]) {
    for (let at = 0; at < original.length; at++) {
      for (const value of [0, 1, 127, 128, 255]) {
        const changed = Buffer.from(original);
        changed[at] = value;
        await refusal(changed);
      }
    }
  }
});

test("encodeIdx refuses a scalar and a ninth dimension", () => {
  const data = new Uint8Array(1);
  expect(() => encodeIdx({ data, shape: [] })).toThrow(FormatError);
  expect(() => encodeIdx({ data, shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] })).toThrow(FormatError);
});
