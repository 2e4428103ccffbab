// Where decoded pictures are kept: in memory within a budget, else in a file of the cache folder, beside a list of the
// files that they were made from. Where one of those has changed, the pixels go.

import * as z from "zod/mini";
import { platform } from "#platform";
import { writeFileAtomically } from "../../platform/files.ts";
import { readBytes } from "../published-file.ts";
import type { CheckedFile } from "./check.ts";
import { type FoundFile, nameOf } from "./found-file.ts";
import { FilePixels, MemoryPixels, noPixels, type PixelStore } from "./pixel-store.ts";

const { paths } = platform;

/** Where decoded pictures are kept. */
export const cacheKinds = ["auto", "memory", "file", "none"] as const;
export type CacheKind = (typeof cacheKinds)[number];

/** Bytes of decoded pictures that `auto` keeps in memory. */
export const memoryBudget = 256 << 20;

/** What is to be kept. */
export interface CachePlan {
  readonly kind: CacheKind;
  readonly files: readonly FoundFile[];
  readonly rowBytes: number;
  /** The folder of the files; undefined where they lie in none. */
  readonly root: string | undefined;
  /** How pictures become pixels, in text: others have another file. */
  readonly recipe: string;
  /** Default: `images` in Fovea's cache folder. */
  readonly folder?: string | undefined;
}

/** Pixels, and what an earlier run has found out. */
export interface PixelCache {
  readonly store: PixelStore;
  /** What is known of each file, where none has changed. */
  readonly known?: readonly CheckedFile[];
  /** Keeps what has been found out; why it could not be kept, where it could not. */
  keep(checked: readonly CheckedFile[]): Promise<string | undefined>;
}

const listSchema = z.object({
  version: z.literal(1),
  root: z.string(),
  rowBytes: z.int(),
  files: z.array(
    z.object({
      name: z.string(),
      bytes: z.number(),
      modified: z.number(),
      digest: z.string(),
      checksum: z.optional(z.int()),
      problem: z.exactOptional(z.string()),
    }),
  ),
});

/** The pictures of earlier runs, where they are kept and still the same; else room for new ones. */
export async function openCache(plan: CachePlan): Promise<PixelCache> {
  const { kind, files, rowBytes, root } = plan;
  const nothing = async () => undefined;
  const fits = files.length * rowBytes <= memoryBudget;
  if (kind === "memory" || (kind === "auto" && fits)) {
    return { store: new MemoryPixels(rowBytes), keep: nothing };
  }
  if (kind === "none" || root === undefined) return { store: noPixels, keep: nothing };
  return openFile(plan, root);
}

async function openFile(plan: CachePlan, root: string): Promise<PixelCache> {
  const { files, rowBytes, recipe } = plan;
  const folder = plan.folder ?? paths.join(platform.files.cacheFolder(), "images");
  const key = `${paths.resolve(root)}\n${recipe}`;
  const name = platform.md5(new TextEncoder().encode(key));
  const pixelPath = paths.join(folder, `${name}.u8`);
  const listPath = paths.join(folder, `${name}.json`);
  const list = await readList(listPath);
  const isKnown = list !== undefined && list.rowBytes === rowBytes && isSame(list.files, files);
  const kept = isKnown ? list.files : [];
  const known = kept.map(({ digest, problem }) => ({
    digest,
    ...(problem !== undefined && { problem }),
  }));
  if (!isKnown) await removeStale(folder, [pixelPath, listPath]);
  const checksums = kept.map(({ checksum }) => checksum);
  const store = new FilePixels(pixelPath, rowBytes, checksums);
  const keep = async (checked: readonly CheckedFile[]) => {
    const isNews = (one: CheckedFile, i: number) => one.problem !== known.at(i)?.problem;
    if (isKnown && !checked.some(isNews)) return undefined;
    const entries = files.map((file, i) => ({
      name: nameOf(file),
      bytes: file.bytes,
      modified: file.modified,
      ...checked[i],
      ...(store.checksums[i] !== undefined && { checksum: store.checksums[i] }),
    }));
    try {
      await store.flush();
      if (store.failure !== undefined) throw store.failure;
      const text = JSON.stringify({
        version: 1,
        root: paths.resolve(root),
        rowBytes,
        files: entries,
      });
      await writeFileAtomically(listPath, text);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  await platform.disk.makeFolder(folder).catch(() => undefined);
  return { store, ...(isKnown && { known }), keep };
}

/** A list of an earlier run; undefined where there is none that can be read. */
async function readList(path: string) {
  try {
    const text = new TextDecoder().decode(await readBytes(path));
    return listSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether files are those of a list, unchanged. */
function isSame(
  list: readonly { readonly name: string; readonly bytes: number; readonly modified: number }[],
  files: readonly FoundFile[],
): boolean {
  return (
    list.length === files.length &&
    files.every((file, i) => {
      const { name, bytes, modified } = list[i];
      return name === nameOf(file) && bytes === file.bytes && modified === file.modified;
    })
  );
}

/** Removes the pixels that are made anew, and those of folders that are gone. */
async function removeStale(folder: string, outdated: readonly string[]): Promise<void> {
  const names = await platform.files.list(folder).catch(() => []);
  const gone = [...outdated];
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const path = paths.join(folder, name);
    const list = await readList(path);
    if (list === undefined || (await platform.files.status(list.root))?.kind === "folder") continue;
    gone.push(path, path.replace(/json$/, "u8"));
  }
  for (const path of gone) await platform.disk.remove(path).catch(() => undefined);
}
