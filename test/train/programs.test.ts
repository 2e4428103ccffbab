// Programs of one's own over a model's weights: gradients inside the network, images that are trained.

import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/index.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { ModelProgram } from "../../src/train/programs/model-program.ts";
import { sequential } from "../../src/train/sequential.ts";

const shape = [1, 6, 6, 1];

const classifier = () =>
  sequential(
    [
      layers.conv2d({
        name: "inner",
        filters: 2,
        kernelSize: 3,
        activation: "tanh",
        inputShape: [6, 6, 1],
      }),
      layers.flatten(),
      layers.dense({ name: "scores", units: 3 }),
    ],
    { seed: 3, device: new InterpreterDevice() },
  );

const noise = (length: number, seed: number) => {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.uniform() - 0.5);
};

/** Another value in place of one element. */
function nudge({ data, shape }: Tensor, at: number, by: number): Tensor {
  const nudged = Float32Array.from(data);
  nudged[at] += by;
  return { data: nudged, shape };
}

test("the gradient of a class score at an inner layer equals central differences", async () => {
  const model = classifier();
  const image = tensor(noise(36, 1), shape);
  const inside: ModelProgram = {
    name: "gradient at an inner layer",
    graph({ build, apply }) {
      const { outputs, activation } = apply(build.input("image", { shape, dtype: "f32" }));
      const score = build.sum(build.slice(outputs[0], [0, 1], [1, 1]));
      const inner = activation("inner");
      const [gradient] = gradients(score, [inner], build);
      return { outputs: { score, inner, gradient }, updates: [] };
    },
  };
  // The layers behind the inner one, by themselves.
  const behind: ModelProgram = {
    name: "score of an activation",
    graph({ build, weights }) {
      const inner = build.input("inner", { shape: [1, 4, 4, 2], dtype: "f32" });
      const kernel = weights.get("scores/kernel");
      if (kernel === undefined) throw new Error("the layer has no kernel");
      const scores = build.matmul(build.reshape(inner, [1, 32]), kernel);
      return { outputs: { score: build.sum(build.slice(scores, [0, 1], [1, 1])) }, updates: [] };
    },
  };
  const program = await model.compileProgram(inside);
  const scoring = await model.compileProgram(behind);
  const { score, inner, gradient } = await program.run({ image });
  expect((await scoring.run({ inner })).score.data[0]).toBeCloseTo(score.data[0], 6);
  expect(gradient.shape).toEqual([1, 4, 4, 2]);
  const step = 0.25;
  for (let i = 0; i < 32; i++) {
    const above = (await scoring.run({ inner: nudge(inner, i, step) })).score.data[0];
    const below = (await scoring.run({ inner: nudge(inner, i, -step) })).score.data[0];
    expect(gradient.data[i]).toBeCloseTo((above - below) / (2 * step), 5);
  }
  await program.dispose();
  await scoring.dispose();
});

test("the gradient of a class score for the image equals central differences", async () => {
  const model = classifier();
  const image = tensor(noise(36, 2), shape);
  const program = await model.compileProgram({
    name: "saliency",
    graph({ build, apply }) {
      const pixels = build.input("image", { shape, dtype: "f32" });
      const score = build.sum(build.slice(apply(pixels).outputs[0], [0, 2], [1, 1]));
      const [gradient] = gradients(score, [pixels], build);
      return { outputs: { score, gradient }, updates: [] };
    },
  });
  const { gradient } = await program.run({ image });
  const step = 1e-2;
  for (let i = 0; i < 36; i++) {
    const above = (await program.run({ image: nudge(image, i, step) })).score.data[0];
    const below = (await program.run({ image: nudge(image, i, -step) })).score.data[0];
    expect(gradient.data[i]).toBeCloseTo((above - below) / (2 * step), 3);
  }
});

test("an image that is a state is trained until its class wins", async () => {
  const model = classifier();
  const before = await model.getWeights();
  const first = tensor(noise(36, 4), shape);
  const program = await model.compileProgram(
    {
      name: "dream",
      graph({ build, apply }) {
        const image = build.state("image", { shape, dtype: "f32" });
        const score = build.sum(build.slice(apply(image).outputs[0], [0, 0], [1, 1]));
        const [gradient] = gradients(score, [image], build);
        const value = build.add(image, build.multiply(gradient, build.constant(0.1)));
        return { outputs: { score }, updates: [{ state: image, value }] };
      },
    },
    { image: first },
  );
  expect(await program.read("image")).toEqual(first);
  const scores: number[] = [];
  for (let i = 0; i < 30; i++) scores.push((await program.run()).score.data[0]);
  expect(scores.every((score, i) => i === 0 || score > scores[i - 1])).toBe(true);
  const { data } = await program.read("image");
  const predicted = await model.predict(tensor(Float32Array.from(data), shape));
  const seen = [...predicted.data];
  expect(seen.indexOf(Math.max(...seen))).toBe(0);
  expect(await model.getWeights()).toEqual(before);
  await program.write("image", first);
  expect((await program.run()).score.data[0]).toBe(scores[0]);
});

test("names that a program does not have are refused with a close one", async () => {
  const model = classifier();
  const make = (layer: string, states = {}) =>
    model.compileProgram(
      {
        name: "inner",
        graph({ build, apply }) {
          const image = build.input("image", { shape, dtype: "f32" });
          return { outputs: { inner: apply(image).activation(layer) }, updates: [] };
        },
      },
      states,
    );
  await expect(make("iner")).rejects.toThrow('did you mean "inner"?');
  await expect(make("inner", { image: tensor(new Float32Array(1), [1]) })).rejects.toThrow(
    'There is no state of the program "image".',
  );
  const program = await make("inner");
  const image = tensor(new Float32Array(36), shape);
  await expect(program.run({ imag: image })).rejects.toThrow('did you mean "image"?');
  await expect(program.run()).rejects.toThrow('The input "image" of the program does not fit.');
  await expect(program.run({ image: { ...image, shape: [36] } })).rejects.toThrow("[36]");
  await expect(program.read("image")).rejects.toThrow("There is no state");
});

test("a program goes with its model's memory", async () => {
  const model = classifier();
  const program = await model.compileProgram({
    name: "sum",
    graph({ build, weights }) {
      const bias = weights.get("scores/bias");
      if (bias === undefined) throw new Error("the layer has no bias");
      return { outputs: { sum: build.sum(bias) }, updates: [] };
    },
  });
  expect((await program.run()).sum.data[0]).toBe(0);
  await model.dispose();
  await expect(program.run()).rejects.toThrow("The program was disposed of.");
  await program.dispose();
});
