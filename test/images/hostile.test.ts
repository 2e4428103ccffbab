// Pictures that are broken, foreign or too large: an ImageError with the right reason, within bounds.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  type DecodeImageOptions,
  decodeImage,
  ImageError,
  imageHeader,
  readImage,
} from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-pictures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pictures = new URL("../golden/pillow/pictures/", import.meta.url);
const picture = (name: string) => readFileSync(new URL(name, pictures));
const text = (words: string) => new TextEncoder().encode(words);

/** A PNG of grey pixels whose header claims a size, with any pixels. */
function png(width: number, height: number, pixels: Uint8Array): Buffer {
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const parts = [chunk("IHDR", head), chunk("IDAT", deflateSync(pixels)), chunk("IEND", text(""))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

/** The reason for which a picture is refused; undefined where it is not. */
async function reasonOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error !== undefined && !(error instanceof ImageError)) throw error;
  return error?.reason;
}
const decoding = (bytes: Uint8Array, options?: DecodeImageOptions) =>
  reasonOf(decodeImage(bytes, options));

describe("bytes", () => {
  test.each([
    ["nothing", new Uint8Array(0), "empty"],
    ["text", text("To whom it may concern"), "foreign"],
    ["zeros", new Uint8Array(4096), "foreign"],
    ["a page", text("<!doctype html><title>404</title>"), "foreign"],
    ["a drawing", text('<svg xmlns="http://www.w3.org/2000/svg"/>'), "unsupported"],
    ["a bitmap", text("BM0000"), "unsupported"],
    ["HEIC", text("\0\0\0\x18ftypheic\0\0\0\0mif1heic"), "unsupported"],
    ["a PNG without size", png(0, 9, new Uint8Array(9)), "damaged"],
    ["pixels of a PNG that are no pixels", png(9, 9, text("none")), "damaged"],
    ["a JPEG without pixels", Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), "damaged"],
  ])("%s: refused", async (_, bytes, reason) => {
    expect(await decoding(bytes)).toBe(reason);
  });

  test.each([
    "rgb.png",
    "baseline.jpg",
    "progressive.jpg",
    "rgb.webp",
    "palette.gif",
    "rgb.tiff",
    "rgb.avif",
  ])("%s, cut off anywhere: truncated", async (name) => {
    const bytes = picture(name);
    for (const part of [0.2, 0.5, 0.9]) {
      expect(await decoding(bytes.subarray(0, bytes.length * part))).toBe("truncated");
    }
  });

  test("a PNG with a wrong checksum", async () => {
    const bytes = picture("rgb.png");
    bytes[bytes.length - 20] ^= 1;
    expect(await decoding(bytes)).toBe("checksum");
  });

  test("a picture of one kind in a file that is named as another is decoded", async () => {
    writeFileSync(join(folder, "really-png.jpg"), picture("rgb.png"));
    expect((await readImage(join(folder, "really-png.jpg"))).shape).toEqual([12, 18, 3]);
  });
});

