// Stretches of one address space: apart from each other while they are in use, whole again when all
// of them are given back.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TargetError } from "../../src/core/errors.ts";
import { alignment } from "../../src/kernel/plan.ts";
import { Allocator } from "../../src/machine/allocator.ts";

describe("the allocator", () => {
  test("hands out stretches one after another, on lines of their own", () => {
    const allocator = new Allocator(64, 1024);
    expect([1, 64, 65].map((bytes) => allocator.allocate(bytes))).toEqual([64, 128, 192]);
    expect([allocator.used, allocator.end]).toEqual([256, 320]);
  });

  test("gives even nothing a place of its own", () => {
    const allocator = new Allocator(64, 1024);
    expect(allocator.allocate(0)).not.toBe(allocator.allocate(0));
  });

  test("takes the first stretch that is large enough", () => {
    const allocator = new Allocator(0, 1024);
    const [a, , c] = [128, 64, 64, 64].map((bytes) => allocator.allocate(bytes));
    allocator.free(c);
    allocator.free(a);
    expect(allocator.allocate(64)).toBe(a);
    expect(allocator.allocate(128)).toBe(320);
    expect(allocator.allocate(64)).toBe(a + 64);
    expect(allocator.allocate(64)).toBe(c);
  });

  test.each([
    ["first to last", [0, 1, 2]],
    ["last to first", [2, 1, 0]],
    ["the middle one last", [0, 2, 1]],
    ["the middle one first", [1, 0, 2]],
  ])("joins neighbours that are given back, %s", (_, order) => {
    const allocator = new Allocator(64, 64 + 3 * 64);
    const addresses = [64, 64, 64].map((bytes) => allocator.allocate(bytes));
    for (const i of order) allocator.free(addresses[i]);
    expect([allocator.used, allocator.end]).toEqual([0, 0]);
    expect(allocator.allocate(3 * 64)).toBe(64);
  });

  test("says what was wanted and what is in use when there is no more", () => {
    const allocator = new Allocator(0, 4 << 20);
    const address = allocator.allocate(3 << 20);
    expect(() => allocator.allocate(2 << 20)).toThrow(TargetError);
    expect(() => allocator.allocate(2 << 20)).toThrow(
      /expected: at most 4 MiB in all[\s\S]*received: 2 MiB more, with 3 MiB in use/,
    );
    allocator.free(address);
    expect(allocator.allocate(4 << 20)).toBe(0);
  });

  test("does not mind what it never handed out, or took back before", () => {
    const allocator = new Allocator(0, 1024);
    const [a, b] = [allocator.allocate(64), allocator.allocate(64)];
    allocator.free(b + 64);
    allocator.free(a);
    allocator.free(a);
    expect(allocator.used).toBe(64);
    expect(allocator.allocate(64)).toBe(a);
    expect(allocator.allocate(64)).not.toBe(b);
  });

  test("keeps random stretches apart, and has room for all of it when they are gone", () => {
    const action = fc.oneof(
      fc.record({ take: fc.integer({ min: 0, max: 500 }) }),
      fc.record({ give: fc.nat(30) }),
    );
    const property = fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const limit = 1 << 15;
      const allocator = new Allocator(64, limit);
      const held = new Map<number, number>();
      for (const step of actions) {
        if ("take" in step) {
          const address = allocator.allocate(step.take);
          expect(address % alignment).toBe(0);
          for (const [other, bytes] of held) {
            const apart = address >= other + bytes || address + step.take <= other;
            expect(apart && address !== other).toBe(true);
          }
          held.set(address, step.take);
        } else {
          const address = [...held.keys()][step.give];
          if (address === undefined) continue;
          allocator.free(address);
          held.delete(address);
        }
        const last = Math.max(0, ...[...held].map(([address, bytes]) => address + bytes));
        expect(allocator.end).toBeGreaterThanOrEqual(last);
        expect(allocator.end).toBeLessThanOrEqual(last + alignment);
      }
      for (const address of held.keys()) allocator.free(address);
      expect(allocator.used).toBe(0);
      expect(allocator.allocate(limit - 64)).toBe(64);
    });
    fc.assert(property, { seed: 2, numRuns: 200 });
  });
});
