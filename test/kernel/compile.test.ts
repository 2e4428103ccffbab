// What a step may do to memory: states take their values at its end, outputs show what they were
// before, and what no kernel wrote is never read. Random graphs in test/conformance found each case.

import { describe, expect, test } from "vitest";
import type { NumericArray } from "../../src/core/dtype.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { usesOf } from "../../src/kernel/plan.ts";
import { printKernel } from "../../src/kernel/print.ts";
import { allStages } from "../../src/kernel/program.ts";
import type { DeviceBuffer } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { type Outcome, runCompiled, runReference } from "../conformance/compiled.ts";

/** An interpreter whose memory is full of large numbers, where nothing was written. */
class DirtyInterpreter extends InterpreterDevice {
  override allocate(bytes: number): DeviceBuffer {
    const buffer = super.allocate(bytes);
    this.view("u8", this.addressOf(buffer), bytes).fill(0x7f);
    return buffer;
  }
}

const numbers = (values: number[], shape = [values.length]) =>
  tensor(new Float64Array(values), shape);

/** Everything as plain numbers. */
function plain(named: Readonly<Record<string, NumericArray>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(named).map(([name, data]) => [name, Array.from(data)]));
}

/** Runs one step; it must leave behind what the reference does. */
async function step(graph: Graph, sources: Record<string, Tensor>) {
  const received = await runCompiled(new DirtyInterpreter(), graph, sources);
  const expected: Outcome = runReference(graph, sources);
  expect(plain(received.outputs)).toEqual(plain(expected.outputs));
  expect(plain(received.states)).toMatchObject(plain(expected.states));
  return { outputs: plain(received.outputs), states: plain(received.states) };
}

const a = ops.state("a", { shape: [2, 3], dtype: "f32" });
const b = ops.state("b", { shape: [2, 3], dtype: "f32" });
const row = ops.state("row", { shape: [6], dtype: "f32" });
const sources = {
  a: numbers([1, 2, 3, 4, 5, 6], [2, 3]),
  b: numbers([10, 20, 30, 40, 50, 60], [2, 3]),
  row: numbers([0, 0, 0, 1, 1, 1]),
};
const one = ops.constant(1);

