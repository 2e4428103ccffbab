// Weights of PyTorch in networks of Fovea: the results are those of PyTorch, whatever the file and
// the names; what does not belong is listed; and the same out.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import {
  encodeWeights,
  input,
  layers,
  type Model,
  model,
  sequential,
  type TorchNames,
  tensor,
} from "../../src/index.ts";

const folder = join(import.meta.dirname, "torch-weights");
const golden: Record<string, number[]> = JSON.parse(
  readFileSync(join(folder, "results.json"), "utf8"),
);
const fileOf = (name: string) => join(folder, name);
const scratch = mkdtempSync(join(tmpdir(), "fovea-torch-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The numbers that the results were computed from, channels last. */
function images(count: number, side: number, channels: number) {
  const data = new Float32Array(count * side * side * channels);
  let i = 0;
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      for (let pixel = 0; pixel < side * side; pixel++, i++) {
        data[(n * side * side + pixel) * channels + c] = (((i * 29) % 31) - 15) / 16;
      }
    }
  }
  return tensor(data, [count, side, side, channels]);
}

interface BranchedOptions {
  readonly nameOf?: (module: string) => string;
  readonly epsilon?: number;
  readonly useBias?: boolean;
  readonly classes?: number;
}

/** The network of `make.py`, its layers called after PyTorch's modules. */
function branched({
  nameOf = (module) => module,
  epsilon = 1e-5,
  useBias = false,
  classes = 5,
}: BranchedOptions = {}): Model {
  const around = { top: 1, bottom: 1, left: 1, right: 1 };
  const [name, padding] = [nameOf, around];
  const x = input({ shape: [8, 8, 3] });
  let y = layers
    .conv2d({ filters: 8, kernelSize: 3, strides: 2, padding, useBias, name: name("conv1") })
    .apply(x);
  y = layers.batchNormalization({ epsilon, name: name("bn1") }).apply(y);
  y = layers.relu().apply(y);
  const main = layers
    .conv2d({ filters: 8, kernelSize: 3, padding, groups: 2, name: name("grouped") })
    .apply(
      layers
        .depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding, name: name("depthwise") })
        .apply(y),
    );
  const shortcut = layers
    .batchNormalization({ epsilon, name: name("downsample.1") })
    .apply(
      layers
        .conv2d({ filters: 8, kernelSize: 1, useBias: false, name: name("downsample.0") })
        .apply(y),
    );
  y = layers.add().apply([main, shortcut]);
  y = layers.prelu({ sharedAxes: [1, 2], name: name("prelu") }).apply(y);
  y = layers.groupNormalization({ groups: 2, epsilon: 1e-5, name: name("norm") }).apply(y);
  y = layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, name: name("up") }).apply(y);
  y = layers.dropout({ rate: 0.5 }).apply(layers.flatten().apply(y));
  y = layers.dense({ units: classes, name: name("fc") }).apply(y);
  return model({ inputs: x, outputs: y });
}

const row = () =>
  sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [8, 8, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.batchNormalization({ epsilon: 1e-5 }),
    layers.dense({ units: 6, activation: "relu" }),
    layers.dense({ units: 3 }),
  ]);

/** The largest difference from PyTorch's results, as a share of the largest of them. */
async function difference(of: Model, name: "branched" | "row"): Promise<number> {
  const x = name === "row" ? images(2, 8, 1) : images(2, 8, 3);
  const { data } = await of.predict(x);
  const wanted = golden[name];
  expect(data.length).toBe(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - data[i]))) / largest;
}

/** Sums of a few hundred products in f32. */
const tolerance = 2e-6;

const kerasNames = (module: string) => `block_${module.replace(".", "_")}`;
const mapped: TorchNames = {
  library: "torchvision",
  module: (layer) => layer.replace(/^block_/, "").replace(/_(\d)$/, ".$1"),
  epsilon: 1e-5,
};

describe("a network has PyTorch's results with the weights of", () => {
  test.each(["branched.pth", "branched-checkpoint.pth", "branched.safetensors"])(
    "%s, its layers called after the modules",
    async (file) => {
      const own = branched();
      const left = await own.loadWeights(fileOf(file));
      expect(left).toEqual({ skipped: [], missing: [], mismatched: [], unexpected: [] });
      expect(await difference(own, "branched")).toBeLessThan(tolerance);
    },
  );

  test.each(["branched.pth", "branched.safetensors"])("%s, by a map of names", async (file) => {
    const own = branched({ nameOf: kerasNames });
    await own.loadWeights(fileOf(file), { names: mapped });
    expect(await difference(own, "branched")).toBeLessThan(tolerance);
  });

  test("bytes, by those of several maps that fits", async () => {
    const own = branched({ nameOf: kerasNames });
    const other = { library: "timm", module: () => undefined };
    const bytes = new Uint8Array(readFileSync(fileOf("branched.pth")));
    await own.loadWeights(bytes, { names: [other, mapped] });
    expect(await difference(own, "branched")).toBeLessThan(tolerance);
  });

  test("another epsilon, which goes into the moving variance", async () => {
    const own = branched({ nameOf: kerasNames, epsilon: 1e-3 });
    await own.loadWeights(fileOf("branched.pth"), { names: mapped });
    expect(await difference(own, "branched")).toBeLessThan(tolerance);
    const weights = await own.getWeights();
    const before = decodeSafetensors(readFileSync(fileOf("branched.safetensors")), "b").tensors;
    const variance = weights.get("block_bn1/moving_variance")?.data[0] ?? 0;
    const stored = before.get("bn1.running_var")?.data[0] ?? 0;
    expect(variance - stored).toBeCloseTo(1e-5 - 1e-3, 6);
  });

  test("layers in a row, by their order, with dense layers and norms behind a flattened image", async () => {
    const own = row();
    await own.loadWeights(fileOf("row.pth"));
    expect(await difference(own, "row")).toBeLessThan(tolerance);
  });
});

