// `fovea convert` as a process: a model of Keras's becomes Fovea's own and TensorFlow.js's, and is used.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadModel } from "../../src/train/checkpoint.ts";
import { commandLineIn, emptyFolder } from "./command-line.ts";

const keras = fileURLToPath(new URL("../golden/keras/files/sequential.keras", import.meta.url));

test("a file becomes another kind, and that one another again", async () => {
  const folder = await emptyFolder();
  const fovea = commandLineIn(folder);
  const first = await fovea(`convert --model ${keras} --out small.safetensors --training`);
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toContain("small.safetensors");
  expect((await fovea("convert --model small.safetensors --out model.json")).code).toBe(0);
  const { model } = await loadModel(keras);
  for (const [name, optimizer] of [
    ["small.safetensors", "adamW"],
    ["model.json", undefined],
  ] as const) {
    const { model: again } = await loadModel(join(folder, name));
    expect(again.getWeights()).toEqual(model.getWeights());
    expect(again.settings?.optimizer.name).toBe(optimizer);
  }
  expect((await fovea("summary --model model.json")).stdout).toContain("depthwise_conv2d");
});

test("what is no model is refused, and nothing is written", async () => {
  const folder = await emptyFolder();
  const fovea = commandLineIn(folder);
  const outcome = await fovea("convert --model missing.keras --out new.h5");
  expect(outcome.code).not.toBe(0);
  expect(outcome.stderr).toContain("there is no such file");
});
