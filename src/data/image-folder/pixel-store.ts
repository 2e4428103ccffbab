// Decoded pictures that are kept: in memory, or in a file each of whose rows is checked when it is read. All rows have
// room for equally many bytes. Knows no picture and no folder.

import { platform } from "#platform";
import type { OpenedToRead, OpenedToWrite } from "../../platform/platform.ts";

/** Rows of bytes by their numbers. */
export interface PixelStore {
  /** Keeps a row, which may be shorter than others. */
  write(row: number, pixels: Uint8Array): Promise<void>;
  /** Copies a row to `target`, as long as it was written; false where it is not there, or is damaged. */
  read(row: number, target: Uint8Array): Promise<boolean>;
  close(): Promise<void>;
}

/** Nothing is kept: every row is decoded again when it is needed. */
export const noPixels: PixelStore = {
  write: async () => {},
  read: async () => false,
  close: async () => {},
};

/** Bytes of one block of memory. */
const blockBytes = 16 << 20;

/** Rows in memory, in blocks that are made as rows come. */
export class MemoryPixels implements PixelStore {
  readonly #rowBytes: number;
  readonly #rowsOfBlock: number;
  readonly #blocks: (Uint8Array | undefined)[] = [];
  readonly #known = new Set<number>();

  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
    this.#rowsOfBlock = Math.max(1, Math.floor(blockBytes / rowBytes));
  }

  async write(row: number, pixels: Uint8Array): Promise<void> {
    const block = Math.floor(row / this.#rowsOfBlock);
    const bytes = this.#blocks[block] ?? new Uint8Array(this.#rowsOfBlock * this.#rowBytes);
    this.#blocks[block] = bytes;
    bytes.set(pixels, (row % this.#rowsOfBlock) * this.#rowBytes);
    this.#known.add(row);
  }

  async read(row: number, target: Uint8Array): Promise<boolean> {
    const block = this.#blocks[Math.floor(row / this.#rowsOfBlock)];
    if (block === undefined || !this.#known.has(row)) return false;
    const at = (row % this.#rowsOfBlock) * this.#rowBytes;
    target.set(block.subarray(at, at + target.length));
    return true;
  }

  async close(): Promise<void> {
    this.#blocks.length = 0;
    this.#known.clear();
  }
}

/** Rows in a file, one after the other, with a checksum of each in memory. */
export class FilePixels implements PixelStore {
  readonly #path: string;
  readonly #rowBytes: number;
  /** The CRC-32 of each row; undefined where it has not been written. */
  readonly checksums: (number | undefined)[];
  /** Why a row could not be kept, where one could not; it is decoded again when it is needed. */
  failure: unknown;
  #writing: Promise<OpenedToWrite> | undefined;
  #reading: Promise<OpenedToRead> | undefined;

  constructor(path: string, rowBytes: number, checksums: readonly (number | undefined)[] = []) {
    this.#path = path;
    this.#rowBytes = rowBytes;
    this.checksums = [...checksums];
  }

  async write(row: number, pixels: Uint8Array): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      this.#writing ??= platform.disk.openToWrite(this.#path);
      await (await this.#writing).write(pixels, row * this.#rowBytes);
      this.checksums[row] = platform.crc32(pixels);
    } catch (error) {
      this.failure = error;
    }
  }

  /** Gives what was written to the disk. */
  async flush(): Promise<void> {
    const writing = this.#writing;
    this.#writing = undefined;
    await (await writing?.catch(() => undefined))?.close();
    await platform.files.sync(this.#path);
  }

  async read(row: number, target: Uint8Array): Promise<boolean> {
    const checksum = this.checksums[row];
    if (checksum === undefined) return false;
    try {
      this.#reading ??= platform.files.openToRead(this.#path);
      const bytes = await (await this.#reading).readInto(target, row * this.#rowBytes);
      return bytes === target.length && platform.crc32(target) === checksum;
    } catch {
      // Someone has cleared the cache: the pictures are still there.
      this.#reading = undefined;
      return false;
    }
  }

  async close(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    await this.flush();
    await (await reading?.catch(() => undefined))?.close();
  }
}
