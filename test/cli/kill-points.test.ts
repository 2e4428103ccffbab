// `fovea train`, killed between any two changes that it makes to the disk: resumed, it ends as if nothing had happened.

import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { killedAfter } from "../kill-points.ts";
import { emptyFolder, writeData } from "./command-line.ts";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A model file without the times, which differ from run to run. */
async function modelIn(path: string) {
  const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
  const description = JSON.parse(metadata.fovea);
  for (const record of description.progress.history) record.seconds = 0;
  return { tensors, description };
}

/** All that a run leaves, without the times. */
async function leftIn(folder: string) {
  const text = async (name: string) => {
    const whole = await readFile(join(folder, name), "utf8");
    return whole.replace(/"seconds": [\d.]+/, "");
  };
  const names = (await readdir(folder)).sort();
  const texts = names.filter((name) => /\.(csv|json|svg)$/.test(name));
  return {
    names,
    best: await modelIn(join(folder, "best.safetensors")),
    last: await modelIn(join(folder, "last.safetensors")),
    texts: await Promise.all(texts.map(text)),
  };
}

test("killed at any point, --resume ends in the same bits and the same files", async () => {
  const root = await emptyFolder();
  const data = join(root, "data");
  await writeData(data, { train: 40, test: 12, size: 16 });
  const train = (folder: string) =>
    `train --data ${data} --network lenet --epochs 2 --batch-size 16 --target wasm --threads 1 --figures no --out ${folder}`;
  const call = (line: string) => run([...line.split(" "), "--quiet"]);

  const straight = join(root, "straight");
  expect(await call(train(straight))).toBe(0);
  const expected = await leftIn(straight);

  const folder = join(root, "killed");
  let points = 0;
  for (; ; points++) {
    const { isKilled, acts } = await killedAfter(points, () => call(train(folder)), { half: true });
    if (!isKilled) break;
    const place = `after ${points} changes, the last: ${acts.at(-1)}`;
    const began = existsSync(join(folder, "args.json"));
    const again = began ? `train --resume ${folder} --figures no` : train(folder);
    expect(await call(again), place).toBe(0);
    expect(await leftIn(folder), place).toEqual(expected);
    await rm(folder, { recursive: true });
  }
  expect(points).toBeGreaterThan(20);
}, 600_000);
