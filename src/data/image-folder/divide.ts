// Pictures in parts: those that the folder names, and a share that is held out. Copies of a picture stay together, and
// are reported where a folder has them in several parts. Knows numbers and digests, and no file.

import { heldRows } from "../hold-out.ts";
import type { PartName } from "./layout.ts";

/** A picture, as far as it matters here. */
export interface Divisible {
  /** Its class: of each, the same share is held out. */
  readonly label: number;
  /** The MD5 of its bytes. */
  readonly digest: string;
  /** Absent where the folder does not say. */
  readonly part?: PartName | undefined;
}

/** Numbers of pictures. */
export type Parts = Readonly<Record<PartName, Int32Array>>;

/**
 * The pictures of each part. Of those to train with, `share` is held out to validate with, unless there are some already:
 * the same share of each class, by `seed`.
 */
export function divide(pictures: readonly Divisible[], share: number, seed: number): Parts {
  const parts = pictures.map(({ part }): PartName => part ?? "train");
  const training = numbersOf(parts, "train");
  if (share > 0 && !parts.includes("validation")) {
    // The first of several copies speaks for all.
    const firsts = new Map<string, number>();
    for (const i of training) {
      if (!firsts.has(pictures[i].digest)) firsts.set(pictures[i].digest, i);
    }
    const speakers = [...firsts.values()];
    const held = heldRows(
      speakers.map((i) => pictures[i].label),
      share,
      seed,
    );
    const heldDigests = new Set(
      speakers.filter((_, i) => held[i] === 1).map((i) => pictures[i].digest),
    );
    for (const i of training) if (heldDigests.has(pictures[i].digest)) parts[i] = "validation";
  }
  return {
    train: numbersOf(parts, "train"),
    validation: numbersOf(parts, "validation"),
    test: numbersOf(parts, "test"),
  };
}

const numbersOf = (parts: readonly PartName[], name: PartName) =>
  Int32Array.from([...parts.keys()].filter((i) => parts[i] === name));

/** The numbers of pictures whose bytes are the same, in lists of two and more. */
export function copiesIn(pictures: readonly Divisible[]): number[][] {
  const byDigest = new Map<string, number[]>();
  pictures.forEach(({ digest }, i) => {
    const known = byDigest.get(digest);
    if (known === undefined) byDigest.set(digest, [i]);
    else known.push(i);
  });
  return [...byDigest.values()].filter(({ length }) => length > 1);
}
