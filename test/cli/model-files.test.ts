// What --model and --network take, and what is said to a file that is no model, to a model whose sizes are
// open, and to the one option given for the other.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeZip } from "../../src/formats/zip.ts";
import type { Builder } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn, writeData } from "./command-line.ts";

let folder: string;

const bytes = (...head: readonly (number | string)[]) => {
  const start = head.flatMap((part) =>
    typeof part === "number" ? [part] : [...part].map((letter) => letter.charCodeAt(0)),
  );
  return Uint8Array.from({ length: 400 }, (_, i) => start[i] ?? i % 251);
};

beforeAll(async () => {
  folder = await emptyFolder();
  const files: Readonly<Record<string, Uint8Array | string>> = {
    "README.md": "# My model\n\nTrained on Monday.\n",
    "notes.txt": "nothing but words\n",
    "model.pth": bytes(0x80, 2, "}q"),
    "model.pt": encodeZip({ "model/data.pkl": bytes(0x80, 2) }),
    "model.tflite": bytes(0x1c, 0, 0, 0, "TFL3"),
    "model.onnx": bytes(8, 7, 0x12, 7, "pytorch"),
    "empty.h5": "",
    "page.keras": "<!DOCTYPE html><html><body>404</body></html>",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await mkdir(join(folder, "none"));
});

describe("a file that is no model is refused with what it looks like and what to do", () => {
  test.each([
    ["README.md", "text", ".safetensors"],
    ["notes.txt", "text", ".safetensors"],
    ["model.pth", "holds no model", "model.loadWeights"],
    ["model.pt", "holds no model", "model.loadWeights"],
    ["model.tflite", "TensorFlow Lite", "Export the original Keras model"],
    ["model.onnx", "ONNX", ".keras or .safetensors"],
    ["empty.h5", "empty", "again"],
    ["page.keras", "web page", "Download the file itself"],
  ])("%s", async (name, likeness, advice) => {
    for (const command of ["summary", "evaluate", "predict", "convert --out new.keras"]) {
      const { code, stderr } = await refusalIn(folder, `${command} --model ${name}`);
      expect(stderr).toContain(name);
      expect(stderr).toContain(likeness);
      expect(stderr).toMatch(/^ {2}to do: /m);
      expect(stderr).toContain(advice);
      expect(stderr).not.toContain("    at ");
      expect(code).toBe(2);
    }
  });
});

describe("--network for --model, and the reverse, is answered with the other", () => {
  test.each([
    ["train --model lenet", "has no option --model", "use --network lenet"],
    ["train --model=lenet", "has no option --model", "use --network lenet"],
    ["train --model lenett", "has no option --model", 'did you mean "lenet-5"'],
    ["train --model runs/train", "has no option --model", "use --resume runs/train"],
    ["lr-find --model mnist", "has no option --model", "use --network mnist"],
    ["bench --model mnist --profile", "has no option --model", "use --network mnist"],
    ["evaluate --network lenet", "has no option --network", "fovea train --network lenet"],
    ["summary --model lenet", "the name of an architecture", "fovea summary --network lenet"],
    ["evaluate --model mnist", "the name of an architecture", "fovea train --network mnist"],
    ["predict --model mnist", "the name of an architecture", "fovea train --network mnist"],
    ["convert --model mnist --out m.h5", "the name of an architecture", "--network mnist"],
    ["summary", "one model at a time", "received: neither"],
    ["summary --model m.h5 --network mnist", "one model at a time", "received: both"],
  ])("fovea %s", async (args, what, hint) => {
    const { code, stderr } = await refusalIn(folder, args);
    expect(stderr).toContain(what);
    expect(stderr).toContain(hint);
    expect(code).toBe(2);
  });

  test("a folder that is called as an architecture is a folder", async () => {
    await mkdir(join(folder, "lenet"));
    const { stderr } = await refusalIn(folder, "summary --model lenet");
    expect(stderr).toContain("The folder lenet holds no model");
  });
});

describe("a model whose sizes are open", () => {
  let fovea: ReturnType<typeof commandLineIn>;

  beforeAll(async () => {
    fovea = commandLineIn(folder);
    await writeData(join(folder, "data"), { size: 12, classes: 4 });
    const model = sequential([
      layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu", inputShape: [16, 16, 1] }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 4, activation: "softmax" }),
    ]);
    await mkdir(join(folder, "open"));
    await saveModel(model, join(folder, "open", "model.json"), { training: false });
    const path = join(folder, "open", "model.json");
    const text = (await readFile(path, "utf8")).replaceAll(
      /\[null, ?16, ?16, ?1\]/g,
      "[null,null,null,1]",
    );
    expect(text).toContain("[null,null,null,1]");
    await writeFile(path, text);
  });

  test("is refused with the option that sets them", async () => {
    const { code, stderr } = await refusalIn(folder, "summary --model open/model.json");
    expect(stderr).toContain("--input-shape 224,224,1");
    expect(stderr).not.toContain("inputShape");
    expect(code).toBe(2);
  });

  test("takes --input-shape in summary, predict and convert", async () => {
    const [record] = recordsOf(
      await fovea("summary --model open/model.json --input-shape 12,12,1 --json"),
    );
    expect(record).toMatchObject({ parameters: 46 });
    const options = "--data ./data --threads 1 --target wasm --json";
    const [{ predictions }] = recordsOf(
      await fovea(`predict --model open/model.json --input-shape 12x12x1 ${options}`),
    );
    expect(predictions).toHaveLength(10);
    const converted = await fovea(
      "convert --model open/model.json --input-shape 12,12,1 --out fixed.safetensors",
    );
    expect([converted.code, converted.stderr]).toEqual([0, ""]);
  });

  test.each(["12,12", "12,12,0", "twelve", "12,,1"])(
    "--input-shape %s is refused",
    async (shape) => {
      const args = `summary --model open/model.json --input-shape ${shape}`;
      const { code, stderr } = await refusalIn(folder, args);
      expect(stderr).toMatch(/--input-shape/);
      expect(code).toBe(2);
    },
  );
});

describe("a model whose loss Fovea does not have", () => {
  let fovea: ReturnType<typeof commandLineIn>;

  beforeAll(async () => {
    fovea = commandLineIn(folder);
    await writeData(join(folder, "images"), { size: 12, classes: 4 });
    const model = sequential([
      layers.flatten({ inputShape: [12, 12, 1] }),
      layers.dense({ units: 4, activation: "softmax" }),
    ]);
    const loss = (targets: Node, predictions: Node, build: Builder) =>
      build.subtract(predictions, build.cast(targets, "f32"));
    model.compile({ optimizer: "adam", loss });
    await saveModel(model, join(folder, "own-loss.safetensors"));
  });

  test("is shown, used and converted: none of these needs the loss", async () => {
    const options = "--data ./images --threads 1 --target wasm";
    for (const args of [
      "summary --model own-loss.safetensors",
      `predict --model own-loss.safetensors ${options}`,
      "convert --model own-loss.safetensors --out own-loss.keras",
    ]) {
      const { code, stderr } = await fovea(args);
      expect([args, code, stderr]).toEqual([args, 0, ""]);
    }
  });

  test("cannot be evaluated, and the error names the loss", async () => {
    const args = "evaluate --model own-loss.safetensors --data ./images";
    const { code, stderr } = await refusalIn(folder, args);
    expect(stderr).toContain("custom");
    expect(code).toBe(2);
  });
});
