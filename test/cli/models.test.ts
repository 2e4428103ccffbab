// `fovea models`: the list of architectures, and one of them with its numbers.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { zoo } from "../../src/zoo/index.ts";
import { commandLineIn, emptyFolder, refusalIn } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
});

test("lists every architecture with year, input, parameters, GMACs and accuracy", async () => {
  const { code, stdout } = await fovea("models");
  expect(code).toBe(0);
  const [heading, ...lines] = stdout.split("\n");
  expect(heading).toMatch(/^name +year +input +parameters +GMACs +top-1 +licence +weights$/);
  for (const name of zoo.names)
    expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true);
  expect(stdout).toMatch(/resnet-50 +2015 +224x224x3 +25,636,712 +3.858 +74.9 %/);
});

test("weights that are on this computer are marked", async () => {
  await mkdir(join(folder, "cache/fovea/weights/mobilenet-v2"), { recursive: true });
  const { weights } = await zoo.architecture("mobilenet-v2");
  const name = weights[0].url.slice(weights[0].url.lastIndexOf("/") + 1);
  await writeFile(join(folder, "cache/fovea/weights/mobilenet-v2", name), "");
  const { stdout } = await fovea("models");
  expect(stdout).toMatch(/^mobilenet-v2 .* imagenet \*/m);
  expect(stdout).toMatch(/^resnet-50 .* imagenet(,|$)/m);
  const { stdout: one } = await fovea("models mobilenet-v2 --json");
  expect(JSON.parse(one).weights[0]).toMatchObject({ name: "imagenet", here: true });
});

test("with --json each architecture is a record", async () => {
  const { stdout } = await fovea("models --json");
  const records = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.map(({ name }) => name)).toEqual(zoo.names);
  expect(records[0]).toMatchObject({ name: "mnist", parameters: 93_322, inputShape: [28, 28, 1] });
});

test("with a name, shows layers, ticked numbers, features, options, weights and paper", async () => {
  const { code, stdout } = await fovea("models mobilenet-v2");
  expect(code).toBe(0);
  for (const text of [
    "block_16_project",
    "✓  parameters              3,538,984  3,538,984  Keras",
    "block_12_add",
    "width",
    "Weights",
    "arXiv:1801.04381",
    "Published top-1 on ImageNet: 71.3 % (Keras), 71.9 % (torchvision)",
    "fovea train --base mobilenet-v2 --data ./photos",
  ]) {
    expect(stdout).toContain(text);
  }
  expect(stdout).not.toContain("✗");
});

test("with a name and --json, the same as one record", async () => {
  const { stdout } = await fovea("models lenet-5 --json");
  const record = JSON.parse(stdout);
  expect(record).toMatchObject({
    name: "lenet-5",
    parameters: 61_706,
    features: { stage1: "conv2d" },
  });
  expect(record.figures.every(({ agrees }: { agrees: boolean }) => agrees)).toBe(true);
  expect(record.summary.rows).toHaveLength(8);
});

test("a name that is unknown is refused with the closest", async () => {
  const { code, stderr } = await refusalIn(folder, "models resnet-5");
  expect(code).toBe(2);
  expect(stderr).toContain('no architecture "resnet-5"');
  expect(stderr).toContain('did you mean "resnet-50"?');
});
