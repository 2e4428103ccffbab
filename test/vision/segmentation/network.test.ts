// Networks for masks: every kind on several encoders gives scores of the size of the image, is stored in one file, and
// refuses what it cannot be.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel, openDevice, saveModel, vision, zoo } from "../../../src/index.ts";
import type { Device } from "../../../src/machine/device.ts";
import { telling } from "./pictures.ts";

let device: Device;
const folder = mkdtempSync(join(tmpdir(), "fovea-segmentation-"));
beforeAll(async () => {
  device = await openDevice({ threads: 1 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

describe("kinds and encoders", () => {
  // Strides from 1 and from 2, features that are not halves of each other, and a network that grows again.
  const encoders = [
    "resnet-20",
    "mobilenet-v2",
    "resnet-18",
    "inception-v3",
    "convnext-tiny",
    "unet",
  ];
  const table = encoders.flatMap((encoder) =>
    (["unet", "fcn", "deeplab-v3"] as const).map((kind) => [kind, encoder] as const),
  );

  test.each(table)("%s on %s gives each pixel its scores", async (kind, encoder) => {
    const inputShape = encoder === "inception-v3" ? [96, 128, 3] : [64, 96, 3];
    const model = await vision.segmentationNetwork({ kind, encoder, classes: 5, inputShape });
    expect(model.network.outputShape).toEqual([...inputShape.slice(0, 2), 5]);
    expect(model.name).toBe(`${kind}-${encoder}`);
    const [last] = model.network.outputs;
    expect(last.application.unit.options).toMatchObject({ activation: "softmax" });
  });

  test("every architecture of the zoo can be an encoder", async () => {
    const refused: string[] = [];
    for (const encoder of zoo.names) {
      const { inputShape } = await zoo.architecture(encoder);
      const channels = inputShape[2];
      const options = { encoder, inputShape: [128, 128, channels], classes: 2 };
      try {
        const { network } = await vision.segmentationNetwork(options);
        expect(network.outputShape, encoder).toEqual([128, 128, 2]);
      } catch (error) {
        refused.push(`${encoder}: ${(error as Error).message.split("\n")[0]}`);
      }
    }
    expect(refused).toEqual([]);
  }, 300_000);

  test("FCN-8s, -16s and -32s add the scores of three, two and one level", async () => {
    const counts = await Promise.all(
      ([8, 16, 32] as const).map(async (outputStride) => {
        const options = { kind: "fcn", encoder: "resnet-18", outputStride } as const;
        const { network } = await vision.segmentationNetwork({
          ...options,
          inputShape: [64, 64, 3],
        });
        return network.layers.filter(({ name }) => /^scores\d+$/.test(name)).length;
      }),
    );
    expect(counts).toEqual([3, 2, 1]);
  });

  test("without an encoder it is the zoo's U-Net, normalized unless told otherwise", async () => {
    const shape = { inputShape: [32, 32, 1], classes: 3 };
    const architecture = { filters: 4, depth: 2 };
    const plain = await vision.segmentationNetwork({
      ...shape,
      architecture: { ...architecture, batchNormalization: false },
    });
    const expected = await zoo.build("unet", { ...shape, ...architecture });
    expect(plain.network.parameterCount).toBe(expected.parameterCount);
    const usual = await vision.segmentationNetwork({ ...shape, architecture });
    const kinds = usual.network.layers.map(({ layer }) => layer.kind);
    expect(kinds).toContain("batchNormalization");
    expect(usual.preprocess).toEqual([{ scale: 1 / 255 }]);
  });

  test("one class ends in sigmoid, several in softmax", async () => {
    const architecture = { filters: 4, depth: 1 };
    const options = { architecture, inputShape: [8, 8, 1] };
    for (const [classes, activation] of [
      [1, "sigmoid"],
      [2, "softmax"],
    ] as const) {
      const { network } = await vision.segmentationNetwork({ ...options, classes });
      expect(network.outputShape).toEqual([8, 8, classes]);
      expect(network.outputs[0].application.unit.options).toMatchObject({ activation });
    }
  });

  test("takes the weights of the encoder from a file, and what they expect of pictures", async () => {
    const shape = { inputShape: [64, 64, 3], includeTop: false } as const;
    const base = await zoo.load("resnet-18", { ...shape, seed: 9, device });
    const path = join(folder, "resnet.safetensors");
    await base.saveWeights(path, { names: "torch" });
    const model = await vision.segmentationNetwork({
      encoder: "resnet-18",
      inputShape: shape.inputShape,
      weights: path,
      device,
    });
    const [there, here] = [await base.getWeights(), await model.getWeights()];
    for (const name of ["conv1/kernel", "layer4.1.bn2/gamma"]) {
      expect(here.get(name)?.data, name).toEqual(there.get(name)?.data);
    }
    const { preprocess } = await zoo.architecture("resnet-18");
    expect(model.preprocess).toEqual([preprocess]);
    await Promise.all([base.dispose(), model.dispose()]);
  }, 240_000);
});

describe("files", () => {
  test.each([
    ["keeps the scale of pictures", { classes: 3 }, "m.safetensors"],
    ["resizes pictures", { classes: 3, resize: true }, "r.keras"],
    ["says yes or no", { classes: 1 }, "b.safetensors"],
    ["is DeepLabV3", { kind: "deeplab-v3", encoder: "resnet-20" }, "d.safetensors"],
  ] as const)("a model that %s predicts the same from its file alone", async (_, options, name) => {
    const isEncoder = "encoder" in options;
    const model = await vision.segmentationNetwork({
      inputShape: [32, 32, 3],
      ...(isEncoder ? {} : { architecture: { filters: 4, depth: 2 } }),
      ...options,
      device,
    });
    const { image } = telling(50, 41, (y, x) => Math.floor((y + x) / 20) % 3);
    const before = await vision.predictMask(model, image);
    const path = join(folder, name);
    await saveModel(model, path);
    const { model: again } = await loadModel(path, { device });
    expect(await vision.predictMask(again, image)).toEqual(before);
    await Promise.all([model.dispose(), again.dispose()]);
  });
});

describe("what cannot be", () => {
  test.each([
    [{ kind: "u-net" }, 'did you mean "unet"?'],
    [{ encoder: "resnet-8" }, /resnet/],
    [{ kind: "fcn" }, "needs an encoder"],
    [{ weights: "imagenet" }, "weights"],
    [{ classes: 0 }, "classes"],
    [{ resize: 1 }, "resize"],
    [{ outputStride: 4 }, "outputStride"],
    [{ decoderFilters: [] }, "decoderFilters"],
    [{ class: 2 }, 'did you mean "classes"?'],
    [{ inputShape: [100, 100, 3] }, "multiples of 16"],
    [{ architecture: { filter: 3 } }, 'did you mean "filters"?'],
  ])("%j is refused", async (options, message) => {
    await expect(vision.segmentationNetwork(options as object)).rejects.toThrow(message);
  });

  test("a model that gives classes of pictures is refused by name", async () => {
    const classifier = await zoo.load("lenet-5", {});
    const image = telling(28, 28, () => 0).image;
    await expect(vision.predictMask(classifier, image)).rejects.toThrow(
      'the model "lenet-5" does not give every pixel of an image a class',
    );
  });
});
