// Sums of millions of terms keep their digits: reductions, and the filter gradients of large images by
// every schedule, against sums in f64. All terms are positive, the worst case: one after another in
// f32, a sum of four millions is off by about 1e-3.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { allStages } from "../../src/kernel/program.ts";
import type { Precision } from "../../src/kernel/schedules/schedule.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { widths } from "../machine/x64/widths.ts";
import { runCompiled } from "./compiled.ts";

/** Relative; every term is rounded to f32 by itself, to 6e-8. */
const tolerance = 2e-6;

const present = widths.filter(({ missing }) => missing === undefined);
const targets: [string, () => Promise<Device>][] = [
  ["wasm", () => WasmDevice.open({ threads: 2 })],
  ...present.map(({ name, width }): [string, () => Promise<Device>] => [
    name,
    () => X64Device.open({ threads: 2, width }),
  ]),
];

/** Numbers from 0.5 to 1.5. */
function positive(shape: Shape, stream: number): Tensor<Float32Array<ArrayBuffer>> {
  const random = new RandomStream(7, stream);
  const data = new Float32Array(sizeOf(shape));
  // A thousand draws, over and over: drawing millions would take longer than adding them.
  const draws = Float32Array.from({ length: 1009 }, () => 0.5 + random.uniform());
  for (let i = 0; i < data.length; i++) data[i] = draws[i % draws.length];
  return tensor(data, shape);
}

const input = (name: string, shape: Shape) => ops.input(name, { shape, dtype: "f32" });

interface Reduction {
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/** By where the long axis lies: alone, before and behind the results, and behind a short one. */
const reductions: Reduction[] = [
  { shape: [4_000_000], axes: [0] },
  { shape: [1, 1000, 1000, 3], axes: [0, 1, 2] },
  { shape: [3, 1_000_000], axes: [1] },
  { shape: [2, 3, 500_000], axes: [0, 2] },
  { shape: [20_000, 1100], axes: [0] },
];

interface Gradient {
  readonly image: Shape;
  readonly filters: number;
  readonly taps: number;
  readonly groups?: number;
  readonly precision?: Precision;
  /** A part of the name of the kernel that is meant. */
  readonly kernel: string;
}

const gradientCases: Gradient[] = [
  { image: [1, 2000, 2000, 1], filters: 1, taps: 1, kernel: "filterGradient" },
  { image: [1, 1000, 1000, 2], filters: 5, taps: 3, kernel: "filterGradient" },
  { image: [2, 1000, 1000, 1], filters: 3, taps: 3, kernel: "filterGradient" },
  { image: [3, 500, 500, 1], filters: 3, taps: 3, kernel: "narrowFilterGradient" },
  { image: [1, 700, 700, 2], filters: 2, taps: 3, groups: 2, kernel: "depthwiseFilterGradient" },
  {
    image: [1, 600, 600, 32],
    filters: 32,
    taps: 3,
    precision: "fast",
    kernel: "winogradFilterGradient",
  },
];

describe.each(targets)("on %s", (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  const run = async (y: Node, sources: Record<string, Tensor>, precision?: Precision) =>
    (await runCompiled(device, { outputs: { y }, updates: [] }, sources, precision)).outputs.y;

  test.each(reductions)("the sum of $shape over $axes", async ({ shape, axes }) => {
    const x = positive(shape, 1);
    const node = input("x", shape);
    const sums = await run(ops.sum(node, { axes }), { x });
    const means = await run(ops.mean(node, { axes }), { x });
    const exact = new Float64Array(sums.length);
    const inner = shape.reduce((size, n, a) => (a > Math.max(...axes) ? size * n : size), 1);
    const middle = axes.length === 2 ? shape[2] : sizeOf(shape) / inner / sums.length;
    x.data.forEach((value, i) => {
      const at = inner === sums.length ? i % inner : Math.floor(i / (inner * middle)) % sums.length;
      exact[at] += value;
    });
    const count = x.data.length / sums.length;
    exact.forEach((value, i) => {
      expect(Math.abs(sums[i] / value - 1)).toBeLessThan(tolerance);
      expect(Math.abs(means[i] / (value / count) - 1)).toBeLessThan(tolerance);
    });
  });

  test("the variance of a million numbers beside a large mean", async () => {
    const x = positive([1_000_000], 1);
    for (let i = 0; i < x.data.length; i++) x.data[i] += 100;
    const node = input("x", [1_000_000]);
    const distance = ops.subtract(node, ops.mean(node));
    const [variance] = await run(ops.mean(ops.multiply(distance, distance)), { x });
    const mean = x.data.reduce((sum, value) => sum + value, 0) / x.data.length;
    const exact = x.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.data.length;
    expect(Math.abs(variance / exact - 1)).toBeLessThan(1e-4);
  });

  test("a matrix product that sums 400,000 rows", async () => {
    const [a, b] = [positive([400_000, 3], 1), positive([400_000, 5], 2)];
    const product = ops.matmul(input("a", a.shape), input("b", b.shape), { transposeA: true });
    const received = await run(product, { a, b });
    for (const [i, j] of [
      [0, 0],
      [2, 4],
    ]) {
      let exact = 0;
      for (let row = 0; row < 400_000; row++) exact += a.data[3 * row + i] * b.data[5 * row + j];
      expect(Math.abs(received[5 * i + j] / exact - 1)).toBeLessThan(tolerance);
    }
  });

  test.each(gradientCases)(
    "the filter gradient of $image by $filters filters of $taps taps, $kernel",
    async ({ image: shape, filters, taps, groups = 1, precision = "exact", kernel }) => {
      const [images, height, width, channels] = shape;
      const [image, gradient] = [positive(shape, 1), positive([...shape.slice(0, 3), filters], 2)];
      const y = ops.conv2dFilterGradient(input("image", shape), input("gradient", gradient.shape), {
        filterShape: [taps, taps, channels / groups, filters],
        padding: "same",
        groups,
      });
      const program = compile("test", { outputs: { y }, updates: [] }, device.machine, ops, {
        precision,
      });
      const names = allStages(program)
        .flat()
        .map((launch) => launch.kernel.name);
      expect(names.some((name) => name.endsWith(`.${kernel}`))).toBe(true);
      const received = await run(y, { image, gradient }, precision);
      const perGroup = channels / groups;
      /** In f64, of one element of the filter. */
      const exactAt = (r: number, s: number, c: number, k: number) => {
        const channel = c + perGroup * Math.floor((k * groups) / filters);
        const before = (taps - 1) / 2;
        let sum = 0;
        for (let n = 0; n < images; n++) {
          for (let p = Math.max(0, before - r); p < Math.min(height, height + before - r); p++) {
            for (let q = Math.max(0, before - s); q < Math.min(width, width + before - s); q++) {
              const pixel = (n * height + p + r - before) * width + q + s - before;
              const place = (n * height + p) * width + q;
              sum += image.data[pixel * channels + channel] * gradient.data[place * filters + k];
            }
          }
        }
        return sum;
      };
      const last = taps - 1;
      for (const [r, s, c, k] of [
        [0, 0, 0, 0],
        [last >> 1, last, perGroup - 1, filters - 1],
      ]) {
        const at = ((r * taps + s) * perGroup + c) * filters + k;
        const error = Math.abs(received[at] / exactAt(r, s, c, k) - 1);
        // Winograd's maps cancel: decision 9.
        expect(error).toBeLessThan(precision === "fast" ? 2e-5 : tolerance);
      }
    },
  );
});
