// Values that follow each other along the last axis are read by whole vectors: no element is asked whose it is.

import { expect, test } from "vitest";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Instruction } from "../../src/kernel/language.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";

const { machine } = new InterpreterDevice();
const image = (name: string, channels: number) =>
  ops.input(name, { shape: [2, 5, 5, channels], dtype: "f32" });

function instructionsOf(y: Node): Instruction[] {
  const { stages } = compile("test", { outputs: { y }, updates: [] }, machine, ops);
  const flatten = (body: readonly Instruction[]): Instruction[] =>
    body.flatMap((i) => (i.kind === "loop" ? flatten(i.body) : [i]));
  return stages.flat().flatMap(({ kernel }) => flatten(kernel.body));
}

const joined = ops.concatenate([image("a", 8), image("b", 3), image("c", 12)], 3);

test.each([
  ["concatenated values", joined],
  [
    "a formula over them",
    ops.relu(ops.multiply(joined, ops.input("scale", { shape: [23], dtype: "f32" }))),
  ],
  ["padded values", ops.pad(image("a", 8), [0, 0, 0, 4], [0, 0, 0, 5])],
  ["their means", ops.mean(joined, { axes: [1, 2] })],
  ["their windows", ops.averagePool(joined, { size: [2, 2] })],
] as const)("%s are made of vectors, without choices", (_, y) => {
  const instructions = instructionsOf(y);
  const loads = instructions.flatMap((i) => (i.kind === "load" ? i : []));
  expect(loads.length).toBeGreaterThan(0);
  expect(loads.every(({ to }) => to.vector)).toBe(true);
  const operations = instructions.flatMap((i) => (i.kind === "compute" ? i.op : []));
  expect(operations).not.toContain("select");
  expect(operations).not.toContain("less");
});

test("rows of a table that are looked up are one stretch each, whatever axes they have", () => {
  const table = ops.input("table", { shape: [6, 4, 5, 3], dtype: "u8" });
  const rows = ops.input("rows", { shape: [2], dtype: "i32" });
  const y = ops.multiply(ops.cast(ops.gather(table, rows), "f32"), ops.constant(0.5));
  const loads = instructionsOf(y).flatMap((i) => (i.kind === "load" && i.to.vector ? i : []));
  expect(loads.length).toBeGreaterThan(0);
  expect(loads.every(({ lanes }) => lanes === machine.lanes)).toBe(true);
});
