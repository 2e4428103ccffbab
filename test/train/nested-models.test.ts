// Models inside of models: every weight and every random layer has random numbers of its own, and keeps
// its values and its name in every kind of file.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireDistinctNames } from "../../src/formats/distinct-names.ts";
import { emptyGroup, putDataset } from "../../src/formats/hdf5-tree.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { encodeShards } from "../../src/formats/tensorflow-js.ts";
import { input, layers, loadModel, model, saveModel, sequential, tensor } from "../../src/index.ts";
import type { SymbolicOutputs } from "../../src/nn/network.ts";
import type { Model } from "../../src/train/model.ts";

type AnyModel = Model<SymbolicOutputs>;

const folder = mkdtempSync(join(tmpdir(), "fovea-nested-"));
afterAll(() => rmSync(folder, { recursive: true }));

const dense = () => layers.dense({ units: 4, inputShape: [4] });
const block = (options = {}) => sequential([dense()], options);
const x = tensor(Float32Array.of(1, 2, 3, 4), [1, 4]);

/** Networks of one kind and size, so that twins would show. */
const nestings: Readonly<Record<string, (seed?: number) => AnyModel>> = {
  "blocks in a row": (seed = 0) => sequential([block(), block(), block()], { seed }),
  "three deep": (seed = 0) =>
    sequential(
      [sequential([sequential([dense()]), block()]), sequential([dense(), dense()]), dense()],
      { seed },
    ),
  "parallel branches": (seed = 0) => {
    const start = input({ shape: [4] });
    const ends = [block().apply(start), block().apply(start), dense().apply(start)];
    return model({ inputs: start, outputs: layers.add().apply(ends), seed });
  },
  "a model used twice": (seed = 0) => {
    const start = input({ shape: [4] });
    const shared = block();
    const twice = shared.apply(shared.apply(start));
    return model({
      inputs: start,
      outputs: layers.add().apply([twice, dense().apply(start)]),
      seed,
    });
  },
  "models that share a layer": (seed = 0) => {
    const shared = layers.dense({ units: 4 });
    const tower = () => {
      const start = input({ shape: [4] });
      return model({
        inputs: start,
        outputs: layers.dense({ units: 4 }).apply(shared.apply(start)),
      });
    };
    const start = input({ shape: [4] });
    const ends = [tower().apply(start), tower().apply(start), shared.apply(start)];
    return model({ inputs: start, outputs: layers.add().apply(ends), seed });
  },
  "a model that two models share": (seed = 0) => {
    const shared = block();
    const row = [sequential([shared, dense()]), sequential([dense(), shared])];
    const start = input({ shape: [4] });
    const ends = row.map((one) => one.apply(start));
    return model({ inputs: start, outputs: layers.add().apply(ends), seed });
  },
  "a model that goes on from another's results": (seed = 0) => {
    const base = block();
    const start = base.inputs[0];
    const ends = [dense().apply(start), dense().apply(base.outputs)];
    return model({ inputs: start, outputs: layers.add().apply(ends), seed });
  },
};

const kernelsOf = async (made: AnyModel) =>
  [...(await made.getWeights())]
    .filter(([name]) => name.endsWith("kernel"))
    .map(([, { data }]) => String(data));

const valuesOf = async (made: AnyModel) => JSON.stringify([...(await made.getWeights())]);

async function targetOf(made: AnyModel): Promise<string> {
  const { data } = (await made.predict(x)) as { data: Float32Array };
  return String(data);
}

