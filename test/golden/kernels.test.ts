// The kernels of three small graphs as text. A change that is not meant to change any kernel leaves
// these files as they are; after one that is, `npx vitest run test/golden/kernels.test.ts -u` writes
// them anew, and the difference is there to be read.

import { join } from "node:path";
import { expect, test } from "vitest";
import { atOnce } from "../../src/core/slices.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { MachineDescription } from "../../src/kernel/machine-description.ts";
import { printProgram } from "../../src/kernel/print.ts";
import { verifyProgram } from "../../src/kernel/verify.ts";

const machine: MachineDescription = {
  execution: "vectors",
  lanes: 4,
  registers: 15,
  foldsBroadcast: false,
  bodySteps: 1,
  prefetches: false,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
};

const f32 = (...shape: number[]) => ({ shape, dtype: "f32" }) as const;

/** Images of 3 by 3 pixels and 2 channels; 5 filters: one vector and one lane more. */
function convolution(): Graph {
  const image = ops.input("image", f32(2, 3, 3, 2));
  const filter = ops.state("filter", f32(3, 3, 2, 5));
  const bias = ops.state("bias", f32(5));
  const result = ops.relu(ops.add(ops.conv2d(image, filter, { padding: "same" }), bias));
  return { outputs: { result }, updates: [] };
}

/** One step of Adam, on ten weights. */
function adam(): Graph {
  const gradient = ops.input("gradient", f32(10));
  const step = ops.input("step", f32());
  const [weight, mean, square] = ["weight", "mean", "square"].map((n) => ops.state(n, f32(10)));
  const toward = (from: typeof weight, to: typeof weight, share: number) =>
    ops.add(from, ops.multiply(ops.subtract(to, from), ops.constant(share)));
  const nextMean = toward(mean, gradient, 0.1);
  const nextSquare = toward(square, ops.multiply(gradient, gradient), 0.001);
  const scale = ops.add(ops.squareRoot(nextSquare), ops.constant(1e-7));
  const next = ops.subtract(weight, ops.divide(ops.multiply(step, nextMean), scale));
  return {
    outputs: {},
    updates: [
      { state: weight, value: next },
      { state: mean, value: nextMean },
      { state: square, value: nextSquare },
    ],
  };
}

/** Three images of a data set of bytes, by their places, scaled to [0, 1]; and their largest. */
function batch(): Graph {
  const images = ops.state("images", { shape: [7, 6], dtype: "u8" });
  const places = ops.input("places", { shape: [3], dtype: "i32" });
  const bytes = ops.cast(ops.gather(images, places), "f32");
  const scaled = ops.multiply(bytes, ops.constant(1 / 255));
  return { outputs: { scaled, largest: ops.argMaximum(scaled, 1) }, updates: [] };
}

test.each([
  ["batch", batch],
  ["convolution", convolution],
  ["adam", adam],
])("the kernels of %s are those in test/golden/kernels", async (name, graph) => {
  const program = compile(name, graph(), machine, ops);
  atOnce(verifyProgram(program));
  const text = printProgram(program);
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "kernels", `${name}.txt`));
});
