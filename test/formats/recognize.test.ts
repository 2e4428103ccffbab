// Files that people give by mistake: what they look like is said, by every reader, with what to do.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { encodeHdf5 } from "../../src/formats/hdf5.ts";
import { emptyGroup } from "../../src/formats/hdf5-tree.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { loadModel } from "../../src/train/load.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-recognize-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const others: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "nothing at all": [new Uint8Array(), /empty[\s\S]*again/],
  "a text": [bytesOf("# Fovea\n\nA framework for networks.\n"), /looks like a text/],
  "a web page": [
    bytesOf("\n<!DOCTYPE html><html><body>404</body></html>"),
    /web page[\s\S]*Download/,
  ],
  "a pointer of Git LFS": [
    bytesOf("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"),
    /Git LFS[\s\S]*git lfs pull/,
  ],
  "a PyTorch file": [
    zipSync({ "model/data.pkl": bytesOf("x"), "model/version": bytesOf("3") }),
    /PyTorch[\s\S]*model\.loadWeights/,
  ],
  "an old PyTorch file": [
    hex("80 02 8a 0a 6c fc 9c 46 f9 20 6a a8 50 19 2e"),
    /pickle[\s\S]*PyTorch/,
  ],
  "a TensorFlow Lite model": [hex("1c 00 00 00 54 46 4c 33 14 00 20 00"), /TensorFlow Lite/],
  "an ONNX model": [hex("08 08 12 07 70 79 74 6f 72 63 68 1a 05 32 2e 31 2e 30"), /ONNX/],
  "a SavedModel": [hex("08 01 12 b4 d6 01 0a f1 c3"), /SavedModel[\s\S]*\.keras/],
  "a frozen graph": [
    hex("0a 3a 0a 05 69 6e 70 75 74 12 0b 50 6c 61 63 65 00"),
    /graph of TensorFlow/,
  ],
  "a NumPy array": [hex("93 4e 55 4d 50 59 01 00"), /NumPy/],
  "a PNG picture": [hex("89 50 4e 47 0d 0a 1a 0a 00 00"), /PNG/],
  "a file packed by gzip": [hex("1f 8b 08 00 00 00 00 00"), /gzip[\s\S]*Unpack/],
};

const endings = [".safetensors", ".keras", ".h5", ".hdf5", ".json"];
const cases = Object.keys(others).flatMap((name) => endings.map((end) => [name, end] as const));

test.each(cases)("%s called %s is recognized", async (name, ending) => {
  const [bytes, message] = others[name];
  const path = join(folder, `model${ending}`);
  writeFileSync(path, bytes);
  const error = await loadModel(path).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(FormatError);
  const text = (error as Error).message;
  // A text may be JSON that is broken.
  if (ending === ".json" && name === "a text") expect(text).toMatch(/text|JSON/);
  else expect(text).toMatch(message);
  expect(text).toContain(path);
  expect(text.split("\n").length).toBeLessThan(6);
});

test.each([
  [".h5", ".safetensors", /looks like a safetensors file[\s\S]*\.safetensors/],
  [".keras", ".safetensors", /looks like a safetensors file/],
  [".safetensors", ".h5", /looks like an HDF5 file[\s\S]*\.h5/],
  [".safetensors", ".json", /looks like a JSON text[\s\S]*\.json/],
  [".h5", ".keras", /looks like a zip archive[\s\S]*\.keras/],
])("a file called %s that is one of %s says which name it needs", async (called, kind, message) => {
  const made: Readonly<Record<string, Uint8Array>> = {
    ".safetensors": encodeSafetensors({ tensors: [] }),
    ".h5": await encodeHdf5(emptyGroup()),
    ".json": bytesOf('{"a": 1}'),
    ".keras": zipSync({ "config.json": bytesOf("{}") }),
  };
  const path = join(folder, `other${called}`);
  writeFileSync(path, made[kind]);
  await expect(loadModel(path)).rejects.toThrow(message);
});
