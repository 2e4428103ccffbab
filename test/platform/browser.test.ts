// What browsers get where Node has libraries of its own: the same answers.

import { createHash } from "node:crypto";
import { posix } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { crc32 as crc32ByTable } from "../../src/core/crc32.ts";
import { consoleStream } from "../../src/platform/browser/console-stream.ts";
import { gunzip, gunzipStart } from "../../src/platform/browser/gunzip.ts";
import { md5 } from "../../src/platform/browser/md5.ts";
import { paths } from "../../src/platform/browser/paths.ts";
import { gunzip as gunzipOfNode } from "../../src/platform/node/bytes.ts";
import { GunzipLimit } from "../../src/platform/platform.ts";

const bytesOf = (length: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 7)) % 251);

test.each([0, 1, 55, 56, 63, 64, 65, 1000, 100_001])("the MD5 of %i bytes is Node's", (length) => {
  const bytes = bytesOf(length);
  expect(md5(bytes)).toBe(createHash("md5").update(bytes).digest("hex"));
});

test.each([0, 1, 1000])("the CRC-32 of %i bytes is zlib's", (length) => {
  const bytes = bytesOf(length);
  const expected =
    typeof crc32 === "function"
      ? crc32(bytes)
      : gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8);
  expect(crc32ByTable(bytes)).toBe(expected);
});

describe("gunzip", () => {
  const content = bytesOf(300_000);
  const packed = new Uint8Array(gzipSync(content));

  test("gives the same bytes", () => {
    expect(gunzip(packed, content.length)).toEqual(content);
    expect(gunzip(new Uint8Array(gzipSync("")), 0)).toEqual(new Uint8Array());
  });

  test.each([
    ["is cut off", packed.subarray(0, -9)],
    ["is cut off within its checksum", packed.subarray(0, -2)],
    ["has another byte", Uint8Array.from(packed, (byte, i) => (i === 40 ? byte ^ 1 : byte))],
    [
      "has another checksum",
      Uint8Array.from(packed, (byte, i) => (i === packed.length - 6 ? byte ^ 1 : byte)),
    ],
    ["is something else", bytesOf(100)],
    ["is empty", new Uint8Array()],
  ])("refuses what %s, as Node does", async (_, bytes) => {
    expect(() => gunzip(bytes, content.length)).toThrow();
    await expect(gunzipOfNode(bytes, content.length)).rejects.toThrow();
  });

  test("stops at its limit", async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(2 ** 24)));
    expect(() => gunzip(bomb, 1000)).toThrow(GunzipLimit);
    await expect(gunzipOfNode(bomb, 1000)).rejects.toThrow(GunzipLimit);
  });

  test("unpacks a beginning", () => {
    const start = gunzipStart(packed.subarray(0, 4096));
    expect(start.length).toBeGreaterThan(16);
    expect(start).toEqual(content.subarray(0, start.length));
  });
});

describe("paths", () => {
  const some = [
    "a",
    "a/b.txt",
    "/a/b.tar.gz",
    "/",
    ".",
    "a/",
    "/a/",
    "../a",
    "a/../../b",
    ".env",
    "",
    "a//b/./c",
  ];

  test.each(some)("%j has the parts that Node sees", (path) => {
    expect(paths.dirname(path)).toBe(posix.dirname(path));
    expect(paths.basename(path)).toBe(posix.basename(path));
    expect(paths.extname(path)).toBe(posix.extname(path));
    expect(paths.resolve(path)).toBe(posix.resolve("/", path));
    for (const other of some.filter((one) => one !== "" && !one.endsWith("/"))) {
      expect(paths.join(path, other)).toBe(posix.join(path, other));
    }
  });
});

test("the console gets whole lines", () => {
  const lines: string[] = [];
  const stream = consoleStream((line) => lines.push(line));
  stream.write("Epoch 1/2\n4/4");
  expect(lines).toEqual(["Epoch 1/2"]);
  stream.write(" - loss: 1\nEpoch");
  expect(lines).toEqual(["Epoch 1/2", "4/4 - loss: 1"]);
});
