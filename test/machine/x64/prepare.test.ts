// What becomes a memory operand: a number that is repeated, where no register is left to hold it.

import { expect, test } from "vitest";
import { ops } from "../../../src/graph/ops/index.ts";
import { compile } from "../../../src/kernel/compile.ts";
import type { Kernel } from "../../../src/kernel/language.ts";
import type { MachineDescription } from "../../../src/kernel/machine-description.ts";
import { Streams } from "../../../src/machine/streams.ts";
import { prepare } from "../../../src/machine/x64/prepare.ts";
import { scratchFor } from "../../../src/machine/x64/rules.ts";

const machine: MachineDescription = {
  execution: "vectors",
  lanes: 16,
  registers: 31,
  foldsBroadcast: true,
  bodySteps: 1,
  prefetches: true,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
};

/** A convolution's kernels: tiles of fourteen pixels by two vectors of filters, one after another. */
function kernels(channels: number): Kernel[] {
  const image = ops.input("image", { shape: [2, 28, 28, channels], dtype: "f32" });
  const filter = ops.input("filter", { shape: [3, 3, channels, 64], dtype: "f32" });
  const y = ops.conv2d(image, filter, { padding: "same" });
  const options = { precision: "exact" } as const;
  const { stages } = compile("test", { outputs: { y }, updates: [] }, machine, ops, options);
  return stages.flat().map(({ kernel }) => kernel);
}

/** Repeated loads that are no instruction of their own. */
function foldedRepeats(kernel: Kernel, registers: number): number {
  const { folded } = prepare(kernel, new Streams(kernel), {
    repeatingRegisters: registers,
    scratchFor: (i) => scratchFor(i, 512),
  });
  return [...folded.values()].filter(({ stride }) => stride === 0).length;
}

test.each([
  ["many channels, over which each tile loops", 64],
  ["one channel, whose taps are written out", 1],
])("tiles that fill the registers keep one for a repeated number: %s", (_, channels) => {
  for (const kernel of kernels(channels)) expect(foldedRepeats(kernel, 32)).toBe(0);
});

test("where none is left, repeated numbers are memory operands", () => {
  for (const kernel of kernels(64)) expect(foldedRepeats(kernel, 31)).toBeGreaterThan(0);
});
