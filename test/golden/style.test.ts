// The loss of style transfer and its gradient beside PyTorch's, and the steps of L-BFGS beside those of
// torch.optim.LBFGS (style/make.py).

import { expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";
import { lbfgs } from "../../src/vision/style/lbfgs.ts";
import type { Objective } from "../../src/vision/style/minimizer.ts";
import { styleLoss } from "../../src/vision/style/style-loss.ts";
import { networkWeights, uniform } from "./shared-numbers.ts";
import trajectories from "./style/lbfgs.json" with { type: "json" };
import cases from "./style/style.json" with { type: "json" };

const [height, width] = [13, 18];

const conv = (name: string, filters: number) =>
  layers.conv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" });

// Built for another size than that of the pictures.
const model = sequential(
  [
    layers.rescaling({ scale: 1, inputShape: [32, 32, 3] }),
    conv("conv1", 6),
    conv("conv2", 8),
    layers.maxPooling2d({ poolSize: 2 }),
    conv("conv3", 10),
    conv("conv4", 12),
    layers.flatten(),
    layers.dense({ units: 2, useBias: false }),
  ],
  { preprocess: { scale: 1 / 127.5, offset: -1 } },
);
await model.setWeights(networkWeights(model.network));

const bytes = ({ data, shape }: Tensor<Float32Array>): Tensor<Uint8Array> => ({
  data: Uint8Array.from(data, Math.round),
  shape,
});

const image = uniform(1, [height, width, 3], 0, 255);
const content = bytes(uniform(2, [height, width, 3], 0, 255));
const style = bytes(uniform(3, [15, 11, 3], 0, 255));

/** The difference, in parts of the largest number. */
function difference(found: ArrayLike<number>, wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - found[i]))) / largest;
}

test.each(["gatys", "relative"] as const)(
  "the loss with the normalization %s, its parts and its gradient are PyTorch's",
  async (normalization) => {
    const loss = await styleLoss(model, {
      content,
      style,
      normalization,
      contentLayers: ["conv4"],
      styleLayers: { conv1: 0.25, conv3: 0.75 },
      contentWeight: 2,
      styleWeight: 30,
      totalVariationWeight: 0.5,
    });
    const { gradient, ...parts } = await loss.evaluate(image);
    const { gradient: slope, ...wanted } = cases[normalization];
    for (const [name, value] of Object.entries(wanted)) {
      const found = parts[name as keyof typeof parts];
      expect(Math.abs(found / value - 1)).toBeLessThan(1e-5);
    }
    expect(gradient.shape).toEqual([height, width, 3]);
    expect(difference(gradient.data, slope)).toBeLessThan(1e-4);
  },
);

/** A curved valley, and a wave across it: what make.py has. */
const valley: Objective = async (x) => {
  let loss = 0;
  const gradient = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    loss += Math.cos(3 * x[i]);
    gradient[i] -= 3 * Math.sin(3 * x[i]);
    if (i + 1 === x.length) continue;
    const off = x[i + 1] - x[i] ** 2;
    loss += 20 * off ** 2 + (1 - x[i]) ** 2;
    gradient[i] -= 80 * x[i] * off + 2 * (1 - x[i]);
    gradient[i + 1] += 40 * off;
  }
  return { loss, gradient };
};

test.each(trajectories)(
  "L-BFGS with a history of $history and a rate of $rate takes the steps of torch.optim.LBFGS",
  async ({ history, rate, steps, evaluations }) => {
    const start = Float64Array.of(-1.2, 1, -0.5, 0.8, 0.3, -0.9);
    let place = 0;
    let asked = 0;
    for await (const step of lbfgs(valley, start, { history, learningRate: rate })) {
      const wanted = steps[place];
      expect(Math.abs(step.loss - wanted.loss)).toBeLessThan(1e-8);
      expect(difference(step.x, wanted.x)).toBeLessThan(1e-7);
      asked = step.evaluations;
      if (++place === steps.length) break;
    }
    expect(place).toBe(steps.length);
    expect(asked).toBe(evaluations);
  },
);
