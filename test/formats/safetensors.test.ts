// safetensors: what goes in comes out, the reference implementation agrees, and no file, however
// hostile, gets anything but a FormatError.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/index.ts";

const golden = join(import.meta.dirname, "../golden/safetensors");
const encoder = new TextEncoder();

/** A file with this header, given as text or bytes, and this many zero bytes of data. */
function fileWith(header: string | Uint8Array, dataBytes = 0, claimedLength?: number): Uint8Array {
  const headerBytes = typeof header === "string" ? encoder.encode(header) : header;
  const file = new Uint8Array(8 + headerBytes.length + dataBytes);
  const length = BigInt(claimedLength ?? headerBytes.length);
  new DataView(file.buffer).setBigUint64(0, length, true);
  file.set(headerBytes, 8);
  return file;
}

const decode = (file: Uint8Array) => decodeSafetensors(file, "weights.safetensors");

function record(dtype: string, shape: unknown, offsets: unknown): string {
  return JSON.stringify({ dtype, shape, data_offsets: offsets });
}

describe("the reference implementation", () => {
  const expected = JSON.parse(readFileSync(join(golden, "every-dtype.json"), "utf8")) as Record<
    string,
    { shape: number[]; values: (number | "nan" | "inf" | "-inf")[] }
  >;
  const numbers = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };
  const bytes = readFileSync(join(golden, "every-dtype.safetensors"));
  const { tensors, metadata } = decode(bytes);

  test.each(Object.keys(expected))("what it wrote as %s is read", (name) => {
    const { data, shape } = tensors.get(name) as Tensor;
    const values = expected[name].values.map((x) => (typeof x === "string" ? numbers[x] : x));
    expect(shape).toEqual(expected[name].shape);
    expect([...data]).toEqual(data instanceof Float32Array ? values.map(Math.fround) : values);
  });

  test("its names, order, dtypes and metadata come through", () => {
    expect(new Set(tensors.keys())).toEqual(new Set(Object.keys(expected)));
    expect(metadata).toEqual({ "made by": "safetensors 0.8.0" });
    const kinds = ["float16", "bfloat16", "float64", "int64", "uint8"].map(
      (name) => tensors.get(name)?.data.constructor.name,
    );
    expect(kinds).toEqual([
      "Float32Array",
      "Float32Array",
      "Float32Array",
      "Int32Array",
      "Uint8Array",
    ]);
  });

  test("Fovea writes the very bytes that it writes", () => {
    const quarters = Float32Array.from({ length: 6 }, (_, i) => i / 4);
    const file = encodeSafetensors({
      tensors: [
        ["image", tensor(Uint8Array.of(0, 1, 2, 3, 4), [5])],
        ["step", tensor(Int32Array.of(1234), [])],
        ["nothing", tensor(new Float32Array(0), [0])],
        ["b/kernel", tensor(quarters, [2, 3])],
        ['name "quoted" \u00e9\u{1f436}\n', tensor(Uint8Array.of(1, 2, 3), [3])],
        ["a/kernel", tensor(Float32Array.of(-0.5), [1, 1, 1, 1])],
      ],
      metadata: { fovea: '{"layers":["conv2d"],"text":"\u00fc \\ \u2028"}' },
    });
    const reference = readFileSync(join(golden, "written.safetensors"));
    expect(Buffer.from(file).equals(reference)).toBe(true);
  });
});

