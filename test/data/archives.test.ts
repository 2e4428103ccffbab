// Datasets in archives: fetched from a server, read out of what was fetched, checked byte by byte, and read
// from folders where somebody has unpacked them.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ArchiveDataset, archiveDataset } from "../../src/data/datasets/archive-dataset.ts";
import { cifar10Record } from "../../src/data/datasets/cifar10.ts";
import { cifar100Coarse, cifar100Record } from "../../src/data/datasets/cifar100.ts";
import type { DownloadProgress, LoadOptions } from "../../src/data/datasets/dataset.ts";
import { emnistLettersRecord } from "../../src/data/datasets/emnist.ts";
import { loadPublished, publishedDataset } from "../../src/data/datasets/published-dataset.ts";
import { encodeIdx } from "../../src/data/idx.ts";
import { cutAt, type FileServer, ranged, serveFiles } from "./file-server.ts";
import { cifarBatch, describeFile, emptyFolder, fill } from "./tiny-dataset.ts";

let cacheFolder: string;
let server: FileServer | undefined;
beforeEach(async () => {
  cacheFolder = await emptyFolder();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The archive of a folder, as its authors pack it. */
async function tarOf(folder: string, files: Record<string, Uint8Array>): Promise<Uint8Array> {
  const root = await emptyFolder();
  await fill(join(root, folder), files);
  execFileSync("tar", ["--format=ustar", "-czf", "all.tar.gz", folder], { cwd: root });
  return readFile(join(root, "all.tar.gz"));
}

/** A dataset whose published archive is `content`, on a server that answers as planned. */
async function served(
  record: ArchiveDataset,
  content: Uint8Array,
  ...plans: Parameters<typeof serveFiles> extends [unknown, ...infer P] ? P : never
): Promise<ArchiveDataset> {
  const { name } = record.archive;
  server = await serveFiles({ [name]: content }, ...plans);
  return { ...record, archive: describeFile(name, content), mirrors: [server.url] };
}

const load = (record: ArchiveDataset, options: LoadOptions = {}) =>
  loadPublished(archiveDataset(record), { cacheFolder, ...options });

const batches = { "data_batch_1.bin": cifarBatch(20), "test_batch.bin": cifarBatch(10) };

describe("an archive", () => {
  test("is fetched once, and read from the cache from then on", async () => {
    const record = await served(cifar10Record, await tarOf("cifar-10-batches-bin", batches));
    const seen: DownloadProgress[] = [];
    const first = await load(record, { onProgress: (progress) => seen.push(progress) });
    expect(first.source).toMatch(/^downloaded from http:.*: 20 training and 10 test images in/);
    expect(seen.at(-1)?.receivedBytes).toBe(record.archive.bytes);
    const dataset = publishedDataset(archiveDataset(record));
    expect(await dataset.place({ cacheFolder })).toBe(join(cacheFolder, "datasets/cifar-10"));
    await server?.close();
    const again = await load(record);
    expect(again.source).toMatch(/^Fovea's cache: 20 training/);
    expect(again.train).toEqual(first.train);
  });

  test("that breaks off is resumed where it stopped", async () => {
    const content = await tarOf("cifar-10-batches-bin", batches);
    const record = await served(cifar10Record, content, cutAt(1000), ranged);
    expect((await load(record)).source).toMatch(/^downloaded/);
    expect(server?.ranges).toEqual([undefined, "bytes=1000-"]);
  });

  test("that is another one is refused, and not kept", async () => {
    const content = await tarOf("cifar-10-batches-bin", batches);
    const record = await served(cifar10Record, content);
    const other = { ...record, archive: { ...record.archive, md5: "0".repeat(32) } };
    const error = load(other, { source: "download" });
    await expect(error).rejects.toThrow(/not the published file[\s\S]*another MD5/);
    const dataset = publishedDataset(archiveDataset(other));
    expect(await dataset.place({ cacheFolder })).toBeUndefined();
  });

  test("without a file that it should have is refused, and the file is named", async () => {
    const { "test_batch.bin": _, ...rest } = batches;
    const record = await served(cifar10Record, await tarOf("cifar-10-batches-bin", rest));
    await expect(load(record, { source: "download" })).rejects.toThrow(/test_batch.bin is missing/);
  });

  test("that unpacks to more than it may is refused", async () => {
    const bomb = gzipSync(new Uint8Array(5_000_000));
    const record = { ...(await served(cifar10Record, bomb)), unpackedBytes: 1_000_000 };
    await expect(load(record, { source: "download" })).rejects.toThrow(/more bytes than it may/);
  });

  test("may lie in a folder of one's own as it is", async () => {
    const content = await tarOf("cifar-10-batches-bin", batches);
    const record = { ...cifar10Record, archive: describeFile("c.tar.gz", content) };
    const folder = await emptyFolder();
    await writeFile(join(folder, "c.tar.gz"), content);
    expect((await load(record, { source: { folder } })).train.x.shape[0]).toBe(20);
  });
});

describe("CIFAR-100", () => {
  const files = { "train.bin": cifarBatch(5, 0, 2), "test.bin": cifarBatch(2, 3, 2) };

  test("has classes and superclasses, from one archive", async () => {
    const record = await served(cifar100Record, await tarOf("cifar-100-binary", files));
    const { train, test: held } = await load(record);
    expect([...train.y.data]).toEqual([0, 1, 2, 3, 4]);
    expect([...held.y.data]).toEqual([3, 4]);
    expect(train.classNames?.[99]).toBe("worm");
    // Image 2, row 5, column 7, green.
    expect(train.x.data[((2 * 32 + 5) * 32 + 7) * 3 + 1]).toBe(
      files["train.bin"][2 * 3074 + 2 + 1024 + 5 * 32 + 7],
    );
    const folder = await fill(await emptyFolder(), files);
    const coarse = await cifar100Coarse.load({ source: { folder } });
    expect([...coarse.train.y.data]).toEqual([19, 19, 19, 19, 19]);
    expect(coarse.train.classNames?.[19]).toBe("vehicles_2");
    expect(coarse.train.x).toEqual(train.x);
  });

  test("does not take the records of CIFAR-10", async () => {
    const folder = await fill(await emptyFolder(), { ...files, "train.bin": cifarBatch(5) });
    const wrong = load(cifar100Record, { source: { folder } });
    await expect(wrong).rejects.toThrow(/records of 3074 bytes/);
  });
});

describe("EMNIST's letters", () => {
  /** Two images for each set: one pixel at row 3, column 20, as the file has it. */
  const pixels = new Uint8Array(2 * 784);
  pixels[3 * 28 + 20] = 200;
  const files = (first: number): Record<string, Uint8Array> =>
    Object.fromEntries(
      ["train", "test"].flatMap((part) => [
        [
          `emnist-letters-${part}-images-idx3-ubyte.gz`,
          gzipSync(encodeIdx({ data: pixels, shape: [2, 28, 28] })),
        ],
        [
          `emnist-letters-${part}-labels-idx1-ubyte.gz`,
          gzipSync(encodeIdx({ data: Uint8Array.of(first, 26), shape: [2] })),
        ],
      ]),
    );
  const zipOf = (content: Record<string, Uint8Array>) =>
    zipSync(
      Object.fromEntries(Object.entries(content).map(([name, bytes]) => [`gzip/${name}`, bytes])),
      { level: 0 },
    );

  test("stand upright, and count from 0", async () => {
    const record = await served(emnistLettersRecord, zipOf(files(1)));
    const { train } = await load(record);
    expect(train.x.shape).toEqual([2, 28, 28, 1]);
    expect(train.x.data.indexOf(200)).toBe(20 * 28 + 3);
    expect([...train.y.data]).toEqual([0, 25]);
    expect(train.classNames?.[25]).toBe("z");
  });

  test("with a label of no letter are refused", async () => {
    const folder = await fill(await emptyFolder(), files(0));
    const wrong = load(emnistLettersRecord, { source: { folder } });
    await expect(wrong).rejects.toThrow(/label that is no class[\s\S]*1 to 26[\s\S]*0 at index 0/);
  });

  test("in a damaged archive are refused, though its MD5 fits", async () => {
    const content = zipOf(files(1));
    // Behind the header of the first entry, and its name.
    content[30 + content[26] + 15] ^= 1;
    const record = await served(emnistLettersRecord, content);
    expect(createHash("md5").update(content).digest("hex")).toBe(record.archive.md5);
    await expect(load(record, { source: "download" })).rejects.toThrow(/damaged/);
  });
});
