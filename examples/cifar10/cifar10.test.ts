// The example in a small form: on binary batches in a folder, and on the images that come with Fovea.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cifarBatch } from "../../test/data/tiny-dataset.ts";
import { main, network } from "./cifar10.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-example-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the network has as many weights as the one that courses train", () => {
  const model = network([32, 32, 3]);
  // 551,722 that are trained, and the moving statistics of seven normalisations.
  expect(model.countParams()).toBe(551_722 + 2 * (2 * (32 + 64 + 128) + 128));
});

test("trains on a folder with CIFAR-10's files", async () => {
  writeFileSync(join(folder, "data_batch_1.bin"), cifarBatch(40));
  writeFileSync(join(folder, "test_batch.bin"), cifarBatch(10));
  const lines: string[] = [];
  const result = await main({ folder, epochs: 1, say: (line) => lines.push(line) });
  expect(lines[0]).toContain("40 training and 10 test images");
  expect(lines.at(-1)).toMatch(/^test accuracy 0\.\d{4}, test loss \d+\.\d{4}$/);
  expect(Number.isFinite(result.loss)).toBe(true);
});

test("learns on Fashion-MNIST, the loss falls from epoch to epoch", async () => {
  const lines: string[] = [];
  await main({ epochs: 3, images: 600, say: (line) => lines.push(line) });
  // So few steps leave the moving statistics far from settled: only the loss in training tells.
  const losses = lines
    .flatMap((line) => /^epoch \d: loss ([\d.]+)/.exec(line)?.[1] ?? [])
    .map(Number);
  expect(losses).toHaveLength(3);
  expect(losses[1]).toBeLessThan(losses[0]);
  expect(losses[2]).toBeLessThan(losses[1]);
}, 240_000);