describe("writing", () => {
  const one = tensor(Float32Array.of(1), [1]);

  test("the same content gives the same bytes, whatever its order", () => {
    const tensors: [string, Tensor][] = [
      ["a", one],
      ["b", tensor(Uint8Array.of(7), [1])],
      ["c", tensor(Int32Array.of(7), [1])],
    ];
    const file = encodeSafetensors({ tensors, metadata: { x: "1", y: "2" } });
    const reversed = encodeSafetensors({
      tensors: tensors.toReversed(),
      metadata: { y: "2", x: "1" },
    });
    expect(reversed).toEqual(file);
  });

  test("the data starts at a multiple of eight bytes", () => {
    for (let length = 1; length < 10; length++) {
      const file = encodeSafetensors({ tensors: [["n".repeat(length), one]] });
      expect(new DataView(file.buffer).getUint32(0, true) % 8).toBe(0);
    }
  });

  test("views into larger and shared buffers are written as they look", () => {
    const shared = new Float32Array(new SharedArrayBuffer(64), 4, 3).fill(2.5);
    const { tensors } = decode(encodeSafetensors({ tensors: [["s", tensor(shared, [3])]] }));
    expect([...(tensors.get("s") as Tensor).data]).toEqual([2.5, 2.5, 2.5]);
  });

  test("names that read as numbers keep their bytes", () => {
    const tensors: [string, Tensor][] = ["10", "9", "x"].map((name, i) => [
      name,
      tensor(Float32Array.of(i), []),
    ]);
    const read = decode(encodeSafetensors({ tensors })).tensors;
    expect(tensors.map(([name]) => [...(read.get(name) as Tensor).data])).toEqual([[0], [1], [2]]);
  });

  test.each([
    ["a name given twice", ["a", "a"]],
    ["the name of the metadata", ["__metadata__"]],
    ["__proto__", ["__proto__"]],
    ["half a surrogate pair", ["\ud800"]],
  ])("%s is refused", (_, names) => {
    const tensors = names.map((name): [string, Tensor] => [name, one]);
    expect(() => encodeSafetensors({ tensors })).toThrow(FormatError);
  });

  test("a tensor that does not fill its shape, and 64-bit numbers, are refused", () => {
    const short: Tensor = { data: new Float32Array(3), shape: [2, 2] };
    expect(() => encodeSafetensors({ tensors: [["a", short]] })).toThrow("fill its shape");
    const wide = tensor(new Float64Array(1), [1]);
    expect(() => encodeSafetensors({ tensors: [["a", wide]] })).toThrow("Float32Array.from");
  });

  test("metadata that is not text is refused", () => {
    const metadata = { epochs: 3 } as unknown as Record<string, string>;
    expect(() => encodeSafetensors({ tensors: [], metadata })).toThrow(FormatError);
  });
});