describe("bombs", () => {
  test("30,000 x 30,000 pixels in a few kilobytes are refused by the header, at once", async () => {
    const bytes = png(30_000, 30_000, new Uint8Array(4_000_000));
    expect(bytes.length).toBeLessThan(40_000);
    const before = process.memoryUsage().rss;
    const start = performance.now();
    expect(await decoding(bytes)).toBe("too-many-pixels");
    expect(performance.now() - start).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  test("the header alone says the size", () => {
    const start = png(30_000, 30_000, new Uint8Array(10)).subarray(0, 64);
    expect(imageHeader(start)).toEqual({ format: "png", height: 30_000, width: 30_000 });
  });

  test("pixels behind those that the header claims are not unpacked", async () => {
    const bytes = png(4, 4, new Uint8Array(50_000_000));
    const { shape } = await decodeImage(bytes);
    expect(shape).toEqual([4, 4, 3]);
  });

  test("a TIFF that says the same field a thousand times reads it once", async () => {
    const [fields, length] = [1000, 400_000];
    const bytes = new Uint8Array(10 + 12 * (fields + 2) + length);
    const view = new DataView(bytes.buffer);
    bytes.set(text("II*\0"));
    view.setUint32(4, 8, true);
    view.setUint16(8, fields + 2, true);
    const put = (i: number, tag: number, type: number, count: number, value: number) => {
      const at = 10 + 12 * i;
      view.setUint16(at, tag, true);
      view.setUint16(at + 2, type, true);
      view.setUint32(at + 4, count, true);
      view.setUint32(at + 8, value, true);
    };
    put(0, 256, 4, 1, 4);
    put(1, 257, 4, 1, 4);
    for (let i = 2; i < fields + 2; i++) put(i, 273, 3, length / 2, bytes.length - length);
    const start = performance.now();
    expect(await decoding(bytes)).toBe("damaged");
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("a JPEG of thousands of scans", async () => {
    const bytes = picture("progressive.jpg");
    const scan = bytes.subarray(bytes.lastIndexOf(Uint8Array.of(0xff, 0xda)), -2);
    const scans = Array.from({ length: 3000 }, () => scan);
    const bomb = Buffer.concat([bytes.subarray(0, -2), ...scans, bytes.subarray(-2)]);
    expect(await decoding(bomb)).toBe("too-slow");
  });

  test("limits of one's own", async () => {
    const bytes = picture("rgb.png");
    expect(await decoding(bytes, { maxPixels: 200 })).toBe("too-many-pixels");
    expect(await decoding(bytes, { maxBytes: 200 })).toBe("too-many-bytes");
    expect(await decoding(bytes, { maxPixels: 216 })).toBe(undefined);
  });
});

function made(name: string, make: (path: string) => unknown): string {
  const path = join(folder, name);
  make(path);
  return path;
}

describe("files", () => {
  test.each([
    ["no file", () => join(folder, "none.jpg")],
    ["a folder", () => made("a.jpg", (path) => mkdirSync(path))],
    ["a pipe without a writer", () => made("pipe.jpg", (path) => execFileSync("mkfifo", [path]))],
    ["a device", () => "/dev/zero"],
  ])("%s: unreadable", async (_, make) => {
    expect(await reasonOf(readImage(make()))).toBe("unreadable");
  });

  test("a socket", async () => {
    const path = join(folder, "socket.jpg");
    const server = createSocket();
    await new Promise<void>((done) => server.listen(path, done));
    expect(await reasonOf(readImage(path))).toBe("unreadable");
    server.close();
  });

  test("a file that is too large", async () => {
    const path = join(folder, "large.png");
    writeFileSync(path, picture("rgb.png"));
    expect(await reasonOf(readImage(path, { maxBytes: 100 }))).toBe("too-many-bytes");
  });

  test("errors name the file, and say what to do", async () => {
    const path = join(folder, "letter.jpg");
    writeFileSync(path, "Dear Sir or Madam");
    await expect(readImage(path)).rejects.toThrow(
      `${path} is not a picture.\n  expected: PNG, JPEG, WebP, GIF, TIFF or AVIF\n` +
        '  received: text that begins with "Dear Sir or Madam"',
    );
  });
});

describe("servers", () => {
  const server = createServer((request, response) => {
    if (request.url === "/cat.png") response.end(picture("rgb.png"));
    else if (request.url === "/endless") {
      const more = () => response.write(new Uint8Array(65536), () => setImmediate(more));
      more();
    } else if (request.url === "/huge" || request.url === "/none") {
      response.writeHead(request.url === "/huge" ? 200 : 404, { "content-length": 2 ** 40 });
      response.write(new Uint8Array(64));
      response.on("close", () => left.push(request.url ?? ""));
    } else if (request.url !== "/silent") response.writeHead(404).end();
  });
  /** Addresses whose answers were broken off. */
  const left: string[] = [];
  const open = new Promise<string>((done) => {
    server.listen(0, "127.0.0.1", () => {
      done(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("an answer that is refused by its head is not waited for", async () => {
    expect(await reasonOf(readImage(`${await open}/huge`))).toBe("too-many-bytes");
    expect(await reasonOf(readImage(`${await open}/none`))).toBe("unreadable");
    await vi.waitFor(() => expect(left.sort()).toEqual(["/huge", "/none"]), 5000);
  });

  test("a picture", async () => {
    expect((await readImage(`${await open}/cat.png`)).shape).toEqual([12, 18, 3]);
    expect((await readImage(new URL(`${await open}/cat.png`))).shape).toEqual([12, 18, 3]);
  });

  test("one that does not have it, sends without end, or says nothing", async () => {
    const address = await open;
    expect(await reasonOf(readImage(`${address}/dog.png`))).toBe("unreadable");
    expect(await reasonOf(readImage(`${address}/endless`, { maxBytes: 1e6 }))).toBe(
      "too-many-bytes",
    );
    expect(await reasonOf(readImage(`${address}/silent`, { timeout: 0.3 }))).toBe("unreadable");
  });
});

test("other sources: Blob, ArrayBuffer, data: address", async () => {
  const bytes = picture("rgb.png");
  const address = `data:image/png;base64,${bytes.toString("base64")}`;
  for (const source of [new Blob([bytes]), Uint8Array.from(bytes).buffer, address]) {
    expect((await readImage(source)).shape).toEqual([12, 18, 3]);
  }
});

test("bytes changed at random end in pixels or in an ImageError, never otherwise", async () => {
  let state = 1;
  const below = (most: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % most;
  };
  for (const name of [
    "rgb.png",
    "progressive.jpg",
    "rgb.webp",
    "animated.gif",
    "pages.tiff",
    "rgb.avif",
  ]) {
    const bytes = picture(name);
    for (let turn = 0; turn < 25; turn++) {
      const changed = Uint8Array.from(bytes);
      for (let i = 0; i <= turn % 4; i++) changed[below(bytes.length)] = below(256);
      const reason = await decoding(changed, { maxPixels: 1e6 });
      expect(reason === undefined || typeof reason === "string").toBe(true);
    }
  }
});
