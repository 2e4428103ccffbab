// Published weights of the zoo: fetched once and checked, refused where they do not fit, and with a
// word on what to do where there is no network; and what predictions mean.

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { DownloadError } from "../../src/data/download.ts";
import { tensor, zoo } from "../../src/index.ts";
import { decodePredictions, imagenetClassNames } from "../../src/zoo/decode-predictions.ts";
import { fetchWeights, type WeightsProgress } from "../../src/zoo/weights/fetch-weights.ts";
import { torchNamesOf } from "../../src/zoo/weights/names.ts";
import { cutAt, type FileServer, ranged, serveFiles } from "../data/file-server.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-pretrained-"));
afterAll(() => rmSync(folder, { recursive: true }));

let server: FileServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const content = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
const sha256 = createHash("sha256").update(content).digest("hex");
const md5 = createHash("md5").update(content).digest("hex");
const publisher = { publisher: "torchvision" };

describe("published weights", () => {
  test("are fetched once, by whatever is known of them", async () => {
    server = await serveFiles({ "net-1234.pth": content });
    const url = `${server.url}net-1234.pth`;
    for (const known of [{ sha256: sha256.slice(0, 8) }, { md5 }, { sha256 }, {}]) {
      const cacheFolder = mkdtempSync(join(folder, "cache-"));
      const seen: WeightsProgress[] = [];
      const onProgress = (progress: WeightsProgress) => seen.push(progress);
      const options = { cacheFolder, onProgress };
      const path = await fetchWeights("net", publisher, { url, ...known }, options);
      expect(path).toBe(join(cacheFolder, "weights/net/net-1234.pth"));
      expect(new Uint8Array(readFileSync(path))).toEqual(content);
      expect(seen.at(-1)).toEqual({
        file: "net-1234.pth",
        receivedBytes: 5000,
        totalBytes: 5000,
      });
      const asked = server.ranges.length;
      await fetchWeights("net", publisher, { url, ...known }, options);
      expect(server.ranges.length).toBe(asked);
    }
  });

  test("that break off go on where they stopped, though nobody knows their size", async () => {
    server = await serveFiles({ "a.h5": content }, cutAt(1000), ranged);
    const options = { cacheFolder: mkdtempSync(join(folder, "cache-")) };
    const path = await fetchWeights("net", publisher, { url: `${server.url}a.h5`, md5 }, options);
    expect(new Uint8Array(readFileSync(path))).toEqual(content);
    expect(server.ranges).toEqual([undefined, "bytes=1000-"]);
  });

  test("that are others are refused", async () => {
    server = await serveFiles({ "a.pth": content });
    const options = { cacheFolder: mkdtempSync(join(folder, "cache-")) };
    const other = { url: `${server.url}a.pth`, sha256: "00000000" };
    const fetched = fetchWeights("net", publisher, other, options);
    await expect(fetched).rejects.toThrow(/not the published file[\s\S]*SHA-256 00000000/);
  });

  test("say which file to put where, when there is no network", async () => {
    const cacheFolder = mkdtempSync(join(folder, "cache-"));
    const fetch = () => Promise.reject(new Error("no route"));
    const loaded = zoo.load("resnet-18", { weights: "imagenet", cacheFolder, fetch });
    const error = (await loaded.catch((caught: unknown) => caught)) as Error;
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain("https://download.pytorch.org/models/resnet18-f37072fd.pth");
    expect(error.message).toContain(join(cacheFolder, "weights", "resnet-18"));
    expect(error.message).toContain('zoo.load("resnet-18", { weights: "resnet18-f37072fd.pth" })');
  });

  test("are asked for without the classifier where there is a file without it", async () => {
    const asked: string[] = [];
    const fetch = (url: unknown) => {
      asked.push(String(url));
      return Promise.reject(new Error("no route"));
    };
    const cacheFolder = mkdtempSync(join(folder, "cache-"));
    const options = { weights: "imagenet", includeTop: false, cacheFolder, fetch };
    await expect(zoo.load("mobilenet-v2", options)).rejects.toThrow(DownloadError);
    expect(asked[0]).toMatch(/1\.0_224_no_top\.h5$/);
  });

  test("of other names, and for other classes, are refused with what there is", async () => {
    await expect(zoo.load("resnet-18", { weights: "imagnet" })).rejects.toThrow(
      /no published weights of that name for ResNet-18[\s\S]*did you mean "imagenet"/,
    );
    await expect(zoo.load("mnist", { weights: "imagenet" })).rejects.toThrow(
      /no published weights/,
    );
    const other = { weights: "imagenet", classes: 5 };
    await expect(zoo.load("resnet-18", other)).rejects.toThrow(/tell 1000 classes apart/);
  });

  test("have addresses of files, and checksums in hexadecimal digits", async () => {
    let count = 0;
    for (const name of zoo.names) {
      for (const { withoutTop, ...source } of (await zoo.architecture(name)).weights) {
        count++;
        expect(source.licence).not.toBe("");
        for (const file of [source, ...(withoutTop === undefined ? [] : [withoutTop])]) {
          expect(file.url).toMatch(/^https:\/\/[^ ]+\.(h5|pth|safetensors)$/);
          if (file.md5 !== undefined) expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
          if (file.sha256 !== undefined)
            expect(file.sha256).toMatch(/^([0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{64})$/);
        }
      }
    }
    expect(count).toBeGreaterThan(45);
  });
});

/** Compared as a whole: number by number would take minutes. */
const bytesOf = (data: Float32Array | undefined) =>
  data === undefined ? Buffer.of() : Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe("published weights that expect other bytes than their architecture", () => {
  test("of GoogLeNet get numbers from -1 to 1", async () => {
    const [{ preprocess }] = (await zoo.architecture("googlenet")).weights;
    expect(preprocess).toEqual({ scale: 1 / 127.5, offset: -1 });
  });

  test("of EfficientNet are divided once more, as in Keras", async () => {
    const [{ preprocess }] = (await zoo.architecture("efficientnet-b0")).weights;
    const [means, deviations] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const { mean, deviation } = preprocess as Record<"mean" | "deviation", number[]>;
    for (const [i, std] of deviations.entries()) {
      for (const byte of [0, 100, 255]) {
        // What the first layers of the network make of it.
        const inside = ((byte - mean[i]) / deviation[i] / 255 - means[i]) / std;
        expect(inside).toBeCloseTo((byte / 255 - means[i]) / std / Math.sqrt(std), 6);
      }
    }
  });

  test("do so under their own name as well", async () => {
    const small = { includeTop: false, inputShape: [32, 32, 3] };
    const from = await zoo.load("efficientnet-b0", small);
    const [published, other] = ["efficientnetb0_notop.h5", "mine.h5"].map((n) => join(folder, n));
    for (const path of [published, other]) await from.saveWeights(path);
    const [first] = (await zoo.load("efficientnet-b0", { ...small, weights: published }))
      .preprocess;
    const [second] = (await zoo.load("efficientnet-b0", { ...small, weights: other })).preprocess;
    expect(first?.deviation).toBeDefined();
    // Pictures are cut as they were where accuracies are published.
    expect(first).toMatchObject({ resize: "cover", crop: 0.875, interpolation: "bicubic" });
    expect(from.preprocess[0]?.crop).toBeUndefined();
    expect(second?.deviation).toBeUndefined();
  });
});

describe("weights from a path", () => {
  const small = { inputShape: [32, 32, 3], classes: 4 };

  test("are those of PyTorch's file, and again out", async () => {
    const first = await zoo.load("resnet-18", { ...small, seed: 1 });
    const path = join(folder, "resnet18.safetensors");
    await first.saveWeights(path, { names: "torch" });
    const second = await zoo.load("resnet-18", { ...small, seed: 2, weights: path });
    const [before, after] = [await first.getWeights(), await second.getWeights()];
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, { data }] of before) {
      expect(Buffer.compare(bytesOf(data), bytesOf(after.get(name)?.data))).toBe(0);
    }
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const options = { ...small, classes: 7, weights: path, onWarning };
    await expect(zoo.load("resnet-18", options)).rejects.toThrow(/"fc\/kernel" does not fit/);
    await zoo.load("resnet-18", { ...options, skipMismatch: true });
    expect(warnings.join()).toMatch(/1 layers were left as they are: "fc\/kernel"/);
  });

  test("of another architecture are refused", async () => {
    const path = join(folder, "other.safetensors");
    await (await zoo.load("resnet-18", small)).saveWeights(path, { names: "torch" });
    const loaded = zoo.load("resnet-34", { ...small, weights: path });
    await expect(loaded).rejects.toThrow(/does not fit, nor do/);
  });

  test("that do not exist, or are none, are refused", async () => {
    const missing = zoo.load("resnet-18", { ...small, weights: "./nowhere.pth" });
    await expect(missing).rejects.toThrow(/no such file/);
    const path = join(folder, "text.pth");
    writeFileSync(path, "no weights");
    const text = zoo.load("resnet-18", { ...small, weights: path });
    await expect(text).rejects.toThrow(/looks like a text/);
  });
});

