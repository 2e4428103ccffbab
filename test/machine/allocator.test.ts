// Stretches of one address space: apart from each other while they are in use, whole again when all
// of them are given back.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TargetError } from "../../src/core/errors.ts";
import { alignment } from "../../src/kernel/plan.ts";
import { Allocator, largeBytes } from "../../src/machine/allocator.ts";

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

describe("large stretches", () => {
  const [limit, large] = [2 ** 32, 100 * 2 ** 20];

  test("leave the front to others, so that what stays is not in the way of what comes", () => {
    const allocator = new Allocator(64, limit);
    const first = allocator.allocate(large);
    const small = allocator.allocate(256);
    expect(small).toBeLessThan(first);
    allocator.free(first);
    const cleared: number[] = [];
    const rest = limit - largeBytes - 64;
    expect(allocator.allocate(rest, (_, bytes) => cleared.push(bytes))).toBe(first);
    expect(cleared).toEqual([large]);
    allocator.free(small);
  });

  test("take the front too where there is no other room", () => {
    const allocator = new Allocator(64, limit);
    expect(allocator.allocate(limit - 64)).toBe(64);
    const narrow = new Allocator(0, 2 * largeBytes);
    expect(narrow.allocate(largeBytes)).toBe(largeBytes);
    expect(narrow.allocate(largeBytes)).toBe(0);
  });

  test("that do not fit are refused with what is free in one piece", () => {
    const allocator = new Allocator(0, limit);
    const kept = [1024, 1024, 1024].map((mebibytes) => allocator.allocate(mebibytes * 2 ** 20));
    allocator.free(kept[1]);
    expect(() => allocator.allocate(1500 * 2 ** 20)).toThrow(
      "1500 MiB more, with 2048 MiB in use; at most 1024 MiB are free in one piece",
    );
  });

  test("keep apart from all others", () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(large));
    const property = fc.property(fc.array(sizes, { maxLength: 20 }), (wanted) => {
      const allocator = new Allocator(64, limit);
      const taken = wanted.map((bytes) => ({ bytes, address: allocator.allocate(bytes) }));
      taken.sort((a, b) => a.address - b.address);
      for (let i = 1; i < taken.length; i++) {
        const { address, bytes } = taken[i - 1];
        expect(taken[i].address).toBeGreaterThanOrEqual(address + bytes);
      }
      for (const { address } of taken) allocator.free(address);
      expect(allocator.allocate(limit - 64)).toBe(64);
    });
    fc.assert(property, { seed: 3, numRuns: 100 });
  });
});