describe("reading", () => {
  test("aligned tensors are views of the file, unaligned ones are copied", () => {
    const aligned = fileWith(`{"a":${record("F32", [1], [0, 4])}} `, 4);
    const header = `{"a":${record("F32", [1], [0, 4])}}`;
    const padded = header.padEnd(Math.ceil(header.length / 4) * 4);
    const view = decode(fileWith(padded, 4)).tensors.get("a") as Tensor;
    expect(view.data.byteOffset).toBeGreaterThan(0);
    for (const offset of [1, 2, 3]) {
      const shifted = Buffer.concat([new Uint8Array(offset), aligned]).subarray(offset);
      expect([...(decode(shifted).tensors.get("a") as Tensor).data]).toEqual([0]);
    }
  });

  test("tensors in any order of the header come in the order of their bytes", () => {
    const header = `{"b":${record("U8", [1], [1, 2])},"a":${record("U8", [1], [0, 1])}}`;
    expect([...decode(fileWith(header, 2)).tensors.keys()]).toEqual(["a", "b"]);
  });

  test("an empty file of tensors is sound", () => {
    expect(decode(fileWith("{}"))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test.each([
    ["I64", [1], 8, (view: DataView, at: number) => view.setBigInt64(at, 2n ** 31n, true)],
    ["I64", [1], 8, (view: DataView, at: number) => view.setBigInt64(at, -(2n ** 40n), true)],
    ["U64", [1], 8, (view: DataView, at: number) => view.setBigInt64(at, -1n, true)],
    ["U32", [1], 4, (view: DataView, at: number) => view.setUint32(at, 2 ** 31, true)],
    ["F64", [1], 8, (view: DataView, at: number) => view.setFloat64(at, 1e39, true)],
  ])("%s values out of range are refused (%#)", (dtype, shape, bytes, write) => {
    const file = fileWith(`{"a":${record(dtype, shape, [0, bytes])}}`, bytes);
    write(new DataView(file.buffer), file.length - bytes);
    expect(() => decode(file)).toThrow(/"a" has a value that does not fit/);
  });
});

describe("whole numbers", () => {
  test.each([
    ["BOOL", 1, (view: DataView, at: number) => view.setUint8(at, 1), 1],
    ["I8", 1, (view: DataView, at: number) => view.setInt8(at, -3), -3],
    ["I16", 2, (view: DataView, at: number) => view.setInt16(at, -300, true), -300],
    ["U16", 2, (view: DataView, at: number) => view.setUint16(at, 65535, true), 65535],
    ["U32", 4, (view: DataView, at: number) => view.setUint32(at, 70000, true), 70000],
    ["U64", 8, (view: DataView, at: number) => view.setBigUint64(at, 70000n, true), 70000],
  ])("of the dtype %s are read", (dtype, bytes, write, value) => {
    const file = fileWith(`{"a":${record(dtype, [1], [0, bytes])}}`, bytes);
    write(new DataView(file.buffer), file.length - bytes);
    expect([...(decode(file).tensors.get("a")?.data ?? [])]).toEqual([value]);
  });

  test("a tensor that nobody asks for may be of any dtype, and hold anything", () => {
    const odd = `"odd":${record("F4", [3], [0, 2])},"far":${record("I64", [1], [2, 10])}`;
    const file = fileWith(`{${odd},"a":${record("U8", [1], [10, 11])}}`, 11);
    new DataView(file.buffer).setBigInt64(file.length - 9, 2n ** 50n, true);
    const { tensors } = decodeSafetensors(file, "a.safetensors", { only: (name) => name === "a" });
    expect([...tensors.keys()]).toEqual(["a"]);
    expect(() => decode(file)).toThrow(/"odd" has a dtype/);
  });
});

describe("a hostile file gets a FormatError", () => {
  const nested = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const good = record("F32", [1], [0, 4]);
  const hostile: Record<string, [Uint8Array, RegExp]> = {
    "no bytes": [new Uint8Array(0), /it is empty/],
    "seven bytes": [new Uint8Array(7), /too short/],
    "a huge header length": [fileWith("{}", 0, 2 ** 52), /header is too long/],
    "all bits of the length set": [new Uint8Array(16).fill(255), /header is too long/],
    "a header longer than the file": [fileWith("{}", 0, 3), /ends inside its header/],
    "an empty header": [fileWith(""), /not a JSON object/],
    "a header that is not UTF-8": [fileWith(Uint8Array.of(0x7b, 0xff, 0x7d)), /not UTF-8/],
    "a byte order mark": [fileWith("\ufeff{}"), /not a JSON object/],
    "broken JSON": [fileWith('{"a":'), /not JSON/],
    "an unfinished name": [fileWith('{"a\\'), /not JSON/],
    "text after the object": [fileWith("{}{}"), /not JSON/],
    "a list": [fileWith("[]"), /not a JSON object/],
    "deep JSON": [fileWith(nested), /nests too deep/],
    "a tensor twice": [fileWith(`{"a":${good},"a":${good}}`, 4), /twice/],
    "a tensor twice, spelt differently": [fileWith(`{"a":${good},"\\u0061" :${good}}`, 4), /twice/],
    "a field twice": [
      fileWith('{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1),
      /twice/,
    ],
    "metadata twice": [fileWith('{"__metadata__":{},"__metadata__":{}}'), /twice/],
    "a tensor called __proto__": [fileWith(`{"__proto__":${good}}`, 4), /not accepted/],
    "metadata called __proto__": [
      fileWith('{"__metadata__":{"__proto__":"x"}}'),
      /name that is not accepted/,
    ],
    "half a surrogate pair": [fileWith(`{"\\ud800":${good}}`, 4), /not accepted/],
    "metadata that is not text": [fileWith('{"__metadata__":{"a":1}}'), /"a" is not text/],
    "metadata that is a list": [fileWith('{"__metadata__":[]}'), /not an object/],
    "metadata that is null": [fileWith('{"__metadata__":null}'), /not an object/],
    "a tensor that is null": [fileWith('{"a":null}'), /not described/],
    "a tensor that is a number": [fileWith('{"a":1}'), /not described/],
    "an unknown dtype": [fileWith(`{"a":${record("F8_E4M3", [1], [0, 1])}}`, 1), /"F8_E4M3"/],
    "a dtype that every object has": [
      fileWith(`{"a":${record("constructor", [1], [0, 1])}}`, 1),
      /does not read/,
    ],
    "no dtype": [fileWith('{"a":{"shape":[],"data_offsets":[0,4]}}', 4), /does not read/],
    "no shape": [fileWith('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), /no shape/],
    "a negative dimension": [fileWith(`{"a":${record("F32", [-1], [0, 4])}}`, 4), /no shape/],
    "half a dimension": [fileWith(`{"a":${record("F32", [0.5], [0, 2])}}`, 2), /no shape/],
    "a dimension that is text": [fileWith(`{"a":${record("F32", ["1"], [0, 4])}}`, 4), /no shape/],
    "a dimension beyond numbers": [
      fileWith('{"a":{"dtype":"U8","shape":[1e400],"data_offsets":[0,4]}}', 4),
      /no shape/,
    ],
    "a shape whose product overflows": [
      fileWith(`{"a":${record("F32", [2 ** 40, 2 ** 40], [0, 4])}}`, 4),
      /too large/,
    ],
    "a shape that overflows to nothing": [
      fileWith(`{"a":${record("F32", [2 ** 50, 2 ** 50, 0], [0, 0])}}`),
      /too large/,
    ],
    "a shape larger than its place": [
      fileWith(`{"a":${record("F32", [2 ** 40], [0, 4])}}`, 4),
      /does not fill its place/,
    ],
    "a dtype wider than its place": [
      fileWith(`{"a":${record("F64", [1], [0, 4])}}`, 4),
      /does not fill its place/,
    ],
    "one offset": [fileWith(`{"a":${record("F32", [1], [4])}}`, 4), /no place/],
    "three offsets": [fileWith(`{"a":${record("F32", [1], [0, 4, 8])}}`, 8), /no place/],
    "negative offsets": [fileWith(`{"a":${record("F32", [1], [-4, 0])}}`, 4), /no place/],
    "offsets that are not whole": [
      fileWith(`{"a":${record("U8", [1], [0.5, 1.5])}}`, 2),
      /no place/,
    ],
    "offsets back to front": [fileWith(`{"a":${record("F32", [1], [4, 0])}}`, 4), /no place/],
    "offsets past the end": [
      fileWith(`{"a":${record("F32", [1], [0, 4])}}`, 3),
      /ends inside its data/,
    ],
    "offsets far past the end": [
      fileWith(`{"a":${record("U8", [2 ** 52], [0, 2 ** 52])}}`, 3),
      /ends inside its data/,
    ],
    "tensors that overlap": [
      fileWith(`{"a":${record("F32", [1], [0, 4])},"b":${record("F32", [1], [2, 6])}}`, 6),
      /overlaps/,
    ],
    "tensors that share their bytes": [fileWith(`{"a":${good},"b":${good}}`, 4), /overlaps/],
    "a hole before the first tensor": [fileWith(`{"a":${record("U8", [1], [1, 2])}}`, 2), /hole/],
    "a hole between tensors": [
      fileWith(`{"a":${record("U8", [1], [0, 1])},"b":${record("U8", [1], [2, 3])}}`, 3),
      /hole/,
    ],
    "bytes after the last tensor": [fileWith(`{"a":${good}}`, 5), /goes on after/],
  };

  test.each(Object.keys(hostile))("%s", (name) => {
    const [file, message] = hostile[name];
    expect(() => decode(file)).toThrow(FormatError);
    expect(() => decode(file)).toThrow(message);
  });

  test("and the error stays short and harmless, whatever the file says", () => {
    const name = `\\u001b[31m${"x".repeat(10_000)}`;
    const shape = `[${"9,".repeat(10_000)}9]`;
    const text = `{"${name}":{"dtype":"U8","shape":${shape},"data_offsets":[0,1]}}`;
    const thrown = errorOf(() => decode(fileWith(text, 1)));
    expect(thrown).toBeInstanceOf(FormatError);
    expect(String(thrown).length).toBeLessThan(500);
    expect(String(thrown)).not.toContain("\u001b");
  });
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("whatever comes", () => {
  const name = fc
    .string({ unit: "grapheme" })
    .filter((text) => text !== "__proto__" && text !== "__metadata__");
  const shape = fc.array(fc.nat(3), { maxLength: 4 });
  const anyTensor: fc.Arbitrary<Tensor> = fc
    .tuple(shape, fc.constantFrom("f32", "i32", "u8"), fc.nat())
    .map(([dimensions, dtype, seed]) => {
      const length = dimensions.reduce((product, dimension) => product * dimension, 1);
      const words = Uint32Array.from({ length }, (_, i) => Math.imul(seed + i, 0x9e3779b1));
      if (dtype === "f32") return tensor(new Float32Array(words.buffer), dimensions);
      if (dtype === "i32") return tensor(new Int32Array(words.buffer), dimensions);
      return tensor(Uint8Array.from(words), dimensions);
    });
  const content = fc.record({
    tensors: fc.uniqueArray(fc.tuple(name, anyTensor), { selector: ([key]) => key, maxLength: 6 }),
    metadata: fc
      .uniqueArray(fc.tuple(name, fc.string({ unit: "grapheme" })), { selector: ([key]) => key })
      .map((entries): Record<string, string> => Object.fromEntries(entries)),
  });

  test("tensors and metadata make the round trip, bit for bit", () => {
    fc.assert(
      fc.property(content, ({ tensors, metadata }) => {
        const read = decode(encodeSafetensors({ tensors, metadata }));
        expect(read.metadata).toEqual(metadata);
        expect(read.tensors.size).toBe(tensors.length);
        for (const [key, { data, shape: dimensions }] of tensors) {
          const back = read.tensors.get(key) as Tensor;
          expect(back.shape).toEqual(dimensions);
          expect(back.data.constructor).toBe(data.constructor);
          expect(bytesOf(back)).toEqual(bytesOf({ data, shape: dimensions }));
        }
      }),
    );
  });

  test("corrupted bytes are read or refused, never anything else", () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        content,
        fc.array(change, { minLength: 1 }),
        fc.nat(40),
        (whole, changes, cut) => {
          const bytes = encodeSafetensors(whole);
          const headerEnd = 8 + new DataView(bytes.buffer).getUint32(0, true);
          for (const [at, value] of changes) bytes[at % headerEnd] = value;
          expect(isReadOrRefused(bytes)).toBe(true);
          expect(isReadOrRefused(bytes.subarray(0, -cut - 1))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("so are headers of unlikely JSON", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(16), (json, dataBytes) => {
        expect(isReadOrRefused(fileWith(json, dataBytes))).toBe(true);
        expect(isReadOrRefused(fileWith(`{"a":${json}}`, dataBytes))).toBe(true);
        expect(isReadOrRefused(fileWith(`{"__metadata__":${json}}`, dataBytes))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['{"a":[{"toString":""}]}', '{"__metadata__":[{"toString":""}]}'])(
    "so is a header whose words cannot be said: %s",
    (json) => {
      expect(isReadOrRefused(fileWith(json, 0))).toBe(true);
    },
  );
});

function bytesOf({ data }: Tensor): number[] {
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

function isReadOrRefused(bytes: Uint8Array): boolean {
  const error = errorOf(() => decode(bytes));
  return error === undefined || error instanceof FormatError;
}

describe("a checksum", () => {
  const content = {
    tensors: [
      ["a", tensor(Float32Array.of(1, 2), [2])],
      ["b", tensor(Uint8Array.of(3, 4, 5), [3])],
      ["none", tensor(new Float32Array(0), [0])],
    ],
    metadata: { note: "word" },
  } satisfies Parameters<typeof encodeSafetensors>[0];

  test("is not part of what was saved", () => {
    const bytes = encodeSafetensors({ ...content, checksum: true });
    const { metadata, tensors } = decodeSafetensors(bytes, "the file");
    expect(metadata).toEqual(content.metadata);
    expect([...tensors.keys()].sort()).toEqual(["a", "b", "none"]);
  });

  test("tells of any change: of a number, a name, a place, a word of the metadata", () => {
    const bytes = encodeSafetensors({ ...content, checksum: true });
    const text = Buffer.from(bytes).toString("latin1");
    const changes = [
      ["word", "ward"],
      ['"a"', '"c"'],
      ["F32", "I32"],
    ];
    for (const [before, after] of changes) {
      const changed = Buffer.from(text.replace(before, after), "latin1");
      expect(() => decodeSafetensors(changed, "f")).toThrow(/damaged/);
    }
    for (let back = 1; back <= 11; back++) {
      const changed = Uint8Array.from(bytes);
      changed[bytes.length - back] ^= 1;
      expect(() => decodeSafetensors(changed, "f")).toThrow(/damaged/);
    }
  });

  test("does not mind a header that another program laid out anew", () => {
    const bytes = encodeSafetensors({ ...content, checksum: true });
    const length = Number(Buffer.from(bytes).readBigUInt64LE());
    const header = JSON.parse(Buffer.from(bytes).toString("utf8", 8, 8 + length)) as object;
    const reversed = Object.fromEntries(Object.entries(header).reverse());
    const text = JSON.stringify(reversed, undefined, 1);
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(text.length));
    const file = Buffer.concat([start, Buffer.from(text), bytes.subarray(8 + length)]);
    expect(decodeSafetensors(file, "f").metadata).toEqual(content.metadata);
  });

  test("of another kind, and none at all, are not checked", () => {
    const metadata = { ...content.metadata, fovea_checksum: "sha512:00" };
    decodeSafetensors(encodeSafetensors({ ...content, metadata }), "f");
    decodeSafetensors(encodeSafetensors(content), "f");
  });
});
