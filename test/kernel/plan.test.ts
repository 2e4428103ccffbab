// Stages and memory: what depends on something comes after it, what is alive at the same time lies
// apart, and nothing waits or spreads out without a reason.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesPerElement, type DType } from "../../src/core/dtype.ts";
import type { Storage } from "../../src/kernel/draft.ts";
import { alignment, arrangeStages, planMemory, usesOf } from "../../src/kernel/plan.ts";
import { conflict, launch, placesOf } from "./launches.ts";

const block = (name: string, size = 16, dtype: DType = "f32"): Storage => ({ name, dtype, size });

describe("the uses of a kernel", () => {
  test("are what it loads and what it stores, in loops as well", () => {
    const [a, b, c] = [block("a"), block("b"), block("c")];
    const { reads, writes } = usesOf(launch([a, b], [b, c]));
    expect([...reads]).toEqual([a, b]);
    expect([...writes]).toEqual([b, c]);
  });
});

describe("stages", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => block(name));

  test("hold together what does not depend on each other", () => {
    const parts = [[[launch([a], [b])]], [[launch([a], [c])]], [[launch([], [d])]]];
    expect(arrangeStages(parts)).toHaveLength(1);
  });

  test.each([
    ["a read after a write", launch([], [a]), launch([a], [b])],
    ["a write after a read", launch([a], [b]), launch([], [a])],
    ["a write after a write", launch([], [a]), launch([], [a])],
  ])("keep %s in order", (_, first, second) => {
    expect(arrangeStages([[[first]], [[second]]])).toEqual([[first], [second]]);
  });

  test("of one part follow each other", () => {
    const part = [[launch([a], [b])], [launch([a], [c])]];
    expect(arrangeStages([part])).toEqual(part);
  });

  test("of random parts never reorder what touches the same block", () => {
    const blocks = Array.from({ length: 6 }, (_, i) => block(`${i}`));
    const some = fc.subarray(blocks, { maxLength: 3 });
    const anyLaunch = fc.tuple(some, some).map(([reads, writes]) => launch(reads, writes));
    const part = fc.array(fc.array(anyLaunch, { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 3,
    });
    const property = fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const stages = arrangeStages(parts);
      const places = placesOf(stages);
      const inOrder = parts.flatMap((stages, p) => stages.map((stage, s) => ({ stage, p, s })));
      expect(places.size).toBe(parts.flat(2).length);
      inOrder.forEach((later, i) => {
        for (const earlier of inOrder.slice(0, i)) {
          for (const first of earlier.stage) {
            for (const second of later.stage) {
              const samePart = earlier.p === later.p;
              if (!samePart && !conflict(first, second)) continue;
              expect(places.get(first)).toBeLessThan(places.get(second) as number);
            }
          }
        }
      });
    });
    fc.assert(property, { seed: 8, numRuns: 200 });
  });

  test("of random parts begin as early as they may", () => {
    const blocks = Array.from({ length: 5 }, (_, i) => block(`${i}`));
    const some = fc.subarray(blocks, { maxLength: 2 });
    const anyLaunch = fc.tuple(some, some).map(([reads, writes]) => launch(reads, writes));
    const property = fc.property(fc.array(anyLaunch, { maxLength: 12 }), (launches) => {
      const places = placesOf(arrangeStages(launches.map((l) => [[l]])));
      launches.forEach((l, i) => {
        const before = launches.slice(0, i).filter((earlier) => conflict(earlier, l));
        const earliest = Math.max(-1, ...before.map((b) => places.get(b) as number)) + 1;
        expect(places.get(l)).toBe(earliest);
      });
    });
    fc.assert(property, { seed: 8, numRuns: 200 });
  });
});

describe("the memory plan", () => {
  const none: ReadonlySet<Storage> = new Set();

  test("uses a block's bytes again when it is dead", () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => block(name, 256));
    const stages = [[launch([a], [b])], [launch([b], [c])], [launch([c], [d])]];
    const { offsets, arenaBytes } = planMemory(stages, none, none);
    expect(arenaBytes).toBe(2 * 1024);
    expect(offsets.get(c)).toBe(offsets.get(a));
    expect(offsets.get(d)).toBe(offsets.get(b));
  });

  test("gives no bytes to what lies elsewhere, nor to what nothing touches", () => {
    const [state, unused, b] = [block("state"), block("unused"), block("b")];
    const { offsets } = planMemory([[launch([state], [b])]], new Set([state]), new Set([state]));
    expect([...offsets.keys()]).toEqual([b]);
    expect(offsets.has(unused)).toBe(false);
  });

  test("keeps blocks of random lives apart, kept ones always, each on a line of its own", () => {
    const dtypes: DType[] = ["f32", "u8", "i32"];
    const life = fc.record({
      from: fc.nat(7),
      length: fc.nat(4),
      size: fc.integer({ min: 1, max: 300 }),
      dtype: fc.constantFrom(...dtypes),
      kept: fc.nat(5).map((n) => n === 0),
    });
    const property = fc.property(fc.array(life, { minLength: 1, maxLength: 14 }), (lives) => {
      const placed = lives.map(({ from, length, size, dtype, kept }, i) => ({
        storage: block(`${i}`, size, dtype),
        first: kept ? 0 : from,
        last: kept ? 99 : from + length,
        uses: [from, from + length],
        kept,
      }));
      const stages = Array.from({ length: 12 }, (_, at) => {
        const here = placed.filter(({ uses }) => uses.includes(at)).map(({ storage }) => storage);
        return here.map((storage, i) => launch([storage], here.slice(i + 1, i + 2)));
      });
      const kept = new Set(placed.filter((p) => p.kept).map(({ storage }) => storage));
      const { offsets, arenaBytes } = planMemory(stages, none, kept);
      const stretches = placed.map(({ storage, first, last }) => {
        const from = offsets.get(storage) as number;
        return { first, last, from, to: from + storage.size * bytesPerElement[storage.dtype] };
      });
      stretches.forEach((one, i) => {
        expect(one.from % alignment).toBe(0);
        expect(one.to).toBeLessThanOrEqual(arenaBytes);
        for (const other of stretches.slice(0, i)) {
          const bothAlive = one.first <= other.last && other.first <= one.last;
          const overlap = one.from < other.to && other.from < one.to;
          expect(bothAlive && overlap).toBe(false);
        }
      });
    });
    fc.assert(property, { seed: 8, numRuns: 300 });
  });
});
