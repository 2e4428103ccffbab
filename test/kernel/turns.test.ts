// When rows take turns: where what is made of all of them would leave the cache, and only in steps that
// change no state.

import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Program } from "../../src/kernel/program.ts";
import { machines } from "../conformance/compiled.ts";

const [, , machine] = machines;
const wide = ops.state("wide", { shape: [1, 1, 8, 64], dtype: "f32" });
const narrow = ops.state("narrow", { shape: [1, 1, 64, 8], dtype: "f32" });

/** Pointwise convolutions of `rows` images, from 8 channels to 64 and back, twice. */
function network(rows: number, size: number): Node {
  const images = ops.input("images", { shape: [rows, size, size, 8], dtype: "f32" });
  let x = ops.relu(images);
  for (let i = 0; i < 2; i++) {
    x = ops.relu(ops.conv2d(ops.relu(ops.conv2d(x, wide)), narrow));
  }
  return ops.mean(x, { axes: [1, 2] });
}

const graphOf = (node: Node): Graph => ({ outputs: { means: node }, updates: [] });
const compiled = (graph: Graph, turns?: number): Program =>
  compile("turns", graph, machine, ops, turns === undefined ? {} : { turns });
/** How often each kernel runs in a step. */
function runsOf({ stages }: Program): number[] {
  const runs = new Map<unknown, number>();
  for (const { kernel } of stages.flat()) runs.set(kernel, (runs.get(kernel) ?? 0) + 1);
  return [...runs.values()];
}

describe("rows take turns", () => {
  test("where a cache holds what a turn makes, and memory what all make", () => {
    const program = compiled(graphOf(network(8, 128)));
    expect(Math.max(...runsOf(program))).toBeGreaterThanOrEqual(4);
    expect(program.arenaBytes).toBeLessThan(compiled(graphOf(network(8, 128)), 1).arenaBytes / 2);
  });

  test("nowhere else: small images are computed as if there were no turns", () => {
    const program = compiled(graphOf(network(8, 16)));
    expect(program.stages).toHaveLength(compiled(graphOf(network(8, 16)), 1).stages.length);
  });

  test("not in a step that changes a state, which takes all rows anyway", () => {
    const node = network(8, 128);
    const sums = ops.state("sums", { shape: [8], dtype: "f32" });
    const value = ops.sum(node, { axes: [0] });
    const program = compiled({ outputs: { means: node }, updates: [{ state: sums, value }] });
    expect(program.stages.length).toBeLessThan(compiled(graphOf(node)).stages.length);
  });

  test("with the same kernels for all of them, on parts of one block where others see it", () => {
    const { stages, outputs, offsets } = compiled(graphOf(network(4, 16)), 4);
    const runs = stages.flat().filter(({ kernel }) => kernel === stages.flat()[1].kernel);
    expect(runs).toHaveLength(2 * 4);
    const [{ storage }] = outputs;
    const parts = stages
      .flat()
      .flatMap(({ bindings }) => bindings)
      .filter(({ within }) => within?.storage === storage);
    const places = [...new Set(parts.map((part) => offsets.get(part)))];
    expect(places).toEqual([0, 1, 2, 3].map((turn) => (offsets.get(storage) ?? 0) + 32 * turn));
  });
});