describe("states", () => {
  test("change places where each takes the other's value", async () => {
    const updates = [
      { state: a, value: b },
      { state: b, value: a },
    ];
    const { states } = await step({ outputs: {}, updates }, sources);
    expect(states).toMatchObject({ a: [10, 20, 30, 40, 50, 60], b: [1, 2, 3, 4, 5, 6] });
  });

  test("that are updated from each other see the values before the step", async () => {
    const updates = [
      { state: a, value: ops.add(a, b) },
      { state: b, value: ops.subtract(a, b) },
    ];
    const { states } = await step({ outputs: {}, updates }, sources);
    expect(states.b).toEqual([-9, -18, -27, -36, -45, -54]);
  });

  test("that a later update reads in another shape are read before they change", async () => {
    const updates = [
      { state: a, value: ops.add(a, one) },
      { state: row, value: ops.add(row, ops.reshape(a, [6])) },
    ];
    const { states } = await step({ outputs: {}, updates }, sources);
    expect(states.row).toEqual([1, 2, 3, 5, 6, 7]);
  });

  test("that are updated by their own elements elsewhere take none of the new ones", async () => {
    const turned = ops.reshape(ops.transpose(ops.reshape(a, [3, 2]), [1, 0]), [2, 3]);
    const { states } = await step({ outputs: {}, updates: [{ state: a, value: turned }] }, sources);
    expect(states.a).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test("take a constant, an input, and one value for two", async () => {
    const input = ops.input("input", { shape: [6], dtype: "f32" });
    const sum = ops.add(a, b);
    const updates = [
      { state: row, value: input },
      { state: a, value: sum },
      { state: b, value: sum },
    ];
    await step({ outputs: {}, updates }, { ...sources, input: numbers([6, 5, 4, 3, 2, 1]) });
    const constant = ops.constant(7, [6]);
    await step({ outputs: {}, updates: [{ state: row, value: constant }] }, sources);
  });
});

describe("outputs", () => {
  test("that are states show what they were before the step", async () => {
    const outputs = { a, flat: ops.reshape(a, [6]), b };
    const updates = [{ state: a, value: ops.add(a, one) }];
    const received = await step({ outputs, updates }, sources);
    expect(received.outputs.a).toEqual([1, 2, 3, 4, 5, 6]);
    expect(received.outputs.flat).toEqual([1, 2, 3, 4, 5, 6]);
    expect(received.states.a).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test("may be inputs, constants, bytes, one node twice, and shapes of each other", async () => {
    const bytes = ops.input("bytes", { shape: [2, 2], dtype: "u8" });
    const labels = ops.input("labels", { shape: [3], dtype: "i32" });
    const sum = ops.add(a, b);
    const outputs = {
      bytes,
      row: ops.reshape(bytes, [4]),
      turned: ops.transpose(bytes, [1, 0]),
      rows: ops.gather(bytes, labels),
      labels,
      next: ops.add(labels, ops.constant(1, [], "i32")),
      constant: ops.constant(2, [3]),
      sum,
      again: sum,
      flat: ops.reshape(sum, [3, 2]),
    };
    await step(
      { outputs, updates: [{ state: a, value: sum }] },
      {
        ...sources,
        bytes: tensor(new Uint8Array([0, 127, 128, 255]), [2, 2]),
        labels: tensor(new Int32Array([1, 0, 1]), [3]),
      },
    );
  });
});

describe("constants", () => {
  test("exist as bytes where a read may fall beside them", async () => {
    const ones = ops.constant(1, [2, 3]);
    const outputs = {
      padded: ops.pad(ones, [1, 0], [0, 1], 5),
      joined: ops.concatenate([a, ones], 1),
      summed: ops.sum(ops.pad(ones, [0, 2], [1, 0]), { axes: [0] }),
    };
    await step({ outputs, updates: [] }, sources);
  });
});

describe("kernels", () => {
  test("are shared by what differs in nothing, not even in the sign of zero", async () => {
    const x = ops.input("x", { shape: [2], dtype: "f32" });
    const outputs = { zero: ops.pad(x, [1], [0], 0), negative: ops.pad(x, [1], [0], -0) };
    const received = await step({ outputs, updates: [] }, { x: numbers([1, 2]) });
    expect(received.outputs).toEqual({ zero: [0, 1, 2], negative: [-0, 1, 2] });
  });
});

describe("windows", () => {
  const image = ops.input("image", { shape: [1, 2, 2, 1], dtype: "f32" });
  const values = { image: numbers([1, 2, 3, 4], [1, 2, 2, 1]) };

  test("that lie in the padding entirely give no gradient to anyone", async () => {
    const padding = { top: 2, bottom: 0, left: 0, right: 3 };
    const options = { size: [2, 2], strides: [1, 1], padding } as const;
    const pooled = ops.averagePool(image, options);
    const gradient = ops.constant(1, pooled.shape);
    const outputs = {
      maximum: ops.maxPoolGradient(image, gradient, options),
      average: ops.averagePoolGradient(gradient, { ...options, imageShape: image.shape }),
    };
    await step({ outputs, updates: [] }, values);
  });

  test("of one channel and one filter turn around for the gradient of the image", async () => {
    const filter = ops.input("filter", { shape: [3, 3, 1, 1], dtype: "f32" });
    const options = { padding: "same", imageShape: image.shape } as const;
    const outputs = { gradient: ops.conv2dInputGradient(image, filter, options) };
    const taps = numbers([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]);
    await step({ outputs, updates: [] }, { ...values, filter: taps });
  });
});

describe("clusters", () => {
  const labels = ops.input("labels", { shape: [3], dtype: "i32" });
  const table = ops.input("table", { shape: [3], dtype: "f32" });
  const lookUps = {
    ...sources,
    labels: tensor(new Int32Array([1, 0, 1]), [3]),
    table: numbers([5, 7, 9]),
  };

  test("take along what is made of states alone, as inference does of statistics", () => {
    const state = (name: string, ...shape: number[]) => ops.state(name, { shape, dtype: "f32" });
    const images = ops.input("images", { shape: [2, 6, 6, 3], dtype: "f32" });
    const convolved = ops.conv2d(images, state("filter", 3, 3, 3, 4));
    const deviation = ops.squareRoot(ops.add(state("variance", 4), one));
    const factor = ops.multiply(state("gamma", 4), ops.divide(one, deviation));
    const scaled = ops.multiply(ops.add(convolved, state("bias", 4)), factor);
    const y = ops.relu(ops.add(scaled, state("beta", 4)));
    const graph = { outputs: { y }, updates: [] };
    const stages = allStages(
      compile("layer", graph, new InterpreterDevice().machine, ops, { precision: "exact" }),
    );
    const written = stages.flat().flatMap((launch) => [...usesOf(launch).writes]);
    const sizes = new Set(written.map(({ size }) => size));
    expect(sizes).toEqual(new Set([4, 2 * 4 * 4 * 4]));
    expect(new Set(written.filter(({ size }) => size > 4)).size).toBe(1);
  });

  test("do not take in what reads their values at other places", async () => {
    const square = ops.input("square", { shape: [2, 2], dtype: "f32" });
    const turned = ops.transpose(ops.relu(square), [1, 0]);
    const shifted = ops.pad(ops.slice(ops.negate(square), [1, 0], [1, 2]), [0, 0], [1, 0]);
    const outputs = { turned, shifted, negated: ops.negate(turned) };
    await step({ outputs, updates: [] }, { square: numbers([1, -2, 3, 4], [2, 2]) });
  });

  test("do not take in what needs a later one, in whatever shape", async () => {
    const first = ops.add(a, one);
    const later = ops.add(ops.sum(row), row);
    const outputs = { sum: ops.add(first, ops.reshape(later, [2, 3])), first, later };
    await step({ outputs, updates: [] }, sources);
  });

  test("do not take in what looks up places that they compute", async () => {
    const next = ops.add(labels, ops.constant(1, [], "i32"));
    await step({ outputs: { next, found: ops.gather(table, next) }, updates: [] }, lookUps);
  });

  test("compute a value once that each link of a chain reads twice", async () => {
    const outputs: Record<string, Node> = {};
    let power: Node = ops.absolute(a);
    let smaller: Node = ops.less(a, b);
    for (let i = 0; i < 12; i++) {
      power = ops.multiply(power, power);
      smaller = ops.less(smaller, ops.subtract(one, smaller));
      outputs[`power${i}`] = ops.sum(power, { axes: [1] });
    }
    const graph = { outputs: { ...outputs, smaller: ops.sum(smaller) }, updates: [] };
    const stages = allStages(compile("chain", graph, new InterpreterDevice().machine, ops));
    const lengths = stages.flat().map(({ kernel }) => printKernel(kernel).split("\n").length);
    expect(Math.max(...lengths)).toBeLessThan(200);
    const near = numbers([0.5, 0.75, 1, 1, 0.25, 0], [2, 3]);
    const { outputs: received } = await runCompiled(new DirtyInterpreter(), graph, {
      ...sources,
      a: near,
    });
    expect(received.power0).toEqual(Float32Array.of(1.8125, 1.0625));
    expect(Array.from(received.power11)).toEqual([1, 1]);
  });

  /** The blocks of `size` elements that a step writes. */
  function writtenBy(graph: Graph, size: number): Set<string> {
    const stages = allStages(compile("step", graph, new InterpreterDevice().machine, ops));
    const written = stages.flat().flatMap((launch) => [...usesOf(launch).writes]);
    return new Set(written.filter((block) => block.size === size).map(({ name }) => name));
  }

  test("make again for a gradient what takes a few steps from a value in memory", () => {
    const state = (name: string, ...shape: number[]) => ops.state(name, { shape, dtype: "f32" });
    const images = ops.input("images", { shape: [2, 6, 6, 3], dtype: "f32" });
    const [first, second] = [state("first", 3, 3, 3, 4), state("second", 1, 1, 4, 7)];
    const convolved = ops.conv2d(images, first);
    const scales = [state("gamma", 4), state("beta", 4)] as const;
    const normal = ops.batchNormalization(convolved, ...scales, { axes: [0, 1, 2], epsilon: 1e-3 });
    const activated = ops.multiply(normal, ops.sigmoid(normal));
    const last = ops.conv2d(activated, second);
    const loss = ops.sum(ops.multiply(last, last));
    const wanted = [first, second, ...scales];
    const updates = gradients(loss, wanted, ops).map((value, i) => ({ state: wanted[i], value }));
    // The convolution, what the next one reads, and the gradients of both.
    const kept = writtenBy({ outputs: { loss }, updates }, 2 * 4 * 4 * 4);
    expect(kept.size).toBe(4);
  });

  test("keep what takes many steps, or would take two values in memory", () => {
    const shape = [16, 9];
    const [x, y] = ["x", "y"].map((name) => ops.input(name, { shape, dtype: "f32" }));
    const uses = (value: Node): Graph => ({
      outputs: { down: ops.sum(value, { axes: [0] }), across: ops.sum(value, { axes: [1] }) },
      updates: [],
    });
    const [size] = [16 * 9];
    expect(writtenBy(uses(ops.sigmoid(ops.sigmoid(x))), size).size).toBe(0);
    const far = Array.from({ length: 5 }).reduce<Node>((value) => ops.sigmoid(value), x);
    expect(writtenBy(uses(far), size).size).toBe(1);
    expect(writtenBy(uses(ops.multiply(x, y)), size).size).toBe(1);
  });

  test("compute once what several of their formulas make again", () => {
    const x = ops.input("x", { shape: [16, 9], dtype: "f32" });
    const other = ops.input("other", { shape: [16, 9], dtype: "f32" });
    const repeated = ops.sigmoid(ops.add(x, one));
    const first = ops.multiply(repeated, other);
    const outputs = { first, second: ops.add(first, repeated), sum: ops.sum(repeated) };
    const { machine } = new InterpreterDevice();
    const stages = allStages(compile("step", { outputs, updates: [] }, machine, ops));
    const [pair] = stages.flat().filter(({ bindings }) => bindings.length === 4);
    const lines = printKernel(pair.kernel).split("\n");
    expect(lines.filter((line) => line.includes("= divide")).length).toBe(1);
    expect(lines.filter((line) => / = b\d+\[/.test(line)).length).toBe(2);
  });

  test.each(["an output", "a reduction", "an update"])(
    "end where a chain that leads to %s has become long, and the next one goes on",
    async (where) => {
      let value: Node = b;
      for (let i = 0; i < 3000; i++) {
        value = i % 2 === 0 ? ops.add(value, one) : ops.multiply(ops.constant(0.5), value);
      }
      const outputs = { value: where === "a reduction" ? ops.sum(value) : value };
      const graph: Graph =
        where === "an update"
          ? { outputs: {}, updates: [{ state: b, value }] }
          : { outputs, updates: [] };
      const stages = allStages(compile("chain", graph, new InterpreterDevice().machine, ops));
      const lengths = stages.flat().map(({ kernel }) => printKernel(kernel).split("\n").length);
      expect(Math.max(...lengths)).toBeLessThan(400);
      await step(graph, sources);
    },
  );

  test("of a reduction look up values that were computed before", async () => {
    const found = ops.gather(ops.multiply(table, table), labels);
    await step({ outputs: { sum: ops.sum(found) }, updates: [] }, lookUps);
  });

  test("of a product leave out what is read beside its edge", async () => {
    const image = ops.input("image", { shape: [3, 2], dtype: "f32" });
    const filter = ops.input("filter", { shape: [2, 7], dtype: "f32" });
    const narrow = ops.input("narrow", { shape: [3, 4], dtype: "f32" });
    const padded = ops.pad(narrow, [0, 1], [0, 2], 9);
    const condition = ops.less(ops.pad(narrow, [0, 2], [0, 1], 9), ops.constant(0.5));
    const product = ops.matmul(image, filter);
    const chosen = ops.select(condition, product, ops.constant(0));
    await step(
      { outputs: { chosen, sum: ops.add(product, padded) }, updates: [] },
      {
        image: numbers([1, 2, 3, 4, 5, 6], [3, 2]),
        filter: numbers([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7], [2, 7]),
        narrow: numbers([0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1], [3, 4]),
      },
    );
  });
});
