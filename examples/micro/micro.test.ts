// The naive network beside the compiled one, number by number: what micro.ts says in plain loops is
// what Fovea does.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import * as micro from "./micro.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const f32 = (shape: readonly number[]) => ({ shape, dtype: "f32" }) as const;

/** The largest difference, relative to the largest number. */
function difference(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(received.length).toBe(expected.length);
  const size = Array.from(expected, Math.abs).reduce((a, b) => Math.max(a, b), 0);
  const apart = Array.from(expected, (value, i) => Math.abs(value - received[i]));
  return apart.reduce((a, b) => Math.max(a, b), 0) / size;
}

const read = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");

test("micro.ts imports nothing", () => {
  expect(read("micro.ts")).not.toMatch(/^import|\bimport\(|\brequire\(/m);
});

test("micro.ts prints what its README shows", () => {
  const lines: string[] = [];
  micro.main((line) => lines.push(line));
  const trimmed = (text: string) => text.replaceAll(/ +$/gm, "");
  const shown = /```console\n\$ npx tsx [^\n]*\n([\s\S]*?)```/.exec(read("README.md"))?.[1];
  expect(trimmed(`${lines.join("\n")}\n`)).toBe(shown);
});

describe("the convolution", () => {
  const random = micro.randomFrom(3);
  const image = micro.value([2, 6, 7, 3]);
  const filter = micro.value([3, 2, 3, 5]);
  const result = micro.conv2d(image, filter);
  for (const { data } of [image, filter]) data.set(Array.from(data, () => random() - 0.5));
  result.forward();
  result.gradient.set(Array.from(result.data, () => random() - 0.5));
  result.backward();

  test("and both of its gradients are those of the engine", async () => {
    const [x, w, g] = [
      ops.input("image", f32(image.shape)),
      ops.input("filter", f32(filter.shape)),
      ops.input("gradient", f32(result.shape)),
    ];
    const outputs = {
      result: ops.conv2d(x, w),
      image: ops.conv2dInputGradient(g, w, { imageShape: image.shape }),
      filter: ops.conv2dFilterGradient(x, g, { filterShape: filter.shape }),
    };
    const program = compile("convolution", { outputs, updates: [] }, device.machine, ops);
    const executable = await device.load(program, new Map());
    const inputs = { image: image.data, filter: filter.data, gradient: result.gradient };
    const [received] = await executable.run([inputs]);
    expect(difference(received.result, result.data)).toBeLessThan(1e-6);
    expect(difference(received.image, image.gradient)).toBeLessThan(1e-6);
    expect(difference(received.filter, filter.gradient)).toBeLessThan(1e-6);
    executable.dispose();
  });
});

/** The network of micro.ts in Fovea's ops, with one step downhill. */
function compiledNetwork(net: micro.Network, learningRate: number): Graph {
  const image = ops.input("image", f32(net.image.shape));
  const labels = ops.input("labels", { shape: [net.labels.length], dtype: "i32" });
  const weights = net.weights.map(({ shape }, i) => ops.state(`weights${i}`, f32(shape)));
  const seen = ops.relu(ops.conv2d(image, weights[0]));
  const means = ops.mean(seen, { axes: [1, 2], keepDimensions: true });
  const logits = ops.reshape(ops.conv2d(means, weights[1]), [net.labels.length, 2]);
  const loss = ops.mean(ops.sparseSoftmaxCrossEntropy(logits, labels));
  const flowing = gradients(loss, weights, ops);
  const updates = weights.map((state, i) => {
    const step = ops.multiply(flowing[i], ops.constant(learningRate));
    return { state, value: ops.subtract(state, step) };
  });
  const [first, second] = flowing;
  return { outputs: { loss, logits, first, second }, updates };
}

describe("the network", () => {
  test("has the gradients that small changes of its weights show", () => {
    const random = micro.randomFrom(4);
    const net = micro.network(4, random);
    const order = micro.orderOf(net.loss);
    micro.paint(net, random);
    micro.differentiate(order);
    const lossNow = () => {
      for (const node of order) node.forward();
      return net.loss.data[0];
    };
    for (const { data, gradient } of net.weights) {
      const slopes = Array.from(data, (before, i) => {
        data[i] = before + 1e-5;
        const above = lossNow();
        data[i] = before - 1e-5;
        const below = lossNow();
        data[i] = before;
        return (above - below) / 2e-5;
      });
      expect(difference(gradient, slopes)).toBeLessThan(1e-6);
    }
  });

  test("takes the same way downhill as the compiled one, a hundred steps long", async () => {
    const random = micro.randomFrom(5);
    const net = micro.network(16, random);
    const order = micro.orderOf(net.loss);
    const program = compile("micro", compiledNetwork(net, 1), device.machine, ops);
    const places = net.weights.map(({ data }, i) => {
      const buffer = device.allocate(4 * data.length);
      return { name: `weights${i}`, buffer, data, length: data.length };
    });
    for (const { buffer, data } of places) await device.write(buffer, Float32Array.from(data));
    const buffers = new Map(places.map(({ name, buffer }) => [name, buffer]));
    const executable = await device.load(program, buffers);
    const losses: number[] = [];
    for (let step = 0; step < 100; step++) {
      micro.paint(net, random);
      micro.differentiate(order);
      const [received] = await executable.run([{ image: net.image.data, labels: net.labels }]);
      expect(difference(received.loss, net.loss.data)).toBeLessThan(1e-4);
      expect(difference(received.logits, net.logits.data)).toBeLessThan(1e-4);
      expect(difference(received.first, net.weights[0].gradient)).toBeLessThan(1e-3);
      expect(difference(received.second, net.weights[1].gradient)).toBeLessThan(1e-3);
      micro.descend(net, 1);
      for (const [i, { buffer, length }] of places.entries()) {
        const after = await device.read(buffer, "f32", length);
        expect(difference(after, net.weights[i].data)).toBeLessThan(1e-5);
      }
      losses.push(net.loss.data[0]);
    }
    expect(losses[0]).toBeGreaterThan(0.6);
    expect(Math.min(...losses)).toBeLessThan(0.3);
    executable.dispose();
  });

  test("learns to tell lying bars from standing ones", () => {
    const lines: string[] = [];
    const net = micro.train(300, (line) => lines.push(line));
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^step {3}0 {3}loss 0\.[67]/);
    expect(micro.accuracy(net, micro.randomFrom(2))).toBeGreaterThan(0.99);
    expect(micro.draw(net).split("\n")).toHaveLength(3);
  });

  test("knows nothing before it has learned", () => {
    const net = micro.network(32, micro.randomFrom(9));
    expect(micro.accuracy(net, micro.randomFrom(2))).toBeLessThan(0.7);
  });
});
