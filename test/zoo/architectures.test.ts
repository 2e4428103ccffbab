// The zoo against what was published: every architecture is built, counted, and held beside its numbers.

import { describe, expect, test } from "vitest";
import { compareFigures, zoo } from "../../src/zoo/index.ts";

const records = await Promise.all(zoo.names.map((name) => zoo.architecture(name)));
const named = records.map((record) => [record.name, record] as const);

test("each goes by the name under which it is found", () => {
  expect(records.map(({ name }) => name)).toEqual(zoo.names);
});

describe.each(named)("%s", (name, architecture) => {
  test("says what it is and where it comes from", () => {
    const { title, family, year, paper, description } = architecture;
    for (const text of [title, family, paper, description]) expect(text).not.toBe("");
    expect(year).toBeGreaterThan(1988);
    expect(paper).toMatch(/“.+”|, /);
  });

  test("has the published parameters and multiply-adds", () => {
    const comparisons = compareFigures(architecture);
    if (name !== "custom-cnn") expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ agrees }) => !agrees)).toEqual([]);
  });

  test("is built in time, and has the layers of its features", () => {
    const start = performance.now();
    const network = architecture.build();
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeLessThan(/152|b7$/.test(name) ? 5 : 2);
    expect(network.name).toBe(name);
    const layers = new Set(network.layers.map((layer) => layer.name));
    const features = Object.values(architecture.features());
    expect(features.length).toBeGreaterThan(0);
    expect(features.filter((feature) => !layers.has(feature))).toEqual([]);
  });

  test("ends as it is asked to", () => {
    const { inputShape } = architecture;
    const withClasses = architecture.build({ classes: 7 });
    expect(withClasses.outputShape.at(-1)).toBe(7);
    const last = architecture.build({ includeTop: false });
    const channels = last.outputShape[2];
    expect(last.outputShape).toHaveLength(3);
    const pooled = architecture.build({ includeTop: false, pooling: "avg", inputShape });
    expect(pooled.outputShape).toEqual([channels]);
  });
});

describe("a custom CNN", () => {
  test.each([
    // Convolutions, batch normalization, dense layers; biases only where nothing is normalized.
    [{}, 9 * (3 * 32 + 32 * 64 + 64 * 128) + 4 * 224 + 129 * 128 + 1290],
    [{ batchNormalization: false }, 9 * (3 * 32 + 32 * 64 + 64 * 128) + 224 + 129 * 128 + 1290],
    [{ depth: 1, width: 8, units: 0, dropout: 0 }, 9 * 3 * 8 + 4 * 8 + 90],
    [{ depth: 2, width: 4, convolutions: 2, units: 0 }, 9 * (12 + 16 + 32 + 64) + 8 * 12 + 90],
  ])("%j has %i parameters", async (options, parameters) => {
    expect((await zoo.build("custom-cnn", options)).parameterCount).toBe(parameters);
  });

  test.each(["max", "average", "stride"] as const)("%s halves the image", async (poolingLayer) => {
    const network = await zoo.build("custom-cnn", { poolingLayer, depth: 4, includeTop: false });
    expect(network.outputShape).toEqual([4, 4, 256]);
    const { features } = await zoo.architecture("custom-cnn");
    expect(Object.values(features({ depth: 4 })).at(-1)).toBe("block4_conv1_relu");
  });
});

describe("options", () => {
  test("an unknown name is answered with the closest", async () => {
    await expect(zoo.architecture("resnet-5")).rejects.toThrow('did you mean "resnet-50"?');
  });

  test("an unknown option is answered with the closest", async () => {
    const options = { inputshape: [32, 32, 3] };
    await expect(zoo.build("resnet-50" as string, options)).rejects.toThrow(
      'did you mean "inputShape"?',
    );
    const width = { widht: 0.5 };
    await expect(zoo.build("mobilenet-v2" as string, width)).rejects.toThrow(
      'did you mean "width"?',
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ["width", { width: -1 }],
    ["classes", { classes: 0 }],
    ["pooling", { pooling: "mean" }],
    ["includeTop", { includeTop: 1 }],
    ["inputShape", { inputShape: [32, 32] }],
  ])("%s is checked", async (option, options) => {
    await expect(zoo.build("mobilenet-v2" as string, options)).rejects.toThrow(option);
  });

  test("names from before are known", async () => {
    expect((await zoo.build("lenet")).name).toBe("lenet-5");
    expect((await zoo.build("resnet")).parameterCount).toBe(274_042);
  });

  test("images that do not fit are refused", async () => {
    await expect(zoo.build("unet", { inputShape: [100, 100, 1] })).rejects.toThrow(
      "multiples of 16",
    );
    await expect(zoo.build("inception-v3", { inputShape: [32, 32, 3] })).rejects.toThrow("Layer");
  });
});

describe("a loaded model", () => {
  test("does to bytes what its weights expect", async () => {
    const colour = await zoo.load("resnet-18", { inputShape: [32, 32, 3], classes: 3 });
    expect(colour.preprocess).toMatchObject([{ mean: [0.485, 0.456, 0.406] }]);
    const grey = await zoo.load("resnet-18", { inputShape: [32, 32, 1], classes: 3 });
    expect(grey.preprocess).toMatchObject([{ scale: 1 / 255, mean: expect.closeTo(0.449, 3) }]);
    await colour.dispose();
    await grey.dispose();
  });

  test("has weights at random, or says that there are none", async () => {
    await expect(zoo.load("simple-cnn", { weights: "imagenet" })).rejects.toThrow(
      "no published weights",
    );
  });
});
