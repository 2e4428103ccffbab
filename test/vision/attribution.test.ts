// What speaks for a box, and for a class of a mask, where it can be told by hand: the last convolution is linear, so that
// gradient times activation adds up to what it makes of its inputs.

import { describe, expect, test } from "vitest";
import { images, layers, type Model, sequential, tensor, vision } from "../../src/index.ts";

/** A picture `[height, width, 3]` of blobs. */
function picture(height: number, width: number) {
  const data = Uint8Array.from(
    { length: height * width * 3 },
    (_, i) => 127 + 120 * Math.sin(i * 0.05) * Math.cos((i / (3 * width)) * 0.2),
  );
  return tensor(data, [height, width, 3]) as ReturnType<typeof tensor> & { data: Uint8Array };
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe("vision.explainDetections", () => {
  const bias = Math.log(0.01 / 0.99);
  /** A detector that is surer than it is when training begins. */
  async function detector(): Promise<Model> {
    const model = await vision.detector({
      classes: ["a", "b"],
      backbone: "custom-cnn",
      backboneOptions: { depth: 4, width: 8, dropout: 0 },
      inputShape: [64, 64, 3],
      strides: [8, 16],
      width: 16,
      depth: 0,
      seed: 3,
    });
    const weights = await model.getWeights();
    const kernel = weights.get("classes/kernel");
    if (kernel === undefined) throw new Error("The detector has no classes.");
    const larger = { ...kernel, data: kernel.data.map((one) => 100 * one) };
    await model.setWeights(new Map([...weights, ["classes/kernel", larger]]));
    return model;
  }
  const photo = picture(48, 96);
  const all = { scoreThreshold: 0, iouThreshold: 1 } as const;

  test("explains the score of the point that gave the box", async () => {
    const model = await detector();
    const found = await vision.detect(model, photo, { ...all, maxDetections: 3 });
    const explained = await vision.explainDetections(model, photo, all);
    expect(explained).toHaveLength(3);
    for (const [i, { box, classIndex, score, attribution }] of explained.entries()) {
      expect(box).toEqual([...found.boxes.data.subarray(4 * i, 4 * i + 4)]);
      expect(classIndex).toBe(found.classes[i]);
      expect(score).toBe(found.scores[i]);
      expect(attribution.score).toBeCloseTo(score, 6);
      expect(attribution.classIndex).toBe(classIndex);
      expect(attribution.map.shape).toEqual([48, 96]);
      // The logit without its bias, times the slope of the sigmoid.
      const logit = Math.log(score / (1 - score));
      const whole = score * (1 - score) * (logit - bias);
      expect(Math.abs(sum(attribution.values.data) - whole)).toBeLessThan(1e-5 * Math.abs(whole));
      // The classes are read from three by three features; Winograd's convolution leaves its rounding elsewhere.
      const strengths = attribution.values.data.map(Math.abs);
      const rounding = 1e-5 * Math.max(...strengths);
      const seen = strengths.filter((one) => one > rounding);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.length).toBeLessThanOrEqual(9);
      const [rows] = attribution.values.shape;
      expect(attribution.layers).toEqual([`pyramid_${64 / rows}_relu`]);
      expect(attribution.reason).toContain(`${rows} x ${rows}`);
    }
    await model.dispose();
  });

  test("explains the boxes of the classes that are asked for, and tests their maps", async () => {
    const model = await detector();
    const found = await vision.detect(model, photo, all);
    for (const wanted of [0, 1]) {
      const rows = [...found.classes.keys()].filter((row) => found.classes[row] === wanted);
      const options = { ...all, classes: [wanted], maxDetections: 2 };
      const explained = await vision.explainDetections(model, photo, options);
      expect(explained.map(({ score }) => score)).toEqual(
        rows.slice(0, 2).map((row) => found.scores[row]),
      );
      expect(explained.every(({ trust }) => trust === undefined)).toBe(true);
    }
    const [{ score, trust }] = await vision.explainDetections(model, photo, {
      ...all,
      maxDetections: 1,
      trust: true,
    });
    // The score of the point that gave the box, not of all points.
    expect(trust?.probability).toBeCloseTo(score, 6);
    expect(trust?.words.length).toBeGreaterThan(2);
    await expect(vision.explainDetections(model, photo, { classes: [2] })).rejects.toThrow(
      "from 0 to 1",
    );
    await model.dispose();
  });

  test("takes other methods and layers, and refuses what is no detector", async () => {
    const model = await detector();
    const one = { ...all, maxDetections: 1 };
    const [seen] = await vision.explainDetections(model, photo, { ...one, method: "saliency" });
    expect(seen.attribution.layers).toEqual([]);
    const layer = "pyramid_16_relu";
    const [at] = await vision.explainDetections(model, photo, { ...one, method: "gradCam", layer });
    expect(at.attribution.layers).toEqual([layer]);
    const wrong = vision.explainDetections(model, photo, {
      ...one,
      method: "gradcam" as "gradCam",
    });
    await expect(wrong).rejects.toThrow("gradCam");
    await model.dispose();
    const dense = sequential([layers.dense({ units: 2, inputShape: [4] })]);
    await expect(vision.explainDetections(dense, photo)).rejects.toThrow("vision.detector");
    await dense.dispose();
  });
});

