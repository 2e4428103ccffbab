// Models whose inputs or outputs are records in another order than the sorted one, which is Keras's: as
// real Keras saved them, and as it loads ours. `keras/heads/heads.py` made the files and the numbers.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { layers, loadModel, model, saveModel, tensor } from "../../src/index.ts";
import { input } from "../../src/nn/input.ts";
import type { Model } from "../../src/train/model.ts";

interface Fixture {
  readonly layers: readonly string[];
  readonly predictions: Readonly<Record<string, readonly number[]>>;
  /** After two more steps, where the model is trained. */
  readonly later?: Readonly<Record<string, readonly number[]>>;
}

const pathOf = (name: string) => fileURLToPath(new URL(`keras/heads/${name}`, import.meta.url));
const read = (name: string) => JSON.parse(readFileSync(pathOf(name), "utf8"));
const fixtures: Readonly<Record<string, Fixture>> = read("predictions.json");
const folder = mkdtempSync(join(tmpdir(), "fovea-heads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const x = tensor(Float32Array.of(1, 2, 3, -1, 0.5, 0.25), [3, 2]);
const z = tensor(Float32Array.of(1, 0, 2, -1, 1, 0, 2, 2, -2), [3, 3]);
const inputsOf = (name: string) => (name === "inputs" ? { a: x, b: z } : x);

async function expectPredictions(loaded: Model, name: string): Promise<void> {
  const { layers: names, predictions } = fixtures[name];
  expect(loaded.layers.map((layer) => layer.name)).toEqual(names);
  const found: unknown = await loaded.predict(inputsOf(name));
  const results = ("data" in (found as object) ? { "": found } : found) as Record<
    string,
    Tensor<Float32Array>
  >;
  expect(new Set(Object.keys(results))).toEqual(new Set(Object.keys(predictions)));
  for (const [head, values] of Object.entries(predictions)) {
    values.forEach((value, i) => {
      expect(results[head].data[i], head).toBeCloseTo(value, 5);
    });
  }
}

describe.each(Object.keys(fixtures))("%s", (name) => {
  test.each([".keras", ".h5"])("loaded from %s, each head has its own weights", async (ending) => {
    const { model: loaded } = await loadModel(pathOf(name + ending));
    await expectPredictions(loaded, name);
  });

  test.each([".keras", ".h5", ".safetensors"])("comes back from %s as it was", async (ending) => {
    const { model: loaded } = await loadModel(pathOf(`${name}.keras`));
    const path = join(folder, name + ending);
    await saveModel(loaded, path);
    const { model: again } = await loadModel(path);
    await expectPredictions(again, name);
    expect(again.settings?.heads.map((head) => [head.name, head.loss.name, head.weight])).toEqual(
      loaded.settings?.heads.map((head) => [head.name, head.loss.name, head.weight]),
    );
  });
});

test("losses, their weights and metrics stay with their heads", async () => {
  for (const ending of [".keras", ".h5"]) {
    const { model: loaded } = await loadModel(pathOf(`heads${ending}`));
    const heads = Object.fromEntries(
      (loaded.settings?.heads ?? []).map(({ name, loss, weight }) => [name, [loss.name, weight]]),
    );
    expect(heads, ending).toEqual({
      kind: ["meanSquaredError", 2],
      age: ["meanAbsoluteError", 0.5],
    });
  }
});

test("what the optimizer remembers stays with its weights", async () => {
  const { later = {} } = fixtures.heads;
  expect(Object.keys(later)).toHaveLength(2);
  const columns = [0, 1].map((column) => Float32Array.from([0, 2, 4], (i) => x.data[i + column]));
  const [kind, age] = columns.map((data) => tensor(data, [3, 1]));
  for (const ending of [".keras", ".h5"]) {
    const { model: loaded } = await loadModel(pathOf(`heads${ending}`));
    await loaded.fit({ x, y: { kind, age } }, { epochs: 2, shuffle: false, verbose: 0 });
    const found = (await loaded.predict(x)) as unknown as Record<string, Tensor<Float32Array>>;
    for (const [head, values] of Object.entries(later)) {
      values.forEach((value, i) => {
        expect(found[head].data[i], `${head} of ${ending}`).toBeCloseTo(value, 4);
      });
    }
  }
});

test("lists layers as Keras does: those of outputs in a record by its sorted keys", () => {
  const start = input({ shape: [2] });
  const kind = layers.dense({ units: 1 }).apply(start);
  const age = layers.dense({ units: 1 }).apply(start);
  const made = model({ inputs: start, outputs: { kind, age } });
  expect(made.layers.map(({ name }) => name)).toEqual(fixtures.heads.layers);
  expect(Object.keys(made.outputs)).toEqual(["kind", "age"]);
});

test("Keras finds the same in what Fovea saved", () => {
  const { worst } = read("checked.json");
  expect(Object.keys(worst).sort()).toEqual([
    "heads.h5",
    "heads.keras",
    "nested.h5",
    "nested.keras",
    "twice.h5",
    "twice.keras",
  ]);
  for (const difference of Object.values(worst)) expect(difference).toBeLessThan(1e-5);
});
