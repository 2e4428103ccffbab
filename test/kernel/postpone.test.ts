// What is made of states alone runs just before it is read, whatever else is in the step; nothing else moves.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Storage } from "../../src/kernel/draft.ts";
import { arrangeStages } from "../../src/kernel/plan.ts";
import { postpone } from "../../src/kernel/postpone.ts";
import type { Stage } from "../../src/kernel/schedules/schedule.ts";
import { machines } from "../conformance/compiled.ts";
import { conflict, launch, placesOf } from "./launches.ts";

const block = (name: string): Storage => ({ name, dtype: "f32", size: 16 });
const [weight, turned, packed, x, y, z] = ["weight", "turned", "packed", "x", "y", "z"].map(block);
const states = new Set([weight]);

describe("what is made of states", () => {
  const turn = launch([weight], [turned]);
  const pack = launch([turned], [packed]);
  const first = launch([x], [y]);
  const second = launch([y, packed], [z]);
  const update = launch([z, weight], [weight]);

  test("comes just before its reader, and what it is made of before that", () => {
    const other = launch([y], [x]);
    const stages = [[turn, first], [pack], [other], [second], [update]];
    expect(postpone(stages, states)).toEqual([[first], [turn], [other, pack], [second], [update]]);
  });

  test("comes before the state that it reads is replaced", () => {
    const reader = launch([turned], [z]);
    const replace = launch([y], [weight]);
    const stages = [[first, turn], [replace], [launch([z], [x])], [reader]];
    expect(placesOf(postpone(stages, states)).get(turn)).toBe(0);
  });

  test("stays where it is if nothing reads it, or an input is part of it", () => {
    const mixed = launch([weight, x], [turned]);
    const other = launch([], [y]);
    const stages = [[mixed, launch([weight], [packed])], [first], [other], [launch([turned], [z])]];
    expect(postpone(stages, states)).toEqual(stages);
  });
});

test("of random stages nothing gets lost, and what touches the same block stays in order", () => {
  const blocks = Array.from({ length: 8 }, (_, i) => block(`${i}`));
  const some = fc.subarray(blocks, { maxLength: 2 });
  const part = fc.tuple(some, some).map(([reads, writes]) => [[launch(reads, writes)]]);
  const property = fc.property(fc.array(part, { maxLength: 14 }), some, (parts, states) => {
    const before = placesOf(arrangeStages(parts));
    const stages = postpone(arrangeStages(parts), new Set(states));
    const after = placesOf(stages);
    expect(after.size).toBe(before.size);
    expect([...after.keys()].every((launch) => before.has(launch))).toBe(true);
    expect(stages.every((stage) => stage.length > 0)).toBe(true);
    for (const [a, at] of before) {
      for (const [b, later] of before) {
        if (at >= later || !conflict(a, b)) continue;
        expect(after.get(a)).toBeLessThan(after.get(b) as number);
      }
    }
  });
  fc.assert(property, { seed: 5, numRuns: 300 });
});

describe("filters that are mapped", () => {
  const sizes = [64, 80, 96, 112, 64];
  const weights = [0, 1, 2, 3].map((i) =>
    ops.state(`weight${i}`, { shape: [3, 3, sizes[i], sizes[i + 1]], dtype: "f32" }),
  );
  const image = ops.input("image", { shape: [16, 14, 14, 64], dtype: "f32" });
  const last = weights.reduce((x, w) => ops.relu(ops.conv2d(x, w, { padding: "same" })), image);
  const compiled = (graph: Graph) =>
    compile("test", graph, machines[2], ops, { precision: "fast" });
  const mapped = (stages: readonly Stage[]) =>
    stages.flatMap((stage, at) =>
      stage.filter(({ kernel }) => kernel.name.endsWith("winogradFilter")).map(() => at),
    );

  test("are mapped one after another in a training step, as it goes", () => {
    const moved = ops.mean(last);
    const updates = weights.map((state) => ({ state, value: ops.add(state, moved) }));
    const { preparation, stages } = compiled({ outputs: {}, updates });
    expect(preparation).toEqual([]);
    expect(new Set(mapped(stages)).size).toBe(4);
  });

  test("are mapped side by side before a prediction", () => {
    const { preparation, stages } = compiled({ outputs: { last }, updates: [] });
    expect(mapped(preparation)).toEqual([0, 0, 0, 0]);
    expect(mapped(stages)).toEqual([]);
  });
});
