// Rows in turns: whatever the network and however many turns, the results are those of the reference, on
// every target, and the same bits for any number of threads.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NumericArray } from "../../src/core/dtype.ts";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { machines, runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";

let devices: Device[] = [];
/** The same target with one, two and three threads. */
let teams: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets();
  devices = [...machines.map((machine) => new InterpreterDevice(machine)), ...targets];
  teams = await Promise.all([1, 2, 3].map((threads) => WasmDevice.open({ threads })));
});
afterAll(() => Promise.all([...devices, ...teams].map((device) => device.close())));

/** A network that is made up layer by layer. */
class Maker {
  readonly sources: Record<string, Tensor> = {};
  readonly #random: RandomStream;
  readonly #values: Node[];

  constructor(seed: number, rows: number) {
    this.#random = new RandomStream(seed, 3);
    const table = this.state([rows + 2, 5 + (seed % 4), 6, 1 + (seed % 5)]);
    const indices = ops.input("rows", { shape: [rows], dtype: "i32" });
    const data = Int32Array.from({ length: rows }, () => this.#random.below(rows + 2));
    this.sources.rows = { data, shape: [rows] };
    this.#values = [ops.gather(table, indices)];
  }

  /** A state of random numbers. */
  state(shape: readonly number[]): Node {
    const name = `state${Object.keys(this.sources).length}`;
    const data = Float32Array.from({ length: sizeOf(shape) }, () => this.#random.uniform() - 0.5);
    this.sources[name] = { data, shape };
    return ops.state(name, { shape, dtype: "f32" });
  }

  get last(): Node {
    return this.#values[this.#values.length - 1];
  }

  /** One more layer; `choice` says which. */
  grow(choice: number): void {
    const x = this.last;
    const [, height, width, channels] = x.shape;
    const padding = "same" as const;
    const strides: readonly [number, number] = choice % 3 === 0 ? [2, 2] : [1, 1];
    const filters = 1 + (choice % 9);
    const layers: (() => Node)[] = [
      () => ops.conv2d(x, this.state([3, 3, channels, filters]), { padding, strides }),
      () => ops.relu(ops.conv2d(x, this.state([1, 1, channels, filters]))),
      () => ops.conv2d(x, this.state([3, 3, 1, channels]), { padding, strides, groups: channels }),
      () => ops.maxPool(x, { size: [2, 2], strides: [1, 1], padding }),
      () => ops.averagePool(x, { size: [3, 3], strides, padding }),
      () => ops.add(ops.multiply(x, this.state([channels])), this.state([channels])),
      () => ops.multiply(x, ops.sigmoid(ops.mean(x, { axes: [1, 2], keepDimensions: true }))),
      () => ops.concatenate([x, this.#alike(x, false)], 3),
      () => ops.add(x, this.#alike(x, true)),
      () =>
        ops.conv2dInputGradient(x, this.state([3, 3, 2, channels]), {
          strides: [2, 2],
          padding,
          imageShape: [x.shape[0], 2 * height, 2 * width, 2],
        }),
    ];
    this.#values.push(layers[choice % layers.length]());
  }

  /** An earlier value that has as many pixels, and as many channels if they must be. */
  #alike(x: Node, channels: boolean): Node {
    const axes = channels ? 4 : 3;
    const fits = (node: Node) => node.shape.slice(0, axes).every((size, i) => size === x.shape[i]);
    return this.#values.find(fits) as Node;
  }

  get graph(): Graph {
    const pooled = ops.mean(this.last, { axes: [1, 2] });
    const logits = ops.matmul(pooled, this.state([pooled.shape[1], 3]));
    const middle = this.#values[this.#values.length >> 1];
    const outputs = {
      classes: ops.softmax(logits),
      middle,
      ofAll: ops.subtract(logits, ops.mean(logits, { axes: [0], keepDimensions: true })),
    };
    return { outputs, updates: [] };
  }
}

function made(seed: number, rows: number, choices: readonly number[]): Maker {
  const maker = new Maker(seed, rows);
  for (const choice of choices) maker.grow(choice);
  return maker;
}

const cases = [
  fc.nat(),
  fc.constantFrom([2, 2], [3, 3], [4, 2], [4, 4], [6, 3]),
  fc.array(fc.nat(89), { minLength: 2, maxLength: 8 }),
] as const;

function farthest(received: NumericArray, expected: NumericArray): number {
  let [far, largest] = [0, 1];
  expected.forEach((value, i) => {
    far = Math.max(far, Math.abs(value - received[i]));
    largest = Math.max(largest, Math.abs(value));
  });
  return far / largest;
}

describe("rows that take turns", () => {
  test.each(["exact", "fast"] as const)(
    "give what the reference gives, on every target, %s",
    async (precision) => {
      const property = fc.asyncProperty(...cases, async (seed, [rows, turns], choices) => {
        const maker = made(seed, rows, choices);
        const { graph, sources } = maker;
        const { outputs } = runReference(graph, sources);
        for (const device of devices) {
          const program = compile("turns", graph, device.machine, ops, { precision, turns });
          const plain = compile("plain", graph, device.machine, ops, { precision });
          expect(program.stages.length).toBeGreaterThan(plain.stages.length);
          const outcome = await runProgram(device, program, sources, 2);
          for (const [name, values] of Object.entries(outputs)) {
            expect(farthest(outcome.outputs[name], values)).toBeLessThan(2e-4);
          }
        }
      });
      await fc.assert(property, { seed: 8, numRuns: 25 });
    },
  );

  test("give the same bits for 1, 2 and 3 threads", async () => {
    const property = fc.asyncProperty(...cases, async (seed, [rows, turns], choices) => {
      const { graph, sources } = made(seed, rows, choices);
      const outcomes = [];
      for (const device of teams) {
        const program = compile("turns", graph, device.machine, ops, { turns });
        outcomes.push(await runProgram(device, program, sources));
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
      expect(outcomes[2]).toEqual(outcomes[0]);
    });
    await fc.assert(property, { seed: 9, numRuns: 25 });
  });
});
