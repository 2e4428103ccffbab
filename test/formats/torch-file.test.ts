// PyTorch's files as PyTorch writes them, of both kinds; and files that are damaged, hostile or
// hold more than weights: always a FormatError, and nothing is executed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { unpickle } from "../../src/formats/pickle.ts";
import { asKind, type PickleValue } from "../../src/formats/pickle-values.ts";
import { openTorchFile } from "../../src/formats/torch-file.ts";

const folder = join(import.meta.dirname, "../golden/torch-files");
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const kinds = ["checkpoint.pth", "checkpoint-old.pth"];

interface Golden {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}
const golden: Record<string, Golden> = JSON.parse(
  readFileSync(join(folder, "values.json"), "utf8"),
);

const entriesOf = (value: PickleValue | undefined) =>
  asKind(value, "dictionary")?.entries ?? new Map<PickleValue, PickleValue>();

/** Reads every tensor in the outer two layers of a file. */
function readAll(bytes: Uint8Array, file = "some.pth"): number {
  const { value, read } = openTorchFile(bytes, file);
  let count = 0;
  const visit = (entry: PickleValue, depth: number) => {
    const tensor = asKind(entry, "tensor");
    if (tensor !== undefined) count += read(tensor, "some").data.length;
    if (depth < 2) for (const inner of entriesOf(entry).values()) visit(inner, depth + 1);
  };
  visit(value, 0);
  return count;
}

describe.each(kinds)("%s", (name) => {
  const { value, read } = openTorchFile(bytesOf(name), name);
  const entries = entriesOf(value);

  test("has its numbers, texts, lists and dictionaries", () => {
    expect(entries.get("epoch")).toBe(7);
    expect(entries.get("best")).toBe(0.75);
    expect(entries.get("name")).toBe("größe");
    expect(entries.get("big")).toBe(2n ** 70n);
    expect(entries.get("done")).toBe(false);
    expect(entries.get("none")).toBe(null);
    expect(entries.get("history")).toEqual({
      kind: "list",
      items: [1, 2.5, { kind: "tuple", items: [3, "x"] }],
    });
    expect(asKind(entries.get("size"), "tuple")?.items).toEqual([2, 3]);
    const parameter = asKind(entries.get("parameter"), "tensor");
    expect(parameter && [...read(parameter, "parameter").data]).toEqual([1, 1]);
  });

  const weights = entriesOf(entries.get("state_dict"));

  test("has its tensors in their order", () => {
    expect([...weights.keys()]).toEqual(Object.keys(golden));
  });

  test.each(Object.keys(golden))("has the numbers of %s, in order", (key) => {
    const tensor = asKind(weights.get(key), "tensor");
    if (tensor === undefined) throw new Error(`${key} is no tensor`);
    const { data, shape } = read(tensor, key);
    const { dtype, values } = golden[key];
    expect(shape).toEqual(golden[key].shape);
    const isFloat = dtype.includes("float");
    const wanted = values.map((one) => (one === "inf" ? Infinity : Number(one)));
    expect(Array.from(data)).toEqual(isFloat ? wanted.map(Math.fround) : wanted);
    const isByte = dtype === "torch.uint8" || dtype === "torch.bool";
    const type = isFloat ? Float32Array : isByte ? Uint8Array : Int32Array;
    expect(data).toBeInstanceOf(type);
  });
});

test("numbers without a storage of their own type are read as their tensor says", () => {
  const { value, read } = openTorchFile(bytesOf("uint16.pth"), "uint16.pth");
  const tensor = asKind(entriesOf(value).get("a"), "tensor");
  expect(tensor && [...read(tensor, "a").data]).toEqual([1, 40000]);
});

describe("what is more than weights is refused by its name", () => {
  test.each([
    ["foreign.pth", /"argparse.Namespace", which Fovea refuses[\s\S]*model.state_dict\(\)/],
    ["module.pth", /"torch.nn.modules.linear.Linear", which Fovea refuses/],
    ["module-old.pth", /which Fovea refuses/],
    ["complex.pth", /"torch.ComplexFloatStorage", which Fovea refuses/],
  ])("%s", (name, message) => {
    const open = () => openTorchFile(bytesOf(name), name);
    expect(open).toThrow(FormatError);
    expect(open).toThrow(message);
  });

  test("a call of the system, which Python would make", () => {
    // cos\nsystem\n(S'echo …'\ntR. of protocol 2: GLOBAL, a text, TUPLE1, REDUCE.
    const attack = new TextEncoder().encode("\x80\x02cos\nsystem\n");
    const call = [0x8c, 4, ...new TextEncoder().encode("true"), 0x85, 0x52, 0x2e];
    const bytes = Uint8Array.from([0x80, ...attack.subarray(2), ...call]);
    bytes.set([0x80, 2], 0);
    expect(() => unpickle(bytes, "evil.pth")).toThrow(/"os.system", which Fovea refuses/);
  });

  test.each([
    [0x69, "INST"],
    [0x6f, "OBJ"],
    [0x81, "NEWOBJ"],
    [0x92, "NEWOBJ_EX"],
    [0x82, "EXT1"],
    [0x50, "PERSID"],
    [0x43, "SHORT_BINBYTES"],
    [0x96, "BYTEARRAY8"],
    [0x90, "ADDITEMS"],
  ])("the instruction 0x%x (%s)", (code) => {
    const bytes = Uint8Array.of(0x80, 2, code, 0, 0, 0, 0, 0x2e);
    expect(() => unpickle(bytes, "a.pth")).toThrow(
      /has the instruction 0x.* at byte 2, which Fovea/,
    );
  });
});