describe("vision.explainMask", () => {
  const network = (classes: number): Model =>
    sequential(
      [
        layers.conv2d({
          filters: 6,
          kernelSize: 3,
          padding: "same",
          activation: "relu",
          name: "features",
          inputShape: [32, 32, 3],
        }),
        layers.conv2d({
          filters: classes,
          kernelSize: 1,
          useBias: false,
          activation: classes === 1 ? "sigmoid" : "softmax",
        }),
      ],
      { seed: 5, preprocess: { scale: 1 / 255 } },
    );
  const photo = picture(40, 64);
  /** The photo as a network of that size sees it. */
  const seenBy = (side: number) => images.resize(photo, { size: [side, side] });

  test.each([3, 1])(
    "explains the mean score of a class over its pixels: %i scores",
    async (scores) => {
      const model = network(scores);
      const options = { method: "hiResCam", layer: "features" } as const;
      const explained = await vision.explainMask(model, photo, options);
      expect(explained.length).toBeGreaterThan(0);
      for (const { share, attribution } of explained) {
        expect(share).toBeGreaterThan(0);
        expect(attribution.map.shape).toEqual([40, 64]);
        const { score, values } = attribution;
        expect(Math.abs(sum(values.data) - score)).toBeLessThan(1e-4 * Math.abs(score));
        const seen = values.data.filter((value) => value !== 0).length / values.data.length;
        expect(seen).toBeLessThanOrEqual(share);
      }
      expect(explained.map(({ share }) => share)).toEqual(
        explained.map(({ share }) => share).sort((a, b) => b - a),
      );
      await model.dispose();
    },
  );

  test("tests a map at the pixels of its class", async () => {
    const model = network(3);
    const [{ classIndex, attribution, trust }] = await vision.explainMask(model, photo, {
      layer: "features",
      trust: true,
    });
    expect(trust?.probability).toBeCloseTo(attribution.probability, 6);
    const outputs = await model.predict({ ...seenBy(32), shape: [1, 32, 32, 3] });
    const ofClass = outputs.data.filter((_, i) => i % 3 === classIndex);
    const isFound = (pixel: number) =>
      [0, 1, 2].every((k) => outputs.data[3 * pixel + k] <= outputs.data[3 * pixel + classIndex]);
    const there = ofClass.filter((_, pixel) => isFound(pixel));
    expect(there.length).toBeLessThan(ofClass.length);
    expect(attribution.probability).toBeCloseTo(sum(there) / there.length, 5);
    await model.dispose();
  });

  test("names the classes that were found where another is asked for", async () => {
    const model = await vision.segmentationNetwork({
      architecture: { filters: 4 },
      inputShape: [32, 32, 3],
      classes: 3,
      seed: 1,
    });
    const [{ classIndex, attribution }] = await vision.explainMask(model, photo);
    expect(attribution.reason).toContain("the coarsest layer (2 x 2)");
    const found = await vision.explainMask(model, photo);
    const missing = [0, 1, 2].find((one) => found.every((other) => other.classIndex !== one));
    expect(classIndex).toBe(found[0].classIndex);
    if (missing !== undefined && missing > 0) {
      await expect(vision.explainMask(model, photo, { classes: [missing] })).rejects.toThrow(
        "were found",
      );
    }
    await expect(vision.explainMask(model, photo, { classes: [7] })).rejects.toThrow("0 to 2");
    await model.dispose();
  });
});