describe("the same out", () => {
  test("is PyTorch's file again, name by name and number by number", async () => {
    const own = branched();
    await own.loadWeights(fileOf("branched.pth"));
    const path = join(scratch, "out.safetensors");
    await own.saveWeights(path, { names: "torch" });
    const [written, wanted] = [path, fileOf("branched.safetensors")].map(
      (file) => decodeSafetensors(new Uint8Array(readFileSync(file)), file).tensors,
    );
    const names = [...wanted.keys()].filter((name) => !name.endsWith("num_batches_tracked"));
    expect([...written.keys()].sort()).toEqual(names.sort());
    for (const name of names) expect(written.get(name)).toEqual(wanted.get(name));
  });

  test("comes back through a map, with another epsilon, and behind a flattened image", async () => {
    const own = branched({ nameOf: kerasNames, epsilon: 1e-3 });
    await own.loadWeights(fileOf("branched.pth"), { names: mapped });
    const bytes = await encodeWeights(own, { names: mapped });
    const again = branched();
    await again.loadWeights(bytes, { names: "torch" });
    expect(await difference(again, "branched")).toBeLessThan(tolerance);
    const [first, second] = [row(), row()];
    await first.loadWeights(fileOf("row.pth"));
    await second.loadWeights(await encodeWeights(first, { names: "torch" }));
    expect(await difference(second, "row")).toBeLessThan(tolerance);
  });

  test("has no place in files of Keras", async () => {
    const save = row().saveWeights(join(scratch, "a.weights.h5"), { names: "torch" });
    await expect(save).rejects.toThrow(/names is for files with the names of PyTorch/);
    const pickle = row().saveWeights(join(scratch, "a.pth"));
    await expect(pickle).rejects.toThrow(/read and not written/);
    const unnamed = branched().saveWeights(join(scratch, "b.safetensors"), {
      names: { library: "timm", module: () => undefined },
    });
    await expect(unnamed).rejects.toThrow(/has no name in timm/);
  });
});

describe("what does not fit", () => {
  const load = (own: Model, options = {}) =>
    own.loadWeights(fileOf("branched.pth"), { onWarning: () => undefined, ...options });

  test("is listed with the closest names", async () => {
    const own = branched({ nameOf: (module) => (module === "grouped" ? "groupd" : module) });
    const error = await load(own).catch((caught: unknown) => caught as Error);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/"groupd\/kernel" does not fit, nor do 1 more/);
    expect((error as Error).message).toMatch(/without a place: "grouped.weight", "grouped.bias"/);
    expect((error as Error).message).toMatch(/did you mean "grouped\.weight"/);
  });

  test("of another head is left as it is with skipMismatch, and said", async () => {
    const own = branched({ classes: 7 });
    await expect(load(own)).rejects.toThrow(/"fc\/kernel" does not fit[\s\S]*\[256, 7\]/);
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const left = await load(own, { skipMismatch: true, onWarning });
    expect(left.mismatched).toEqual(["fc/kernel", "fc/bias"]);
    expect(warnings.join()).toMatch(/1 layers were left as they are: "fc\/kernel" is \[256, 7\]/);
  });

  test("is refused where a layer lacks a bias that the file has, and the other way round", async () => {
    const bytes = new Uint8Array(readFileSync(fileOf("branched.safetensors")));
    const { tensors } = decodeSafetensors(bytes, "b");
    tensors.set("conv1.bias", { data: new Float32Array(8), shape: [8] });
    const withBias = encodeSafetensors({ tensors });
    await expect(branched().loadWeights(withBias)).rejects.toThrow(
      /no place for them: "conv1.bias"/,
    );
    await branched({ useBias: true }).loadWeights(withBias);
    await expect(load(branched({ useBias: true }))).rejects.toThrow(/"conv1\/bias" does not fit/);
  });

  test("is warned of where the file has more than the network", async () => {
    const x = input({ shape: [8, 8, 3] });
    const part = layers.conv2d({
      filters: 8,
      kernelSize: 3,
      useBias: false,
      name: "conv1",
    });
    const own = model({ inputs: x, outputs: part.apply(x) });
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const { unexpected } = await load(own, { onWarning });
    expect(unexpected).toHaveLength(20);
    expect(warnings.join()).toMatch(/20 weights that the model has no place for: bn1.weight/);
  });

  test("is refused where the weights are those of another architecture", async () => {
    await expect(load(row())).rejects.toThrow(/does not fit/);
    const own = branched();
    const before = await own.getWeights();
    await expect(own.loadWeights(fileOf("row.pth"))).rejects.toThrow(/does not fit/);
    expect(await own.getWeights()).toEqual(before);
  });

  test("is refused where numbers are whole ones", async () => {
    const bytes = new Uint8Array(readFileSync(fileOf("branched.safetensors")));
    const { tensors } = decodeSafetensors(bytes, "b");
    tensors.set("fc.bias", { data: new Int32Array(5), shape: [5] });
    const whole = encodeSafetensors({ tensors });
    await expect(branched().loadWeights(whole)).rejects.toThrow(/"fc.bias" holds whole numbers/);
  });

  test("is refused where a file holds no weights, or is no model for loadModel", async () => {
    const path = join(scratch, "model.pth");
    writeFileSync(path, readFileSync(fileOf("row.pth")));
    const { loadModel } = await import("../../src/index.ts");
    await expect(loadModel(path)).rejects.toThrow(/holds no model[\s\S]*call model.loadWeights/);
    const uint16 = join(import.meta.dirname, "torch-files/foreign.pth");
    await expect(row().loadWeights(uint16)).rejects.toThrow(/argparse.Namespace/);
  });
});
