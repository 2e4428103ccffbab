// Kernels as they are written: what is exact is done in the cheaper way.

import { expect, test } from "vitest";
import { still } from "../../src/kernel/language.ts";
import { KernelWriter } from "../../src/kernel/writer.ts";

/** The operations of a kernel that divides an element by `divisor`. */
function operationsOf(divisor: number): string[] {
  const w = new KernelWriter("k", 4);
  const buffer = w.buffer("b", "f32", 4);
  const element = w.loadOne(w.access(buffer, still(0)));
  w.store(w.access(buffer, still(0)), w.compute("divide", element, w.constant(divisor)));
  return w.finish().body.flatMap((i) => (i.kind === "compute" ? [i.op] : []));
}

test.each([4, 0.25, -2, 1, 2 ** 100])(
  "a division by %d, a power of two, is a product",
  (divisor) => {
    expect(operationsOf(divisor)).toEqual(["multiply"]);
  },
);

test.each([3, 49, 0.1, 0, 2 ** 127, Number.POSITIVE_INFINITY])(
  "a division by %d stays one",
  (divisor) => {
    expect(operationsOf(divisor)).toEqual(["divide"]);
  },
);
