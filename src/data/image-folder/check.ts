// Every picture is read and decoded once before any is used: then it is known which can be, and what copies there
// are. Knows no class and no part.

import { platform } from "#platform";
import { TargetError } from "../../core/errors.ts";
import { type FoundFile, reasonOf } from "./found-file.ts";
import type { PixelStore } from "./pixel-store.ts";

/** What is known of a picture. */
export interface CheckedFile {
  /** The MD5 of its bytes; empty where they could not be read. */
  readonly digest: string;
  /** Why it cannot be used, where it cannot. */
  readonly problem?: string;
}

/** Bytes of a file to pixels, `[H, W, C]` in a row. @throws FoveaError where they are no such picture. */
export type Decode = (bytes: Uint8Array, name: string) => Promise<Uint8Array>;

/** How files are gone through. */
export interface CheckOptions {
  readonly decode: Decode;
  readonly store: PixelStore;
  /** What an earlier run has found out. What could not be used then is looked at again. */
  readonly known?: readonly CheckedFile[] | undefined;
  /** How many are at work at a time. */
  readonly workers: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Looks at every file; its pixels go to the row of its number.
 *
 * @throws TargetError where there is no decoder here, which is no matter of the files.
 */
export async function checkFiles(
  files: readonly FoundFile[],
  { decode, store, known = [], workers, onProgress }: CheckOptions,
): Promise<CheckedFile[]> {
  const checked = [...known];
  const isOpen = (i: number) => known[i] === undefined || known[i].problem !== undefined;
  const open = [...files.keys()].filter(isOpen);
  let done = 0;
  await inTurn(open.length, workers, async (at) => {
    const i = open[at];
    checked[i] = await check(files[i], i, decode, store);
    done++;
    onProgress?.(done, open.length);
  });
  return checked;
}

async function check(
  { path, read }: FoundFile,
  row: number,
  decode: Decode,
  store: PixelStore,
): Promise<CheckedFile> {
  let digest = "";
  try {
    const bytes = await read();
    digest = platform.md5(bytes);
    const pixels = await decode(bytes, path);
    await store.write(row, pixels);
    return { digest };
  } catch (error) {
    if (error instanceof TargetError) throw error;
    return { digest, problem: reasonOf(error, path) };
  }
}

/**
 * Does `work` for 0 to `count - 1`, two at a time for each worker, as pictures are decoded on other threads than they are read
 * and resized on; the first failure ends it.
 */
export async function inTurn(
  count: number,
  workers: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      await work(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2 * workers, count) }, worker));
}