describe.each(Object.entries(nestings))("%s", (name, make) => {
  test("no two weights begin alike", async () => {
    const kernels = await kernelsOf(make());
    expect(kernels.length).toBeGreaterThan(1);
    expect(new Set(kernels).size).toBe(kernels.length);
  });

  test("the outer seed decides all first weights, and the same seed gives the same bits", async () => {
    expect(await valuesOf(make(3))).toBe(await valuesOf(make(3)));
    const [first, second] = [await kernelsOf(make(3)), await kernelsOf(make(4))];
    for (const kernel of first) expect(second).not.toContain(kernel);
  });

  test.each([".safetensors", ".keras", ".h5", ".json"])("comes back from %s", async (ending) => {
    const made = make(5);
    const path = join(folder, name + ending);
    await saveModel(made, path);
    const { model: again } = await loadModel(path);
    expect(await targetOf(again)).toBe(await targetOf(made));
    if (ending === ".safetensors") expect(await valuesOf(again)).toBe(await valuesOf(made));
  });

  test.each([".safetensors", ".weights.h5", ".h5"])("weights come back from %s", async (ending) => {
    const made = make(5);
    const path = join(folder, `weights ${name}${ending}`);
    await made.saveWeights(path);
    const again = make(6);
    await again.loadWeights(path);
    expect(await valuesOf(again)).toBe(await valuesOf(made));
  });
});

describe("the first weights of a model inside another", () => {
  const firstsOf = async (inner: Model) => (await kernelsOf(inner))[0];
  let alone: string;
  let seeded: string;
  beforeAll(async () => {
    alone = await firstsOf(block());
    seeded = await firstsOf(block({ seed: 7 }));
  });

  test("are those of the outer seed where it has none of its own", async () => {
    const inner = block();
    const outer = sequential([dense(), inner], { seed: 7 });
    expect((await kernelsOf(outer))[0]).toBe(seeded);
    expect(await firstsOf(inner)).toBe((await kernelsOf(outer))[1]);
    expect(await firstsOf(inner)).not.toBe(alone);
  });

  test("stay those of its own seed where it was given one", async () => {
    const inner = block({ seed: 7 });
    sequential([sequential([dense(), inner]), dense()], { seed: 1 });
    expect(await firstsOf(inner)).toBe(seeded);
  });

  test("stay as they are once they were read, set, loaded or trained", async () => {
    const path = join(folder, "inner.safetensors");
    const other = block({ seed: 9 });
    await other.saveWeights(path);
    const read = block();
    await read.getWeights();
    const set = block();
    await set.setWeights(await other.getWeights());
    const loaded = block();
    await loaded.loadWeights(path);
    const trained = block();
    trained.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await trained.fit({ x, y: x }, { verbose: 0 });
    const before = await Promise.all([read, set, loaded, trained].map(firstsOf));
    const outer = sequential([read, set, loaded, trained, dense()], { seed: 3 });
    expect((await kernelsOf(outer)).slice(0, 4)).toEqual(before);
    expect(before.slice(0, 3)).toEqual([alone, await firstsOf(other), await firstsOf(other)]);
  });

  test("give their numbers to no other weight where they stay", async () => {
    const inner = block({ seed: 0 });
    const row = await kernelsOf(sequential([dense(), dense(), inner, dense()]));
    expect(new Set(row).size).toBe(4);
    expect(row[2]).toBe(alone);
    const used = block();
    await used.getWeights();
    expect(new Set(await kernelsOf(sequential([dense(), used]))).size).toBe(2);
  });

  test("do not depend on a part that is taken out of the model", async () => {
    const make = () => {
      const start = input({ shape: [4] });
      const middle = dense().apply(start);
      return model({ inputs: start, outputs: dense().apply(middle), seed: 4 });
    };
    const [plain, taken] = [make(), make()];
    model({ inputs: taken.inputs, outputs: taken.getLayer(1).output, seed: 8 });
    expect(await valuesOf(taken)).toBe(await valuesOf(plain));
  });
});

