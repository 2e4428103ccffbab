// Weights from files: those of another head are skipped where asked, and what does not fit is listed. What
// a safetensors file says of a model is not taken on trust.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FoveaError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel, saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let folder: string;
let device: Device;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-weights-"));
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const small = (units = 2, seed = 1) =>
  sequential(
    [
      layers.dense({ units: 4, name: "body", inputShape: [3] }),
      layers.dense({ units, name: "head" }),
    ],
    { device, seed },
  );

describe("weights for another head", () => {
  test.each([".weights.h5", ".h5", ".hdf5", ".keras", ".safetensors"])(
    "come from %s",
    async (ending) => {
      const path = at(`other-head${ending}`);
      const source = small(5, 7);
      await (ending === ".keras" ? saveModel(source, path) : source.saveWeights(path));
      const made = small(2, 8);
      await expect(made.loadWeights(path)).rejects.toThrow(
        /"head\/kernel" does not fit, nor do 1 more: "head\/bias"/,
      );
      const before = (await made.getWeights()).get("head/kernel");
      const warnings: string[] = [];
      const onWarning = (text: string) => warnings.push(text);
      const { skipped } = await made.loadWeights(path, { skipMismatch: true, onWarning });
      expect(skipped).toEqual(["head/kernel", "head/bias"]);
      expect(warnings.join()).toMatch(/"head\/kernel" is \[4, 2\], the file has \[4, 5\]/);
      expect((await made.getWeights()).get("body/kernel")).toEqual(
        (await source.getWeights()).get("body/kernel"),
      );
      expect((await made.getWeights()).get("head/kernel")).toEqual(before);
    },
  );

  test.each([".weights.h5", ".h5", ".keras"])("go by name in %s where asked", async (ending) => {
    const path = at(`by-name${ending}`);
    const source = small(5, 7);
    await (ending === ".keras" ? saveModel(source, path) : source.saveWeights(path));
    const first = layers.dense({ units: 3, name: "new", inputShape: [3] });
    const made = sequential([first, layers.dense({ units: 4, name: "body" })], { device });
    const options = { byName: true, skipMismatch: true, onWarning: () => undefined };
    expect((await made.loadWeights(path, options)).skipped).toEqual(["new/kernel", "new/bias"]);
    expect((await made.getWeights()).get("body/kernel")).toEqual(
      (await source.getWeights()).get("body/kernel"),
    );
  });

  test.each([".weights.h5", ".h5", ".keras", ".safetensors"])(
    "from %s are told apart: missing, of another shape, left with their layer, and of no use",
    async (ending) => {
      const path = at(`parts${ending}`);
      const source = sequential(
        [
          layers.dense({ units: 4, name: "body", inputShape: [3] }),
          layers.dense({ units: 2, name: "middle" }),
          layers.dense({ units: 2, name: "old" }),
        ],
        { device },
      );
      await (ending === ".keras" ? saveModel(source, path) : source.saveWeights(path));
      const made = sequential(
        [
          layers.dense({ units: 4, name: "body", inputShape: [3] }),
          layers.dense({ units: 2, name: "new" }),
          layers.dense({ units: 5, name: "middle" }),
        ],
        { device },
      );
      const options = { byName: true, skipMismatch: true, onWarning: () => undefined };
      const { unexpected, ...left } = await made.loadWeights(path, options);
      expect(left).toEqual({
        skipped: ["new/kernel", "new/bias", "middle/kernel", "middle/bias"],
        missing: ["new/kernel", "new/bias"],
        mismatched: ["middle/kernel", "middle/bias"],
      });
      expect(unexpected.length).toBe(2);
      for (const name of unexpected) expect(name).toMatch(/^old\//);
    },
  );

  test("that are of no use leave out what an optimizer remembers", async () => {
    const path = at("whole.safetensors");
    const source = small().compile({ optimizer: "adam", loss: "meanSquaredError" });
    const y = {
      data: new Float32Array(1 * source.outputs.shape[0]),
      shape: [1, source.outputs.shape[0]],
    };
    await source.fit({ x: { data: new Float32Array(3), shape: [1, 3] }, y }, { verbose: 0 });
    for (const ending of [".safetensors", ".keras", ".h5"]) {
      await saveModel(source, path.replace(".safetensors", ending));
      const { unexpected } = await small().loadWeights(path.replace(".safetensors", ending));
      expect(unexpected).toEqual([]);
    }
  });

  test("that fit nowhere are an error all the same, which asks for the closest name", async () => {
    const path = at("nowhere.safetensors");
    await small().saveWeights(path);
    const layer = layers.dense({ units: 4, name: "boddy", inputShape: [3] });
    const made = sequential([layer], { device });
    await expect(made.loadWeights(path, { skipMismatch: true })).rejects.toThrow(
      /did you mean "body\/kernel"/,
    );
  });
});

describe("a safetensors file", () => {
  const withText = async (change: (text: string) => string) => {
    const bytes = await encodeModel(small());
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    header.__metadata__.fovea = change(header.__metadata__.fovea);
    // Somebody changed the file on purpose, and said so.
    delete header.__metadata__.fovea_checksum;
    const text = new TextEncoder().encode(JSON.stringify(header));
    const changed = new Uint8Array(8 + text.length + bytes.length - 8 - length);
    new DataView(changed.buffer).setUint32(0, text.length, true);
    changed.set(text, 8);
    changed.set(bytes.subarray(8 + length), 8 + text.length);
    return changed;
  };
  const refusal = async (change: (text: string) => string) => {
    try {
      await decodeModel(await withText(change), { name: "a.safetensors", device });
      return "it was loaded";
    } catch (error) {
      return error instanceof FoveaError ? error.message : `not ours: ${error}`;
    }
  };

  test("whose flag is a text is refused", async () => {
    expect(await refusal((text) => text.replace('"useBias":true', '"useBias":"no"'))).toMatch(
      /true or false/,
    );
  });

  test("whose layer is used on nothing is refused", async () => {
    const uses = {
      name: "m",
      inputs: [{ name: "in", shape: [3] }],
      layers: [{ kind: "dense", options: { name: "dense", units: 2 } }],
      uses: [{ layer: "dense", inputs: [] }],
      outputs: { one: ["dense", 0, 0] },
    };
    const message = await refusal((text) => JSON.stringify({ ...JSON.parse(text), network: uses }));
    expect(message).toMatch(/a\.safetensors/);
    expect(message).not.toMatch(/^not ours|TypeError/);
  });
});
