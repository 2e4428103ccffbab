// The pipeline in a small form: what it leaves, and that a run that breaks ends as one that does not.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "./pipeline.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-pipeline-"));
afterAll(() => rmSync(root, { recursive: true }));

test("leaves everything that it should, and goes on where it broke", async () => {
  const run = { epochs: 3, images: 400 };
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const straight = join(root, "straight");
  const numbers = await main({ ...run, folder: straight, say: () => undefined });

  const broken = join(root, "broken");
  const fail = {
    onEpochEnd({ epoch }: { epoch: number }) {
      if (epoch === 2) throw new Error("killed");
    },
  };
  await expect(main({ ...run, folder: broken, say, more: [fail] })).rejects.toThrow("killed");
  expect(existsSync(join(broken, "backup.safetensors"))).toBe(true);
  expect(await main({ ...run, folder: broken, say })).toEqual(numbers);
  expect(lines).toContain("Going on after epoch 1.");
  expect(lines.join("\n")).toMatch(/test top5_accuracy: \d+\.\d\d %[\s\S]*macro avg/);
  expect(readdirSync(broken).sort()).toEqual([
    "best.safetensors",
    "history.csv",
    "logs",
    "lowest-loss.safetensors",
  ]);
  const csv = (folder: string) => readFileSync(join(folder, "history.csv"), "utf8");
  expect(csv(broken)).toBe(csv(straight));
  expect(csv(broken).trim().split("\r\n")).toHaveLength(4);
}, 240_000);
