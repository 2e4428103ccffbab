// Plain products of matrices: every shape is timed alone, beside the peak in the same run.

import { expect, test } from "vitest";
import { productShapes, timeProducts } from "../../bench/products.ts";
import { openDevice } from "../../src/machine/index.ts";

test("a product is timed, predicted, and told as a part of the peak", async () => {
  const device = await openDevice({ target: "wasm", threads: 1 });
  const [time] = await timeProducts(device, 3, [[32, 64, 48]]);
  await device.close();
  expect(time.shape).toEqual([32, 64, 48]);
  expect(time.milliseconds).toBeGreaterThan(0);
  expect(time.predictedMilliseconds).toBeGreaterThan(0);
  expect(time.shareOfPeak).toBeGreaterThan(0);
  expect(time.shareOfPeak).toBeLessThan(2);
});

test("large ones and the flat ones of deep layers are among them", () => {
  expect(productShapes).toContainEqual([1024, 1024, 1024]);
  expect(productShapes).toContainEqual([49, 2048, 512]);
});
