// The order in which a dataset's places are searched, what is passed over, and what the source
// line says.

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigError, DataError, FormatError, FoveaError } from "../../src/core/errors.ts";
import type { DownloadProgress, LoadOptions } from "../../src/data/datasets/dataset.ts";
import { type IdxDataset, idxDataset } from "../../src/data/datasets/idx-dataset.ts";
import { loadPublished } from "../../src/data/datasets/published-dataset.ts";
import { DownloadError } from "../../src/data/download.ts";
import { deadAddress, type FileServer, type Plan, serveFiles, whole } from "./file-server.ts";
import {
  emptyFolder,
  fileNames,
  fill,
  images,
  labels,
  tinyDataset,
  tinyFiles,
} from "./tiny-dataset.ts";

// Each place has another number of images, so that it is plain which one was read.
const published = tinyFiles(8, 3);
const inSystem = tinyFiles(7, 3);
const inSample = tinyFiles(4, 2);

let cache: string;
let system: string;
let sample: string;
let cached: string;
let dataset: IdxDataset;
let server: FileServer | undefined;

beforeEach(async () => {
  [cache, system, sample] = await Promise.all([emptyFolder(), emptyFolder(), emptyFolder()]);
  cached = join(cache, "datasets", "tiny");
  await fill(sample, inSample);
  dataset = tinyDataset(published, {
    mirrors: [await deadAddress()],
    system: { package: "dataset-tiny", folder: system },
    sampleFolder: sample,
  });
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(files: Record<string, Uint8Array>, plan: Plan = whole): Promise<string> {
  server = await serveFiles(files, plan);
  dataset = { ...dataset, mirrors: [server.url] };
  return server.url;
}

let warnings: string[] = [];
const load = (options: LoadOptions = {}) => {
  warnings = [];
  const onWarning = (message: string) => warnings.push(message);
  return loadPublished(idxDataset(dataset), { cacheFolder: cache, onWarning, ...options });
};

async function refusal(options: LoadOptions = {}): Promise<FoveaError> {
  const error = await load(options).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(FoveaError);
  return error as FoveaError;
}

describe('the source "auto" takes', () => {
  test("the cache first", async () => {
    await fill(cached, published);
    await fill(system, inSystem);
    const { source } = await load();
    expect(source).toBe(`Fovea's cache: 8 training and 3 test images in ${cached}`);
  });

  test("the system package where the cache is empty", async () => {
    await fill(system, inSystem);
    const { source } = await load();
    expect(source).toBe(`system package dataset-tiny: 7 training and 3 test images in ${system}`);
  });

  test("the network where neither has it, and the cache from then on", async () => {
    const url = await serve(published);
    const first = await load();
    expect(first.source).toBe(`downloaded from ${url}: 8 training and 3 test images in ${cached}`);
    await server?.close();
    expect((await load()).source).toMatch(/^Fovea's cache: 8 training/);
  });

  test("only the missing files from the network", async () => {
    const { [fileNames.testLabels]: missing, ...held } = published;
    await fill(cached, held);
    await serve({ [fileNames.testLabels]: missing });
    expect((await load()).source).toMatch(/^downloaded from/);
    expect(server?.ranges.length).toBe(1);
  });

  test("the sample where there is no network, and says so", async () => {
    const { source } = await load();
    expect(source).toBe("sample shipped with Fovea: 4 training and 2 test images (no network)");
    expect(warnings).toEqual([
      'The dataset tiny was not found, so its smaller sample is used: 4 training and 2 test images (no network). For all of it use source: "download"; for the sample without this warning, source: "sample".',
    ]);
  });

  test("the sample with a warning of Node's where nobody takes it", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await loadPublished(idxDataset(dataset), { cacheFolder: cache });
    expect(emitWarning).toHaveBeenCalledWith(
      expect.stringMatching(/^The dataset tiny was not found/),
      "FoveaWarning",
    );
    emitWarning.mockRestore();
  });

  test("all of it without a warning", async () => {
    await fill(cached, published);
    await load();
    expect(warnings).toEqual([]);
  });

  test("the sample where the server refuses, and says what it answered", async () => {
    await serve({});
    expect((await load()).source).toMatch(/^sample.*\(.*the server answered 404\)$/);
  });

  test("the sample where the server sends other files, which it does not keep", async () => {
    await serve(tinyFiles(9, 3));
    expect((await load()).source).toMatch(/^sample.*\(.*is not the published file\)$/);
    expect((await refusal({ source: "cache" })).message).toMatch(/not in Fovea's cache/);
  });

  test("the sample where the cache cannot be written", async () => {
    await serve(published);
    const blocked = join(cache, "a-file");
    await writeFile(blocked, "");
    const { source } = await load({ cacheFolder: blocked });
    expect(source).toMatch(/^sample.*\(The download cannot be written to .*a-file/);
  });

  test("nothing where no place has it, and says what to do", async () => {
    await rm(sample, { recursive: true });
    const { sampleFolder: _, system: __, ...bare } = dataset;
    dataset = bare;
    const error = await refusal();
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/tiny was not found in any place.*no network/s);
    // Which file to put where.
    expect(error.message).toContain(`${dataset.mirrors[0]}${fileNames.trainImages}`);
    expect(error.message).toContain(`put the files into ${cached}`);
  });
});

describe("a damaged file in the cache", () => {
  const damaged = Uint8Array.from(published[fileNames.trainImages]);
  damaged[40] ^= 1;

  beforeEach(async () => {
    await fill(cached, { ...published, [fileNames.trainImages]: damaged });
  });

  test("is passed over for the system package, and named", async () => {
    await fill(system, inSystem);
    const { source } = await load();
    expect(source).toMatch(
      /^system package.*passed over: .*train-images-idx3-ubyte\.gz is damaged/,
    );
  });

  test("is replaced from the network, and named", async () => {
    await serve(published);
    const { source } = await load();
    expect(source).toMatch(
      /^downloaded from.*passed over: .*train-images-idx3-ubyte.gz is damaged/,
    );
    expect(server?.ranges.length).toBe(1);
    expect((await load()).source).toMatch(/^Fovea's cache: 8 training and 3 test images in [^(]*$/);
  });

  test("is passed over for the sample where there is no network", async () => {
    expect((await load()).source).toMatch(/^sample.*is damaged; no network\)$/);
  });

  test('is an error with the source "cache", also where its size is another', async () => {
    expect((await refusal({ source: "cache" })).message).toMatch(/is damaged.*another MD5/s);
    await writeFile(join(cached, fileNames.trainImages), damaged.subarray(0, 20));
    expect((await refusal({ source: "cache" })).message).toMatch(/is damaged.*20 bytes/s);
    await writeFile(join(cached, fileNames.trainImages), new Uint8Array(9_999));
    expect((await refusal({ source: "cache" })).message).toMatch(/is damaged.*9999 bytes/s);
  });
});

test("a damaged system package is passed over, and named", async () => {
  const damaged = Uint8Array.from(inSystem[fileNames.testLabels]);
  damaged[damaged.length - 6] ^= 1;
  await fill(system, { ...inSystem, [fileNames.testLabels]: damaged });
  const { source } = await load();
  expect(source).toMatch(/^sample.*passed over: .*t10k-labels-idx1-ubyte.gz is a damaged gzip/);
});

describe("a source that was named is the only one asked", () => {
  test('"system" passes the cache over', async () => {
    await fill(cached, published);
    await fill(system, inSystem);
    expect((await load({ source: "system" })).source).toMatch(/^system package dataset-tiny: 7/);
  });

  test('"sample" passes everything else over, and gives no reason', async () => {
    await fill(cached, published);
    const { source } = await load({ source: "sample" });
    expect(source).toBe("sample shipped with Fovea: 4 training and 2 test images");
    expect(warnings).toEqual([]);
  });

  test('"download" passes the system package over, and fails without a network', async () => {
    await fill(system, inSystem);
    const error = await refusal({ source: "download" });
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain(`put the files into ${cached}`);
    await serve(published);
    expect((await load({ source: "download" })).source).toMatch(/^downloaded from/);
  });

  test('"download" of what the cache has asks nobody', async () => {
    await fill(cached, published);
    expect((await load({ source: "download" })).source).toMatch(/^Fovea's cache: 8/);
  });

  test('"cache" and "system" fail where they are empty, and say where they looked', async () => {
    expect((await refusal({ source: "cache" })).message).toContain(cached);
    expect((await refusal({ source: "system" })).message).toMatch(/dataset-tiny is not installed/);
  });

  test("a dataset without a package or a sample says so", async () => {
    const { sampleFolder: _, system: __, ...bare } = dataset;
    dataset = bare;
    expect(await refusal({ source: "system" })).toBeInstanceOf(ConfigError);
    expect((await refusal({ source: "sample" })).message).toMatch(/tiny has no source "sample"/);
  });

  test("a name that is none is answered with the closest", async () => {
    const source = "smaple" as "sample";
    const error = await refusal({ source });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('Did you mean "sample"?');
  });

  test.each([{}, { folder: "" }, { folder: 3 }, 7])("%j is no source", async (wrong) => {
    const error = await refusal({ source: wrong as unknown as "auto" });
    expect(error).toBeInstanceOf(ConfigError);
  });
});

describe("a folder of one's own", () => {
  let own: string;
  const fromOwn = (options: LoadOptions = {}) => load({ source: { folder: own }, ...options });
  const refused = () => refusal({ source: { folder: own } });

  beforeEach(async () => {
    own = await emptyFolder();
  });

  test("may have any number of images, as [N, H, W, 1] and [N]", async () => {
    await fill(own, tinyFiles(5, 2));
    const { name, source, train, test: testSet } = await fromOwn();
    expect(name).toBe("tiny");
    expect(source).toBe(`${own}: 5 training and 2 test images`);
    expect(train.x.shape).toEqual([5, 2, 2, 1]);
    expect([...train.x.data.subarray(4, 12)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(train.y).toEqual({ data: new Uint8Array([0, 1, 2, 0, 1]), shape: [5] });
    expect(train.classNames).toEqual(["sock", "shoe", "hat"]);
    expect(testSet.x.shape).toEqual([2, 2, 2, 1]);
  });

  test("may have its files unpacked, also under the names with a dot", async () => {
    const unpacked = Object.entries(tinyFiles(5, 2)).map(([name, content], i) => {
      const plain = name.replace(".gz", "");
      return [i % 2 === 0 ? plain : plain.replace("-idx", ".idx"), gunzipSync(content)];
    });
    await fill(own, Object.fromEntries(unpacked));
    expect((await fromOwn()).source).toBe(`${own}: 5 training and 2 test images`);
  });

  test("with a file missing is refused, and the file is named", async () => {
    const { [fileNames.testImages]: _, ...rest } = tinyFiles(5, 2);
    await fill(own, rest);
    expect((await refused()).message).toMatch(/t10k-images-idx3-ubyte\.gz is missing in/);
  });

  test("that does not exist is refused", async () => {
    own = join(own, "nowhere");
    expect((await refused()).message).toMatch(/is missing in .*nowhere/);
  });

  test("with images and labels of different number is refused", async () => {
    await fill(own, { ...tinyFiles(5, 2), [fileNames.trainLabels]: labels(4) });
    const error = await refused();
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/The training set in .* does not have one target for each input/);
  });

  test("with labels out of range is refused", async () => {
    await fill(own, { ...tinyFiles(5, 5), [fileNames.testLabels]: labels(5, 4) });
    expect((await refused()).message).toMatch(/The test set.*0 to 2.*3 at index 3/s);
  });

  test("with no images in it is refused", async () => {
    await fill(own, tinyFiles(0, 2));
    expect((await refused()).message).toMatch(/The training set in .* is empty/);
  });

  test("with images of another size, or labels for images, is refused", async () => {
    await fill(own, { ...tinyFiles(5, 2), [fileNames.trainImages]: images(5, 3) });
    expect((await refused()).message).toMatch(/\[N, 2, 2\].*\[5, 3, 3\]/s);
    await fill(own, { [fileNames.trainImages]: labels(5) });
    expect((await refused()).message).toMatch(/does not hold what its name says.*\[5\]/s);
    await fill(own, { [fileNames.trainImages]: images(5), [fileNames.trainLabels]: images(5) });
    expect((await refused()).message).toMatch(/labels of the shape \[N\].*\[5, 2, 2\]/s);
  });
});

test("progress runs over all files, from 0 to the sum of their sizes", async () => {
  await serve(published);
  const seen: DownloadProgress[] = [];
  await load({ onProgress: (progress) => seen.push(progress) });
  const total = Object.values(published).reduce((sum, content) => sum + content.length, 0);
  const received = seen.map((progress) => progress.receivedBytes);
  expect(received[0]).toBe(0);
  expect(received.at(-1)).toBe(total);
  expect(received).toEqual(received.toSorted((a, b) => a - b));
  expect(new Set(seen.map((progress) => progress.file))).toEqual(new Set(Object.values(fileNames)));
  expect(seen.every((progress) => progress.totalBytes === total)).toBe(true);
});

test("the fetch that was handed in asks the network", async () => {
  await serve(published);
  const asked: string[] = [];
  await load({
    fetch: (input, init) => {
      asked.push(String(input));
      return fetch(input, init);
    },
  });
  expect(asked.length).toBe(4);
  const kept = await readFile(join(cached, fileNames.testLabels));
  expect(Buffer.compare(kept, published[fileNames.testLabels])).toBe(0);
});