test.each([
  ["vgg-11", "features.0", "features.0"],
  ["vgg-16", "block5_conv3", "features.28"],
  ["vgg-16", "predictions", "classifier.6"],
  ["vgg-16-bn", "features.41", "features.41"],
  ["efficientnet-lite0", "blocks.0.0.conv_pw", "_blocks.0._project_conv"],
  ["efficientnet-lite0", "blocks.6.0.bn3", "_blocks.15._bn2"],
  ["efficientnet-lite0", "classifier", "_fc"],
])("%s calls its layer %s %s elsewhere", (architecture, layer, module) => {
  const found = torchNamesOf(architecture).map((names) => names.module(layer, "kernel"));
  expect(found).toContain(module);
});

describe("predictions", () => {
  test("have the names of ImageNet's classes, the best first", async () => {
    const names = await imagenetClassNames();
    expect(new Set(names).size).toBe(1000);
    expect([names[0], names[281], names[999]]).toEqual(["tench", "tabby", "toilet tissue"]);
    const data = new Float32Array(2000);
    data[281] = 0.6;
    data[999] = 0.4;
    data[1000 + 7] = 1;
    const [first, second] = await decodePredictions(tensor(data, [2, 1000]), { top: 2 });
    expect(first.map(({ id, name }) => [id, name])).toEqual([
      ["n02123045", "tabby"],
      ["n15075141", "toilet tissue"],
    ]);
    expect(second[0]).toEqual({ index: 7, id: "n01514668", name: "cock", score: 1 });
  });

  test("may be those of classes of one's own", async () => {
    const scores = tensor(Float32Array.of(0.1, 0.9), [1, 2]);
    const [[best]] = await decodePredictions(scores, { classNames: ["cat", "dog"], top: 1 });
    expect(best).toMatchObject({ index: 1, name: "dog", id: undefined });
    await expect(decodePredictions(scores)).rejects.toThrow(/\[N, 1000\][\s\S]*classNames/);
    await expect(decodePredictions(scores, { top: 0 })).rejects.toThrow(/top cannot be used/);
  });
});
