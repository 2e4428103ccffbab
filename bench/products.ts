// Plain products of matrices, as dense layers and 1x1 convolutions of large networks have them.

import { ops } from "../src/graph/ops/index.ts";
import type { Device } from "../src/machine/device.ts";
import { compileAlone, timeInTurn } from "../src/measure/alone.ts";
import { predictStep } from "../src/measure/prediction.ts";

/** Rows of the first matrix, what is summed over, and columns of the second. */
export type ProductShape = readonly [rows: number, sums: number, columns: number];

export const productShapes = [
  [1024, 1024, 1024],
  [4096, 4096, 64],
  [49, 2048, 512],
  [128, 25088, 4096],
] as const satisfies readonly ProductShape[];

/** One measurement. What a schedule packs, both matrices included, is packed each time. */
export interface ProductTime {
  readonly shape: ProductShape;
  readonly milliseconds: number;
  readonly predictedMilliseconds: number;
  /** Of the peak of all threads, measured in turn with the product. */
  readonly shareOfPeak: number;
}

/** Times products. */
export async function timeProducts(
  device: Device,
  repeats: number,
  shapes: readonly ProductShape[] = productShapes,
): Promise<ProductTime[]> {
  const times: ProductTime[] = [];
  for (const shape of shapes) {
    const [rows, sums, columns] = shape;
    const first = ops.state("first", { shape: [rows, sums], dtype: "f32" });
    const second = ops.state("second", { shape: [sums, columns], dtype: "f32" });
    const program = compileAlone(device, "product", ops.matmul(first, second), "fast");
    const { milliseconds, peak } = await timeInTurn(device, [program], repeats);
    const [taken] = milliseconds;
    const gflop = (2 * rows * sums * columns) / 1e9;
    times.push({
      shape,
      milliseconds: taken,
      predictedMilliseconds: predictStep(program, device, peak),
      shareOfPeak: gflop / (taken / 1e3) / (peak * device.threads),
    });
  }
  return times;
}
