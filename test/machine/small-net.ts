// A small network that trains on any device: one convolution, one pool, one dense layer, dropout and
// Adam. What it leaves behind depends on every bit of every step.

import { createHash } from "node:crypto";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Graph, Update } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Program } from "../../src/kernel/program.ts";
import type { Device, StepInputs } from "../../src/machine/device.ts";

const images = 16;
const classes = 3;

function adam(weight: Node, gradient: Node): Update[] {
  const name = (weight.attributes as { name: string }).name;
  const [mean, square] = ["mean", "square"].map((slot) => ops.state(`${name}.${slot}`, weight));
  const toward = (from: Node, to: Node, share: number) =>
    ops.add(from, ops.multiply(ops.subtract(to, from), ops.constant(share)));
  const nextMean = toward(mean, gradient, 0.1);
  const nextSquare = toward(square, ops.multiply(gradient, gradient), 0.001);
  const root = ops.add(ops.squareRoot(nextSquare), ops.constant(1e-7));
  const move = ops.multiply(ops.divide(nextMean, root), ops.constant(0.001));
  return [
    { state: weight, value: ops.subtract(weight, move) },
    { state: mean, value: nextMean },
    { state: square, value: nextSquare },
  ];
}

/** One training step: the loss goes out, weights and slots stay. */
export function smallNet(): Graph {
  const f32 = (...shape: number[]) => ({ shape, dtype: "f32" }) as const;
  const x = ops.input("x", f32(images, 9, 9, 2));
  const labels = ops.input("labels", { shape: [images], dtype: "i32" });
  const step = ops.state("step", { shape: [], dtype: "i32" });
  const filter = ops.state("filter", f32(3, 3, 2, 6));
  const bias = ops.state("bias", f32(6));
  const dense = ops.state("dense", f32(4 * 4 * 6, classes));
  const seen = ops.relu(ops.add(ops.conv2d(x, filter, { padding: "same" }), bias));
  const pooled = ops.maxPool(seen, { size: [2, 2] });
  const flat = ops.reshape(pooled, [images, 4 * 4 * 6]);
  const mask = ops.dropoutMask(step, { shape: flat.shape, rate: 0.25, seed: 3, stream: 1 });
  const logits = ops.matmul(ops.multiply(flat, mask), dense);
  const loss = ops.mean(ops.sparseSoftmaxCrossEntropy(logits, labels));
  const weights = [filter, bias, dense];
  const flowing = gradients(loss, weights, ops);
  return {
    outputs: { loss, logits },
    updates: [
      ...weights.flatMap((weight, i) => adam(weight, flowing[i])),
      { state: step, value: ops.add(step, ops.constant(1, [], "i32")) },
    ],
  };
}

/** The inputs of step `n`. */
export function smallBatch(n: number): StepInputs {
  const random = new RandomStream(7, n);
  return {
    x: Float32Array.from({ length: images * 9 * 9 * 2 }, () => random.normal()),
    labels: Int32Array.from({ length: images }, () => random.below(classes)),
  };
}

/** A device with `smallNet`, and places for its states, filled as at the start of training. */
export async function loadSmallNet(
  device: Device,
  stepsAtOnce: number,
  program: Program = compile("small", smallNet(), device.machine, ops),
) {
  const random = new RandomStream(1);
  const states = program.states.map(({ name, dtype, shape }) => {
    const length = sizeOf(shape);
    return { name, dtype, buffer: device.allocate(4 * length), length };
  });
  for (const { name, buffer, length } of states) {
    if (!["filter", "dense"].includes(name)) continue;
    await device.write(
      buffer,
      Float32Array.from({ length }, () => 0.2 * random.normal()),
    );
  }
  const buffers = new Map(states.map(({ name, buffer }) => [name, buffer]));
  const executable = await device.load(program, buffers, { stepsAtOnce });
  return { executable, states };
}

/** A digest of all states and outputs after `steps` steps, `stepsAtOnce` of them in each call. */
export async function trainSmallNet(
  device: Device,
  steps: number,
  stepsAtOnce = 1,
): Promise<string> {
  const { executable, states } = await loadSmallNet(device, stepsAtOnce);
  const hash = createHash("sha256");
  for (let step = 0; step < steps; step += stepsAtOnce) {
    const count = Math.min(stepsAtOnce, steps - step);
    const batches = Array.from({ length: count }, (_, i) => smallBatch(step + i));
    for (const { loss, logits } of await executable.run(batches)) {
      hash.update(loss as Float32Array).update(logits as Float32Array);
    }
  }
  for (const { dtype, buffer, length } of states) {
    hash.update(await device.read(buffer, dtype, length));
    device.free(buffer);
  }
  executable.dispose();
  return hash.digest("hex");
}
