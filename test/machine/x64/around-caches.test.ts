// Stores around the caches want whole vectors at multiples of their bytes: where that is not sure, code stores as
// usual.

import { describe, expect, test } from "vitest";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../../../src/kernel/language.ts";
import { KernelWriter } from "../../../src/kernel/writer.ts";
import { Assembler } from "../../../src/machine/x64/assembler.ts";
import { ConstantPool } from "../../../src/machine/x64/constant-pool.ts";
import { emitKernel } from "../../../src/machine/x64/kernel.ts";

const size = 4096;

interface Written {
  readonly way: "around" | "usual";
  readonly at: (loop: Position, lanes: number) => Position;
  readonly lanes?: number;
  readonly isMisaligned?: boolean;
}

/** The code of a kernel that stores a vector in each of three rounds. */
function codeOf(width: 512 | 256, { way, at, lanes: some, isMisaligned = false }: Written): string {
  const w = new KernelWriter("stores", width / 32);
  const buffer: KernelBuffer = w.buffer("b", "f32", size);
  const lanes = some ?? w.lanes;
  w.loop(3, (i) => {
    const into = w.access(buffer, at(i, w.lanes));
    const value = w.constant(1.5, "f32", true);
    if (way === "around") w.storeAround(into, value, lanes);
    else w.store(into, value, lanes);
  });
  const a = new Assembler(width);
  const pool = new ConstantPool(a);
  emitKernel(w.finish(), a, pool, new Set(isMisaligned ? [buffer] : []));
  pool.write(a);
  return Buffer.from(a.finish()).toString("hex");
}

describe.each([512, 256] as const)("vectors of %i bits", (width) => {
  const aligned = (i: Position, lanes: number) =>
    sumPositions(timesPosition(i, 2 * lanes), still(lanes));
  const differs = (written: Omit<Written, "way">) =>
    codeOf(width, { ...written, way: "around" }) !== codeOf(width, { ...written, way: "usual" });

  test("go around the caches where all of them are aligned", () => {
    expect(differs({ at: aligned })).toBe(true);
  });

  test.each<[string, Omit<Written, "way">]>([
    ["the first is not", { at: (i, lanes) => sumPositions(timesPosition(i, lanes), still(1)) }],
    ["later ones are not", { at: (i, lanes) => timesPosition(i, lanes + 1) }],
    ["the buffer is not", { at: aligned, isMisaligned: true }],
    ["they are not whole", { at: aligned, lanes: 5 }],
  ])("do not where %s", (_, written) => {
    expect(differs(written)).toBe(false);
  });
});
