// Writes PNGs with samples of any depth and with palettes, which the encoder of pictures does not.

import { crc32, deflateSync } from "node:zlib";

export interface PngFileOptions {
  readonly height: number;
  readonly width: number;
  /** Bits of a sample. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** Red, green and blue of each palette number; without it samples are grey. */
  readonly palette?: readonly (readonly number[])[];
  /** `[H, W]`. */
  readonly samples: ArrayLike<number>;
  /** What the header says in place of the size. */
  readonly statedSize?: readonly [height: number, width: number];
}

/** The bytes of a PNG with one sample a pixel. */
export function pngFile(options: PngFileOptions): Uint8Array<ArrayBuffer> {
  const { height, width, depth, palette, samples, statedSize = [height, width] } = options;
  const rowBytes = Math.ceil((width * depth) / 8);
  const raw = new Uint8Array(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sample = samples[y * width + x];
      const bit = x * depth;
      const at = y * (rowBytes + 1) + 1 + (bit >> 3);
      if (depth === 16) {
        raw[at] = sample >> 8;
        raw[at + 1] = sample & 255;
      } else raw[at] |= sample << (8 - depth - (bit & 7));
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, statedSize[1]);
  view.setUint32(4, statedSize[0]);
  header.set([depth, palette === undefined ? 0 : 3, 0, 0, 0], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return joined([
    signature,
    chunk("IHDR", header),
    ...(palette === undefined ? [] : [chunk("PLTE", Uint8Array.from(palette.flat()))]),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** A chunk with its checksum. */
export function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
