// `fovea lesson`, `filters`, `features` and `network` write figures, and say where; and refuse what they cannot draw.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { lessonNames } from "../../src/cli/lessons.ts";
import { run } from "../../src/cli/run.ts";
import { imageHeader } from "../../src/images/header.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-lesson-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fovea(...args: readonly string[]) {
  const said: string[] = [];
  const errors: string[] = [];
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  const error = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    errors.push(String(text));
    return true;
  });
  try {
    const code = await run(args);
    return { code, stdout: said.join(""), stderr: errors.join("") };
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}

test.each(lessonNames)("fovea lesson %s writes an SVG file", { timeout: 60_000 }, async (name) => {
  const file = join(folder, `${name}.svg`);
  const { code, stdout } = await fovea("lesson", name, "--out", file);
  expect([code, stdout.startsWith(`open ${file}\n`)]).toEqual([0, true]);
  expect(await readFile(file, "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
});

test("a PNG file in dark, and a second figure beside it", async () => {
  const file = join(folder, "step.png");
  const { code, stdout } = await fovea(
    "lesson",
    "convolution",
    "--out",
    file,
    "--theme",
    "dark",
    "--json",
  );
  const second = join(folder, "step-backward.png");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ lesson: "convolution", files: [file, second] });
  for (const path of [file, second]) {
    const { format, width } = imageHeader(await readFile(path));
    expect([format, width > 800]).toEqual(["png", true]);
  }
});

test.each(["filters", "features", "network"])(
  "fovea %s draws a model",
  { timeout: 60_000 },
  async (name) => {
    const model = join(folder, "model.safetensors");
    const made = sequential([
      layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [16, 16, 3] }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 2, activation: "softmax" }),
    ]);
    await saveModel(made, model);
    await made.dispose();
    const file = join(folder, `${name}.svg`);
    const { code, stdout } = await fovea(name, "--model", model, "--out", file);
    expect([code, stdout.includes(`open ${file}\n`)]).toEqual([0, true]);
    const svg = await readFile(file, "utf8");
    expect(svg).toContain("conv2d");
    expect(svg.match(/<image /g)?.length).toBe(name === "filters" ? 4 : 5);
    const refused = await fovea(
      name,
      "--model",
      model,
      "--out",
      file,
      name === "network" ? "none.jpg" : "--layer",
      "conv3d",
    );
    expect(refused.code).toBe(2);
  },
);

test.each([
  ["lesson convolutions", 'Did you mean "convolution"'],
  ["lesson pooling --out pooling.jpg", ".svg or .png"],
  ["lesson pooling --network lenet-5", "no option --network"],
  ["lesson kernels --picture none.jpg", "none.jpg"],
  ["lesson receptive-field --layer conv9", 'no layer "conv9"'],
])("fovea %s is refused", async (line, message) => {
  const { code, stderr } = await fovea(...line.split(" "));
  expect(stderr.toLowerCase()).toContain(message.toLowerCase());
  expect(code).toBe(2);
});
