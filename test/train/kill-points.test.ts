// A short run is killed at every change that it makes to the disk, and in the middle of every file. Taken up again it
// ends in the same bits and the same files.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { killedAfter } from "../kill-points.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-kill-points-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
afterAll(() => device.close());

const examples = tinyExamples(24);

/** Makes the callbacks of a run whose files lie in a folder. */
type Plan = (folder: string) => readonly Callback[];

const plans: Readonly<Record<string, Plan>> = {
  "every epoch": (into) => [
    callbacks.backupAndRestore({ path: join(into, "backup.safetensors") }),
    callbacks.learningRateScheduler((epoch) => (epoch < 1 ? 0.01 : 3)),
    callbacks.csvLogger({ path: join(into, "log.csv") }),
    callbacks.modelCheckpoint({ path: join(into, "last.safetensors") }),
    callbacks.modelCheckpoint({ path: join(into, "best/model.safetensors"), saveBestOnly: true }),
    callbacks.modelCheckpoint({
      path: join(into, "weights/{epoch}.safetensors"),
      saveWeightsOnly: true,
    }),
    callbacks.earlyStopping({
      patience: 3,
      restoreBestWeights: true,
      path: join(into, "kept.safetensors"),
    }),
  ],
  "every two steps": (into) => [
    callbacks.backupAndRestore({
      path: join(into, "backup.safetensors"),
      saveFrequency: 2,
      deleteCheckpoint: false,
    }),
    callbacks.modelCheckpoint({
      path: join(into, "{epoch}-{step}.safetensors"),
      saveFrequency: 2,
    }),
  ],
};

/** Trains a new model with the callbacks of `plan`; what it ends in. */
async function train(plan: Plan, into: string): Promise<unknown> {
  const model = tinyModel(device);
  try {
    await model.fit(examples, {
      batchSize: 8,
      validationSplit: 0.25,
      epochs: 2,
      verbose: 0,
      callbacks: plan(into),
    });
    return await outcomeOf(model);
  } finally {
    await model.dispose();
  }
}

/** Every file below a folder by name: models as what they hold but for the time that epochs took, others as text. */
async function filesIn(where: string): Promise<Map<string, unknown>> {
  const names = readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(where.length + 1));
  const contentOf = async (name: string) => {
    const bytes = readFileSync(join(where, name));
    const isModel = name.endsWith(".safetensors") && !name.startsWith("weights");
    if (!isModel) return bytes.toString("latin1");
    return outcomeOf((await decodeModel(bytes, { name })).model);
  };
  const entries: [string, unknown][] = [];
  for (const name of names.sort()) entries.push([name, await contentOf(name)]);
  return new Map(entries);
}

test.each(Object.entries(plans))(
  "files that are written %s are the same after a kill, wherever it came",
  async (_, plan) => {
    const calm = join(folder, "calm");
    mkdirSync(calm);
    const straight = await train(plan, calm);
    const files = await filesIn(calm);
    expect(files.size).toBeGreaterThan(3);
    for (let count = 0; ; count++) {
      const into = join(folder, String(count));
      mkdirSync(into);
      const kill = () => killedAfter(count, () => train(plan, into), { half: true });
      const { isKilled, acts } = await kill();
      const place = `after ${acts.at(-1) ?? "the start"}`;
      if (isKilled) expect(await train(plan, into), place).toEqual(straight);
      expect(await filesIn(into), place).toEqual(files);
      rmSync(into, { recursive: true });
      if (!isKilled) break;
    }
  },
);
