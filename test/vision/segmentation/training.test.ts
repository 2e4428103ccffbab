// The whole way: class weights from counts, losses, a network that learns discs in a few steps.

import { describe, expect, test } from "vitest";
import { callbacks, layers, losses, vision } from "../../../src/index.ts";
import { annotated, discs, telling } from "./pictures.ts";

describe("class weights", () => {
  test("count the pixels of every class", async () => {
    const picture = telling(10, 10, (y) => Number(y > 7));
    picture.target.data[0] = 255;
    const pictures = annotated([picture, picture], ["a", "b", "c"]);
    const counts = await vision.classCounts(pictures);
    expect(counts).toEqual([158, 40, 0]);
    expect(vision.classWeights(counts)).toEqual([198 / (2 * 158), 198 / (2 * 40), 0]);
  });

  test.each([
    ["balanced", [0.5 / 0.6, 0.5 / 0.3, 0.5 / 0.1].map((w) => (w * 2) / 3)],
    ["median", [0.5, 1, 3]],
    ["logarithmic", [0.6, 0.3, 0.1].map((p) => 1 / Math.log(1.02 + p))],
  ] as const)("%s", (weighting, expected) => {
    const weights = vision.classWeights([60, 30, 10], weighting);
    weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(expected[i], 12);
    });
  });

  test("a class without a name is refused", async () => {
    const pictures = annotated([telling(4, 4, () => 3)], ["a"]);
    await expect(vision.classCounts(pictures)).rejects.toThrow(
      "A mask has a class without a name.",
    );
  });
});

describe("learning", () => {
  const train = discs(24, 48, 1);
  const held = discs(8, 60, 2);
  const ways = [
    ["by cross-entropy and Dice", 2, {}],
    ["with one score and class weights", 1, { classWeights: [1, 3] }],
  ] as const;

  test.each(ways)(
    "%s, a small U-Net finds discs",
    async (_, classes, options) => {
      const model = await vision.segmentationNetwork({
        architecture: { filters: 8, depth: 2 },
        inputShape: [32, 32, 1],
        classes,
      });
      model.compile(vision.segmentationCompileOptions(model, { learningRate: 0.01, ...options }));
      const source = vision.segmentationSource(model, train, {
        augmentation: [layers.randomFlip()],
        patchesPerPicture: 2,
      });
      const validationData = vision.segmentationSource(model, held);
      const { history } = await model.fit(source, {
        ...{ epochs: 8, batchSize: 8, verbose: 0, validationData },
        callbacks: [callbacks.reduceLROnPlateau({ patience: 2 })],
      });
      expect(history.val_mean_io_u.at(-1)).toBeGreaterThan(0.8);
      const { meanIou, perClass } = await vision.assessSegmentation(model, held);
      expect(meanIou).toBeGreaterThan(0.85);
      expect(perClass.map(({ name }) => name)).toEqual(["ground", "disc"]);
      await source.close?.();
      await model.dispose();
    },
    240_000,
  );

  test("the Lovász loss alone finds them, too", async () => {
    const model = await vision.segmentationNetwork({
      architecture: { filters: 8, depth: 2 },
      inputShape: [32, 32, 1],
    });
    model.compile({ optimizer: "adam", loss: losses.lovaszSoftmax({ ignoreClass: 255 }) });
    model.learningRate = 0.01;
    const source = vision.segmentationSource(model, train, {
      augmentation: [],
      patchesPerPicture: 2,
    });
    await model.fit(source, { epochs: 8, batchSize: 8, verbose: 0 });
    expect((await vision.assessSegmentation(model, held)).meanIou).toBeGreaterThan(0.8);
    await model.dispose();
  }, 240_000);
});
