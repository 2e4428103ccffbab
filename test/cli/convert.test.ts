// `fovea convert` as a process: a model of Keras's becomes Fovea's own and TensorFlow.js's, and is used.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadModel } from "../../src/train/load.ts";
import { saveModel } from "../../src/train/save.ts";
import { commandLineIn, emptyFolder } from "./command-line.ts";

const keras = fileURLToPath(new URL("../golden/keras/files/sequential.keras", import.meta.url));

test("a file becomes another kind, and that one another again", async () => {
  const folder = await emptyFolder();
  const fovea = commandLineIn(folder);
  const first = await fovea(`convert --model ${keras} --out small.safetensors --training`);
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toContain("small.safetensors");
  expect((await fovea("convert --model small.safetensors --out web/model.json")).code).toBe(0);
  const { model } = await loadModel(keras);
  for (const [name, optimizer] of [
    ["small.safetensors", "adamW"],
    ["web/model.json", undefined],
  ] as const) {
    const { model: again } = await loadModel(join(folder, name));
    expect(await again.getWeights()).toEqual(await model.getWeights());
    expect(again.settings?.optimizer.name).toBe(optimizer);
  }
  expect((await fovea("summary --model web/model.json")).stdout).toContain("depthwise_conv2d");
});

test("names of classes and the task go along", async () => {
  const folder = await emptyFolder();
  const { model } = await loadModel(keras);
  const classNames = ["cup", "pen"];
  const task = { name: "detect", threshold: 0.5 };
  await saveModel(model, join(folder, "own.safetensors"), { classNames, task });
  const fovea = commandLineIn(folder);
  expect((await fovea("convert --model own.safetensors --out other.h5")).code).toBe(0);
  expect(await loadModel(join(folder, "other.h5"))).toMatchObject({ classNames, task });
});

test("what is no model is refused, and nothing is written", async () => {
  const folder = await emptyFolder();
  const fovea = commandLineIn(folder);
  const outcome = await fovea("convert --model missing.keras --out new.h5");
  expect(outcome.code).not.toBe(0);
  expect(outcome.stderr).toContain("there is no such file");
});

test("a model is not written over itself, nor into a file whose name says nothing", async () => {
  const folder = await emptyFolder();
  const fovea = commandLineIn(folder);
  expect((await fovea(`convert --model ${keras} --out own.safetensors`)).code).toBe(0);
  const own = await readFile(join(folder, "own.safetensors"));
  const onto = await fovea("convert --model own.safetensors --out ./own.safetensors");
  expect(onto.stderr).toMatch(/own\.safetensors is the model itself/);
  const text = await fovea("convert --model own.safetensors --out model.txt");
  expect(text.stderr).toMatch(/does not say what kind of file.*\n.*\.safetensors, \.keras/);
  expect([onto.code, text.code]).not.toContain(0);
  expect(await readdir(folder)).toEqual(["own.safetensors"]);
  expect(await readFile(join(folder, "own.safetensors"))).toEqual(own);
});
