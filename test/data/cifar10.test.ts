// CIFAR-10 from folders and archives: every byte at its place, and what is damaged gets an error.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cifar10 } from "../../src/data/datasets/cifar10.ts";
import { readTar } from "../../src/data/tar.ts";
import { cifarBatch } from "./tiny-dataset.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-cifar10-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeBatches(place = folder): void {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "data_batch_1.bin"), cifarBatch(3));
  writeFileSync(join(place, "data_batch_3.bin"), cifarBatch(2, 3));
  writeFileSync(join(place, "test_batch.bin"), cifarBatch(1, 7));
}

describe("a folder of binary batches", () => {
  test("becomes images with their channels last, in the order of the files", async () => {
    writeBatches();
    const { train, test: held, source } = await cifar10.load({ source: { folder } });
    expect(source).toBe(`${folder}: 5 training and 1 test images`);
    expect(train.x.shape).toEqual([5, 32, 32, 3]);
    expect([...train.y.data]).toEqual([0, 1, 2, 3, 4]);
    expect([...held.y.data]).toEqual([7]);
    expect(train.classNames?.[3]).toBe("cat");
    const all = [...cifarBatch(3), ...cifarBatch(2, 3)];
    for (const [image, row, column, channel] of [
      [0, 0, 0, 0],
      [2, 5, 7, 1],
      [4, 31, 31, 2],
    ]) {
      const there = train.x.data[((image * 32 + row) * 32 + column) * 3 + channel];
      expect(there).toBe(all[image * 3073 + 1 + channel * 1024 + row * 32 + column]);
    }
  });

  test("may lie in the folder that the archive makes", async () => {
    writeBatches(join(folder, "cifar-10-batches-bin"));
    const { train } = await cifar10.load({ source: { folder } });
    expect(train.x.shape[0]).toBe(5);
  });

  test("is refused where a file is missing, cut off or holds a label of no class", async () => {
    const load = () => cifar10.load({ source: { folder } });
    await expect(load()).rejects.toThrow(/data_batch_1.bin is missing/);
    writeBatches();
    writeFileSync(join(folder, "test_batch.bin"), cifarBatch(2).subarray(0, 5000));
    await expect(load()).rejects.toThrow(/test_batch.bin is not a batch[\s\S]*5000 bytes/);
    writeFileSync(
      join(folder, "test_batch.bin"),
      Uint8Array.from(cifarBatch(1), () => 77),
    );
    await expect(load()).rejects.toThrow(/label that is no class[\s\S]*77 in record 0/);
  });
});

test("sources that it has not are refused, and a file that is not the published one", async () => {
  await expect(cifar10.load({ source: "sample" })).rejects.toThrow(/no source "sample"/);
  const cache = { source: "cache", cacheFolder: folder } as const;
  await expect(cifar10.load(cache)).rejects.toThrow(/not in Fovea's cache/);
});

describe("a tar archive", () => {
  test("gives its plain files", () => {
    writeFileSync(join(folder, "a.bin"), cifarBatch(1));
    writeFileSync(join(folder, "empty"), "");
    mkdirSync(join(folder, "inner"));
    writeFileSync(join(folder, "inner/b.txt"), "b");
    execFileSync("tar", ["--format=ustar", "-cf", "all.tar", "a.bin", "empty", "inner"], {
      cwd: folder,
    });
    const bytes = new Uint8Array(readFileSync(join(folder, "all.tar")));
    const files = readTar(bytes, "all.tar");
    expect([...files.keys()]).toEqual(["a.bin", "empty", "inner/b.txt"]);
    expect(files.get("a.bin")).toEqual(cifarBatch(1));
    expect(files.get("inner/b.txt")).toEqual(Uint8Array.of(0x62));
    expect(() => readTar(bytes.subarray(0, 2048), "all.tar")).toThrow(/not a whole tar archive/);
    const hostile = Uint8Array.from(bytes);
    hostile.set(new TextEncoder().encode("77777777777"), 124);
    expect(() => readTar(hostile, "all.tar")).toThrow(/checksums fit/);
  });

  test("that is something else is refused", () => {
    expect(() => readTar(new Uint8Array(600).fill(7), "some file")).toThrow(/some file is not/);
  });
});
