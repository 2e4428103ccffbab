// Weights of a base that nobody should load: whatever the file, `zoo.load` and `fovea train --base --weights` refuse it with
// a word on why. Nothing in it is executed, and nothing is written.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import { beforeAll, expect, test, vi } from "vitest";
import { FoveaError } from "../../src/core/errors.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { type Model, zoo } from "../../src/index.ts";
import { emptyFolder, refusalIn, writeData } from "./command-line.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const options = { includeTop: false, inputShape: [28, 28, 1] };
let folder: string;
let base: Model;
let sound: Uint8Array;

/** A safetensors file from its header and its data. */
function safetensors(header: object, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The sound file's header, and the data behind it. */
function opened(): [Record<string, { dtype: string; data_offsets: number[] }>, Uint8Array] {
  const length = Number(new DataView(sound.buffer, sound.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(sound.subarray(8, 8 + length)));
  return [header, sound.subarray(8 + length)];
}

const zip = (pickle: Uint8Array, level: 0 | 1 = 0) =>
  zipSync({ "a/data.pkl": pickle, "a/version": new TextEncoder().encode("3\n") }, { level });

/** What Python would make of it: a call of the system that makes a file. */
function pickleOfCall(): Uint8Array {
  const line = new TextEncoder().encode(`touch ${join(folder, "executed")}`);
  const call = new TextEncoder().encode("cos\nsystem\n");
  return Uint8Array.from([0x80, 2, ...call, 0x8c, line.length, ...line, 0x85, 0x52, 0x2e]);
}

/** Each file by the name under which it is refused. */
const files: Record<string, readonly [string, () => Uint8Array | Promise<Uint8Array>, RegExp]> = {
  "a pickle with a foreign global": [
    "global.pth",
    () => zip(pickleOfCall()),
    /"os\.system", which Fovea refuses/,
  ],
  "a zip bomb": [
    "bomb.pth",
    () => zip(new Uint8Array(80_000_000), 1),
    /unpacks to more bytes than it may/,
  ],
  "overlapping offsets": [
    "overlap.safetensors",
    () => {
      const [header, data] = opened();
      const [first, second] = Object.keys(header).filter((name) => name !== "__metadata__");
      const length = (one: string) => header[one].data_offsets[1] - header[one].data_offsets[0];
      const [from] = header[first].data_offsets;
      header[second].data_offsets = [from, from + length(second)];
      return safetensors(header, data);
    },
    /overlaps/,
  ],
  "wrong dtypes": [
    "whole.safetensors",
    () => {
      const [header, data] = opened();
      for (const one of Object.values(header)) if (one.dtype === "F32") one.dtype = "I32";
      return safetensors(header, data);
    },
    /holds whole numbers/,
  ],
  "another architecture's weights": [
    "other.safetensors",
    async () => {
      const path = join(folder, "squeezenet.safetensors");
      const other = await zoo.load("squeezenet-1.1", { includeTop: false });
      await other.saveWeights(path, { names: "torch" });
      return readFile(path);
    },
    /does not fit, nor do 94 more[\s\S]*weights without a place/,
  ],
  "a file that is cut off": [
    "cut.safetensors",
    () => sound.subarray(0, sound.length - 1000),
    /ends inside/,
  ],
};

beforeAll(async () => {
  folder = await emptyFolder();
  await writeData(join(folder, "data"), { train: 40, test: 10 });
  base = await zoo.load("resnet-20", options);
  const path = join(folder, "sound.safetensors");
  await base.saveWeights(path, { names: "torch" });
  sound = new Uint8Array(await readFile(path));
  expect(decodeSafetensors(sound, path).tensors.size).toBeGreaterThan(90);
});

test.each(Object.keys(files))("%s: refused by a program and on the command line", async (kind) => {
  const [name, make, message] = files[kind];
  const path = join(folder, name);
  await writeFile(path, await make());
  const error = await zoo.load("resnet-20", { ...options, weights: path }).then(
    () => "it was loaded",
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(FoveaError);
  expect((error as Error).message).toMatch(message);
  const { code, stderr } = await refusalIn(
    folder,
    `train --data data --base resnet-20 --weights ./${name} --target wasm --threads 1 --out runs/${name}`,
  );
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/Unexpected internal error/);
  expect(code).toBe(2);
  expect(existsSync(join(folder, "executed"))).toBe(false);
  expect(existsSync(join(folder, "runs"))).toBe(false);
});