describe("random layers in twin blocks", () => {
  const randomLayers = {
    dropout: () => layers.dropout({ rate: 0.5, inputShape: [64] }),
    gaussianNoise: () => layers.gaussianNoise({ stddev: 1, inputShape: [64] }),
    gaussianDropout: () => layers.gaussianDropout({ rate: 0.5, inputShape: [64] }),
    alphaDropout: () => layers.alphaDropout({ rate: 0.5, inputShape: [64] }),
    "dropout with a seed of its own": () =>
      layers.dropout({ rate: 0.5, seed: 3, inputShape: [64] }),
  };

  /** Two random layers on the same ones: trained, each of the biases moves by its own mask. */
  function twins(make: () => ReturnType<(typeof randomLayers)["dropout"]>, seed = 0) {
    const start = input({ shape: [64] });
    const side = () => {
      const inner = sequential([make()]);
      return layers
        .dense({ units: 1, kernelInitializer: "zeros", useBias: false })
        .apply(inner.apply(start));
    };
    return model({ inputs: start, outputs: layers.add().apply([side(), side()]), seed });
  }
  const ones = {
    x: tensor(new Float32Array(64).fill(1), [1, 64]),
    y: tensor(Float32Array.of(1), [1, 1]),
  };
  const fit = { verbose: 0, shuffle: false } as const;
  async function trained(made: AnyModel, epochs = 1): Promise<string[]> {
    if (made.settings === undefined) {
      made.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    }
    await made.fit(ones, { ...fit, epochs });
    return kernelsOf(made);
  }

  test.each(Object.entries(randomLayers))("%s: each draws its own", async (_, make) => {
    const [left, right] = await trained(twins(make as typeof randomLayers.dropout));
    expect(left).not.toBe(right);
    expect(await trained(twins(make as typeof randomLayers.dropout))).toEqual([left, right]);
  });

  test("a saved and loaded model goes on with the masks that the model itself would draw", async () => {
    const made = twins(randomLayers.dropout, 5);
    await trained(made, 2);
    const path = join(folder, "dropout.safetensors");
    await saveModel(made, path);
    const { model: again } = await loadModel(path);
    expect(await trained(again, 2)).toEqual(await trained(made, 2));
  });

  test("weights and masks follow seeds beyond 2^32, too", async () => {
    const seeds = [1, 2 ** 32 + 1, -(2 ** 32) + 1, Number.MAX_SAFE_INTEGER];
    const results = [];
    for (const seed of seeds) {
      expect(await kernelsOf(block({ seed }))).toEqual(await kernelsOf(block({ seed })));
      results.push(JSON.stringify([await trained(twins(randomLayers.dropout, seed))]));
    }
    expect(new Set(results).size).toBe(seeds.length);
    const firsts = await Promise.all(
      seeds.map(async (seed) => (await kernelsOf(block({ seed })))[0]),
    );
    expect(new Set(firsts).size).toBe(seeds.length);
  });
});

describe("two values of one name are refused", () => {
  const value = { data: new Float32Array(1), shape: [1] };

  test("in a list of names", () => {
    expect(() => requireDistinctNames(["a", "b", "a"], "the file")).toThrow(
      /^Two entries of the file are called "a"/,
    );
  });

  test("in safetensors", () => {
    const tensors: [string, typeof value][] = [
      ["a", value],
      ["a", value],
    ];
    expect(() => encodeSafetensors({ tensors })).toThrow(/are called "a"/);
  });

  test("in HDF5", () => {
    const root = emptyGroup();
    putDataset(root, "a/b", value);
    expect(() => putDataset(root, "a/b", value)).toThrow(/are called "a\/b"/);
  });

  test("in model.json, written or read", () => {
    const values = [1, 2].map(() => ({ ...value, name: "dense/kernel" }));
    expect(() => encodeShards(values, "twice.json")).toThrow(/are called "dense\/kernel"/);
  });
});

test("model.json calls no two weights alike, as TensorFlow.js wants it", async () => {
  for (const [name, make] of Object.entries(nestings)) {
    const path = join(folder, `names ${name}.json`);
    await saveModel(make(), path);
    const { weightsManifest } = JSON.parse(readFileSync(path, "utf8"));
    const names = weightsManifest[0].weights.map((weight: { name: string }) => weight.name);
    expect(new Set(names).size, name).toBe(names.length);
  }
});

test("a seed that some bits would be lost of is refused, of a model and of a layer", () => {
  for (const seed of [2 ** 53, 1.5, Number.NaN]) {
    const message = /seed.*cannot be used.*\n.*whole number from -\(2\^53 - 1\)/;
    expect(() => block({ seed })).toThrow(message);
    expect(() => layers.dropout({ rate: 0.5, seed })).toThrow(message);
    expect(() => layers.gaussianNoise({ stddev: 1, seed })).toThrow(message);
  }
});
