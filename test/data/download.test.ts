// Downloads against a real server: broken off, resumed, refused, and never left half done in place.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DownloadError, download, type TransferOptions } from "../../src/data/download.ts";
import {
  cutAt,
  deadAddress,
  type FileServer,
  type Plan,
  ranged,
  serveFiles,
  silent,
  stallAt,
  status,
  unannounced,
  whole,
} from "./file-server.ts";
import { describeFile, emptyFolder } from "./tiny-dataset.ts";

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 253);
const other = content.map((byte) => byte ^ 1);
const file = describeFile("images.gz", content);
const text = (size: number) => new Uint8Array(size).fill(120);

let folder: string;
let target: string;
let server: FileServer | undefined;

beforeEach(async () => {
  folder = await emptyFolder();
  target = join(folder, file.name);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(...plans: Plan[]): Promise<FileServer> {
  server = await serveFiles({ [file.name]: content }, ...plans);
  return server;
}

async function fails(mirrors: string[], options?: TransferOptions): Promise<DownloadError> {
  const error = await download(file, mirrors, target, options).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DownloadError);
  expect(await readdir(folder)).not.toContain(file.name);
  return error as DownloadError;
}

/** The file is in its place, whole, and nothing else is. */
async function expectDone(): Promise<void> {
  expect(await readdir(folder)).toEqual([file.name]);
  expect(Buffer.compare(await readFile(target), content)).toBe(0);
}

describe("a download that goes well", () => {
  test("ends with the file in its place and says which URL served it", async () => {
    const { url } = await serve(ranged);
    expect(await download(file, [url], target)).toBe(`${url}images.gz`);
    await expectDone();
  });

  test("hands on what its progress callback throws, instead of trying again", async () => {
    const { url, ranges } = await serve(ranged);
    const onBytes = (bytes: number) => {
      if (bytes > 0) throw new RangeError("the progress bar broke");
    };
    await expect(download(file, [url], target, { onBytes })).rejects.toThrow(RangeError);
    expect(ranges.length).toBe(1);
  });

  test("makes the folders that are missing", async () => {
    const { url } = await serve(ranged);
    const deeper = join(folder, "a", "b", file.name);
    await download(file, [url], deeper);
    expect((await readFile(deeper)).length).toBe(content.length);
  });

  test("asks nobody where the file is there already", async () => {
    await writeFile(target, content);
    expect(await download(file, [await deadAddress()], target)).toBeUndefined();
  });

  test("replaces a file that is damaged", async () => {
    const { url } = await serve(ranged);
    await writeFile(target, other);
    expect(await download(file, [url], target)).toBe(`${url}images.gz`);
    await expectDone();
  });

  test("reports the bytes as they come, up to the file's size", async () => {
    const { url } = await serve(ranged);
    const seen: number[] = [];
    await download(file, [url], target, { onBytes: (bytes) => seen.push(bytes) });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(content.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test("takes the second mirror where the first is dead or has no such file", async () => {
    const { url } = await serve(ranged);
    expect(await download(file, [await deadAddress(), `${url}gone/`, url], target)).toContain(url);
    await expectDone();
  });

  test("may be run three times at once", async () => {
    const { url } = await serve(cutAt(60_000), cutAt(80_000), ranged);
    await Promise.all([1, 2, 3].map(() => download(file, [url], target)));
    await expectDone();
  });
});

describe("a download that breaks off", () => {
  test("goes on where it stopped, within one call", async () => {
    const { url, ranges } = await serve(cutAt(50_000), cutAt(120_000), ranged);
    await download(file, [url], target);
    expect(ranges).toEqual([undefined, "bytes=50000-", "bytes=120000-"]);
    await expectDone();
  });

  test("goes on where it stopped, in a later call", async () => {
    const first = await serve(cutAt(50_000), status(503));
    await fails([first.url]);
    expect(await readdir(folder)).toEqual(["images.gz.part"]);
    await first.close();
    const second = await serve(ranged);
    await download(file, [second.url], target);
    expect(second.ranges).toEqual(["bytes=50000-"]);
    await expectDone();
  });

  test("reports what is there already when it goes on", async () => {
    await writeFile(`${target}.part`, content.subarray(0, 70_000));
    const { url } = await serve(ranged);
    const seen: number[] = [];
    await download(file, [url], target, { onBytes: (bytes) => seen.push(bytes) });
    expect(seen[0]).toBe(70_000);
  });

  test("gives up after a few tries, and says how far it came", async () => {
    const ends = [10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000];
    const { url, ranges } = await serve(...ends.map(cutAt));
    const { message } = await fails([url]);
    expect(message).toMatch(/broke off.*200000 bytes.*50000 bytes.*goes on where it stopped/s);
    expect(ranges.length).toBe(5);
  });

  test("is ended where it stands still", async () => {
    const { url } = await serve(stallAt(30_000), silent);
    const error = await fails([url], { stallTimeout: 100, connectTimeout: 100 });
    expect(error.message).toMatch(/no answer for 0.1 seconds/);
    expect(await readdir(folder)).toEqual(["images.gz.part"]);
  });

  test("is ended where nothing follows the server's answer", async () => {
    const { url } = await serve(stallAt(0));
    const { message, cause } = await fails([url], { stallTimeout: 100 });
    expect(message).toMatch(/broke off.*received: 0 bytes/s);
    expect(String(cause)).toMatch(/the transfer stood still for 0.1 seconds/);
  });

  test("begins anew where the server ignores ranges", async () => {
    await writeFile(`${target}.part`, other.subarray(0, 70_000));
    const { url, ranges } = await serve(whole);
    await download(file, [url], target);
    expect(ranges).toEqual(["bytes=70000-"]);
    await expectDone();
  });

  test("begins anew where the server answers 416, or with another range", async () => {
    const shifted: Plan = (bytes, _, response) => {
      response.writeHead(206, { "content-range": `bytes 0-9/${bytes.length}` });
      response.end(bytes.subarray(0, 10));
    };
    for (const plan of [status(416), shifted]) {
      folder = await emptyFolder();
      target = join(folder, file.name);
      await writeFile(`${target}.part`, content.subarray(0, 70_000));
      await server?.close();
      const { url, ranges } = await serve(plan, ranged);
      await download(file, [url], target);
      expect(ranges).toEqual(["bytes=70000-", undefined]);
      await expectDone();
    }
  });

  test("begins anew where what lay there belongs to another file", async () => {
    await writeFile(`${target}.part`, other.subarray(0, 70_000));
    const { url, ranges } = await serve(ranged);
    await download(file, [url], target);
    expect(ranges).toEqual(["bytes=70000-", undefined]);
    await expectDone();
  });

  test("begins anew where more lies there than the file has", async () => {
    await writeFile(`${target}.part`, text(content.length + 1));
    const { url, ranges } = await serve(ranged);
    await download(file, [url], target);
    expect(ranges).toEqual([undefined]);
    await expectDone();
  });

  test("only moves the file where all of it lies there", async () => {
    await writeFile(`${target}.part`, content);
    const { url, ranges } = await serve(ranged);
    await download(file, [url], target);
    expect(ranges).toEqual([]);
    await expectDone();
  });
});

describe("a download is refused", () => {
  test("where the MD5 is another, and leaves nothing behind", async () => {
    const { url } = await serve((_, request, response) => whole(other, request, response));
    const error = await fails([url]);
    expect(error.message).toMatch(/is not the published file.*another MD5/s);
    expect(error.unreachable).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  test("where the server has no such file", async () => {
    const { url } = await serve(status(404));
    const error = await fails([url]);
    expect(error.message).toMatch(/the server answered 404/);
    expect(error.unreachable).toBe(false);
  });

  test("where the server announces another size, before anything is written", async () => {
    const { url } = await serve((_, request, response) => whole(text(900), request, response));
    expect((await fails([url])).message).toMatch(/not the published file.*900 bytes.*login page/s);
    expect(await readdir(folder)).toEqual([]);
  });

  test("where more bytes come than the file has, and stops reading there", async () => {
    const endless: Plan = (_, __, response) => {
      const send = () => response.destroyed || response.write(text(50_000), send);
      send();
    };
    const { url } = await serve(endless);
    expect((await fails([url])).message).toMatch(/not the published file.*more than 200000/s);
    expect((await readFile(`${target}.part`)).length).toBeLessThanOrEqual(content.length);
  });

  test("where a short page comes that does not say how long it is", async () => {
    const { url } = await serve(unannounced(text(900)));
    expect((await fails([url])).message).toMatch(/broke off|not the published file/);
    const honest = await serveFiles({ [file.name]: content }, ranged);
    await download(file, [honest.url], target);
    await honest.close();
    await expectDone();
  });

  test("where nobody listens, and says that no server was reached", async () => {
    const error = await fails([await deadAddress(), await deadAddress()]);
    expect(error.unreachable).toBe(true);
    expect(error.message).toMatch(/cannot be reached.*ECONNREFUSED/s);
  });

  test("where no server answers, within the time that was given", async () => {
    const { url } = await serve(silent);
    const begin = performance.now();
    const error = await fails([url], { connectTimeout: 150 });
    expect(error.unreachable).toBe(true);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  test("where one of two mirrors answered, with what that one said", async () => {
    const { url } = await serve(status(403));
    const error = await fails([await deadAddress(), url]);
    expect(error.unreachable).toBe(false);
    expect(error.message).toMatch(/403/);
  });

  test("where the disk does not take it, and names the folder and FOVEA_CACHE", async () => {
    const { url } = await serve(ranged);
    await writeFile(join(folder, "taken"), "");
    target = join(folder, "taken", "deeper", file.name);
    const { message } = await fails([url]);
    expect(message).toMatch(/cannot be written.*ENOTDIR.*FOVEA_CACHE/s);
  });
});
