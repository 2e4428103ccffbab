// Pictures by the names that lists give them, which may come from other computers.

import type { FoundFile } from "../../data/image-folder/found-file.ts";
import { type PartName, partOf } from "../../data/image-folder/layout.ts";
import { lastOf } from "./found.ts";

/** Finds pictures by the ends of their paths. */
export class PictureNames {
  readonly #byLast = new Map<string, FoundFile[]>();

  constructor(pictures: readonly FoundFile[]) {
    for (const picture of pictures) {
      const known = this.#byLast.get(lastOf(picture));
      if (known === undefined) this.#byLast.set(lastOf(picture), [picture]);
      else known.push(picture);
    }
  }

  /**
   * The picture that a list in `folder` calls `name`: of those with the same file name, the one whose folders agree most with
   * those in `name`, then with the list's own, then with its part. Undefined where there is none, or several fit alike.
   */
  find(name: string, folder: readonly string[], part?: PartName): FoundFile | undefined {
    const wanted = name.split(/[\\/]/).filter((word) => !["", ".", ".."].includes(word));
    const candidates = this.#byLast.get(wanted[wanted.length - 1] ?? "") ?? [];
    if (candidates.length < 2) return candidates[0];
    const scored = candidates
      .map((file) => ({ file, score: likeness(file, wanted, folder, part) }))
      .sort((a, b) => compare(b.score, a.score));
    return compare(scored[0].score, scored[1].score) > 0 ? scored[0].file : undefined;
  }
}

/** How much speaks for a file, what counts most first. */
function likeness(
  { parts }: FoundFile,
  wanted: readonly string[],
  folder: readonly string[],
  part: PartName | undefined,
): number[] {
  const own = parts.toReversed();
  const given = wanted.toReversed();
  const end = own.findIndex((word, i) => word !== given[i]);
  const start = parts.findIndex((word, i) => word !== folder[i]);
  const isOfPart =
    part !== undefined && parts.some((word) => partOf(word.replace(/\d+$/, "")) === part);
  return [end === -1 ? own.length : end, start === -1 ? parts.length : start, Number(isOfPart)];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, k) => value !== b[k]);
  return i === -1 ? 0 : a[i] - b[i];
}
