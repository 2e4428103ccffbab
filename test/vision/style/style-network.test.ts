// The fast form: a network that is trained by the distances of style transfer, saved, and used at any size.

import { expect, test } from "vitest";
import { decodeModel } from "../../../src/train/load.ts";
import { encodeModel } from "../../../src/train/save.ts";
import { applyStyleNetwork } from "../../../src/vision/style/apply-style-network.ts";
import { styleNetwork } from "../../../src/vision/style/style-network.ts";
import { trainStyleNetwork } from "../../../src/vision/style/train-style-network.ts";
import { disc, network, stripes } from "./pictures.ts";

const inputShape = [32, 32, 3];
const small = { inputShape, filters: 4, blocks: 1, seed: 2 };

/** Discs in many places, `[N, 32, 32, 3]`. */
function photographs(count: number) {
  const data = new Uint8Array(count * 32 * 32 * 3);
  for (let n = 0; n < count; n++) {
    const whole = disc(32 + 2 * n, 40);
    for (let y = 0; y < 32; y++) {
      const row = whole.data.subarray(((y + n) * 40 + n) * 3, ((y + n) * 40 + n + 32) * 3);
      data.set(row, (n * 32 + y) * 32 * 3);
    }
  }
  return { data, shape: [count, ...inputShape] };
}

test("pictures go in and pictures come out, of Johnson's widths", async () => {
  const model = styleNetwork();
  expect(model.network.inputShape).toEqual([256, 256, 3]);
  expect(model.network.outputShape).toEqual([256, 256, 3]);
  // 9 x 9 x 3 x 32, 3 x 3 x 32 x 64, 3 x 3 x 64 x 128, ten of 3 x 3 x 128 x 128, the way back, and the norms.
  const kernels = 7776 + 18432 + 73728 + 10 * 147456 + 73728 + 18432 + 7776;
  expect(model.network.parameterCount).toBe(kernels + 3 + 2 * (32 + 64 + 128 + 10 * 128 + 64 + 32));
});

test("training brings the style nearer, and leaves the network that compares as it was", async () => {
  const painter = styleNetwork(small);
  const features = network();
  const before = await features.getWeights();
  const history = await trainStyleNetwork(painter, photographs(8), stripes(32, 32), {
    features,
    epochs: 12,
    batchSize: 4,
    learningRate: 5e-3,
    styleWeight: 10,
    totalVariationWeight: 1,
    verbose: 0,
  });
  const { loss, style_loss: style, content_loss: content } = history.history;
  expect(loss.length).toBe(12);
  expect(loss[11]).toBeLessThan(0.7 * loss[0]);
  expect(style[11]).toBeLessThan(style[0]);
  expect(content.every(Number.isFinite)).toBe(true);
  expect(await features.getWeights()).toEqual(before);
  for (const { layer } of features.network.layers) expect(layer.trainable).toBe(true);

  // Saved and loaded it paints the same, at its own size and at another one.
  const { model: loaded } = await decodeModel(
    await encodeModel(painter, { format: "safetensors" }),
  );
  const photo = disc(45, 70);
  const painted = await applyStyleNetwork(painter, photo);
  expect(painted.shape).toEqual([45, 70, 3]);
  expect(await applyStyleNetwork(loaded, photo)).toEqual(painted);
  expect((await applyStyleNetwork(loaded, photo, { size: 140 })).shape).toEqual([90, 140, 3]);
  const whole = disc(32, 32);
  const { data } = await loaded.predict({ data: whole.data, shape: [1, ...inputShape] });
  const here = await applyStyleNetwork(loaded, whole);
  const apart = here.data.map((value, i) => Math.abs(value - Math.min(255, Math.max(0, data[i]))));
  expect(Math.max(...apart)).toBeLessThanOrEqual(1);
  await features.dispose();
  await painter.dispose();
  await loaded.dispose();
}, 240_000);

test("what cannot be used is refused", async () => {
  expect(() => styleNetwork({ inputShape: [30, 32, 3] })).toThrow(/multiples of 4/);
  expect(() => styleNetwork({ inputShape: [32, 32, 1] })).toThrow(/\[H, W, 3\]/);
  expect(() => styleNetwork({ filters: 0 })).toThrow(/filters/);
  expect(() => styleNetwork({ filter: 3 } as object)).toThrow(/filters/);
  const painter = styleNetwork(small);
  await expect(applyStyleNetwork(network(), disc(32, 32))).rejects.toThrow(
    /no pictures of pictures/,
  );
  await expect(applyStyleNetwork(painter, disc(2, 900))).rejects.toThrow(/too narrow/);
  const training = trainStyleNetwork(painter, photographs(2), stripes(32, 32), {
    features: network(),
    batchsize: 2,
  } as object);
  await expect(training).rejects.toThrow(/batchSize/);
});