describe("a hostile file", () => {
  const plain = bytesOf("checkpoint.pth");
  const entry = (name: string) => `checkpoint/${name}`;
  const repacked = (change: (files: Record<string, Uint8Array>) => void, level: 0 | 9 = 0) => {
    const files = unzipSync(plain);
    change(files);
    return zipSync(files, { level });
  };

  test("that lacks a storage, or has a shorter one, is refused", () => {
    const without = repacked((files) => {
      delete files[entry("data/0")];
    });
    expect(() => readAll(without)).toThrow(/has no checkpoint\/data\/0/);
    const shorter = repacked((files) => {
      files[entry("data/0")] = files[entry("data/0")].subarray(0, 8);
    });
    expect(() => readAll(shorter)).toThrow(/its storage ends before it/);
  });

  test("that is big-endian is refused", () => {
    const big = repacked((files) => {
      files[entry("byteorder")] = new TextEncoder().encode("big");
    });
    expect(() => readAll(big)).toThrow(/big-endian/);
  });

  test("may be packed, but unpacks to no more than it may", () => {
    expect(readAll(repacked(() => undefined, 9))).toBe(readAll(plain));
    // An entry that claims to be 3 GB.
    const bomb = repacked((files) => {
      files[entry("data/0")] = new Uint8Array(5_000_000);
    }, 9);
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.length);
    for (let at = 0; at + 46 < bomb.length; at++) {
      const isEntry = view.getUint32(at, true) === 0x02014b50;
      if (isEntry && view.getUint32(at + 24, true) === 5_000_000) {
        view.setUint32(at + 24, 3_000_000_000, true);
      }
    }
    expect(() => readAll(bomb)).toThrow(FormatError);
  });

  test("that shows one number billions of times is refused before room is made", () => {
    const { value, read } = openTorchFile(plain, "a.pth");
    const tensor = asKind(entriesOf(entriesOf(value).get("state_dict")).get("expanded"), "tensor");
    if (tensor === undefined) throw new Error("the golden file lacks a tensor");
    const huge = { ...tensor, shape: [2 ** 20, 2 ** 20], strides: [0, 0] };
    expect(() => read(huge, "huge")).toThrow(/its tensors are too large at huge/);
  });

  test("whose tensors reach over gigabytes for two numbers each is refused", () => {
    const { value, read } = openTorchFile(plain, "a.pth");
    const tensor = asKind(entriesOf(entriesOf(value).get("state_dict")).get("expanded"), "tensor");
    if (tensor === undefined) throw new Error("the golden file lacks a tensor");
    const wide = { ...tensor, shape: [2], strides: [2 ** 29] };
    expect(() => read(wide, "wide")).toThrow(/its tensors are too large at wide/);
  });

  test("whose tensor leaves its storage is refused", () => {
    const pickle = unzipSync(plain)[entry("data.pkl")];
    const at = pickle.findIndex((_, i) => String(pickle.subarray(i, i + 6)) === "75,2,75,3,75,4");
    const outside = repacked((files) => {
      const changed = Uint8Array.from(pickle);
      changed[at + 1] = 200;
      files[entry("data.pkl")] = changed;
    });
    expect(at).toBeGreaterThan(0);
    expect(() => readAll(outside)).toThrow(/a tensor leaves its storage/);
  });

  test.each(kinds)("%s cut off anywhere is refused", (name) => {
    const bytes = bytesOf(name);
    for (let end = 0; end < bytes.length; end += 37) {
      expect(() => readAll(bytes.subarray(0, end))).toThrow(FormatError);
    }
  });

  test.each(kinds)("%s with any bytes changed gives numbers or a FormatError", (name) => {
    const bytes = bytesOf(name);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const changed = Uint8Array.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        try {
          expect(readAll(changed)).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("of any instructions at all gives a value or a FormatError", () => {
    const codes = [..."(0NKMJGX]ae)tu}sqrhjcRbQ."].map((letter) => letter.charCodeAt(0));
    const instruction = fc.oneof(
      fc.constantFrom(...codes, 0x80, 0x85, 0x86, 0x87, 0x88, 0x8a, 0x8c, 0x93, 0x94, 0x95),
      fc.nat(255),
    );
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 60 }), (program) => {
        try {
          const { end } = unpickle(Uint8Array.of(0x80, 2, ...program, 0x2e), "a.pth");
          expect(end).toBeLessThanOrEqual(program.length + 3);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
