// A step of training for one architecture of each kind of block. `test/endurance/zoo-training.ts` does it for all.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { trainingStep } from "./training-step.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

test.each([
  "custom-cnn",
  "lenet-5-1998",
  "resnet-20",
  "resnet-18",
  "googlenet",
  "squeezenet-1.1",
  "shufflenet-v2",
  "mobilenet-v2",
  "efficientnet-b0",
  "unet",
])("%s predicts and trains a step at a small input", { timeout: 120_000 }, async (name) => {
  const { predictions, loss, moved } = await trainingStep(name, device);
  const values = Array.from(predictions.data);
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  const sums = values.reduce((sum, value) => sum + value, 0);
  expect(sums / (values.length / 3)).toBeCloseTo(1, 4);
  expect(loss).toBeGreaterThan(0);
  expect(loss).toBeLessThan(50);
  expect(moved).toBeGreaterThan(0);
});
