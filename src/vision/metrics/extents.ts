// How much of a picture detections and objects cover, and how much of it they share: by their boxes, or by their masks.

import { DataError } from "../../core/errors.ts";
import { requireList } from "../../core/option.ts";
import { areaAt, type BoxList, intersectionAt } from "../boxes/box-list.ts";
import { checkedCode, type RunLengthCode } from "../masks/run-length.ts";

/** Areas in pixels, by row. */
export interface Extents {
  foundArea(row: number): number;
  thereArea(row: number): number;
  /** What a detection and an object have in common. */
  common(foundRow: number, thereRow: number): number;
}

/** By boxes. */
export function boxExtents(found: BoxList, there: BoxList): Extents {
  return {
    foundArea: (row) => areaAt(found.data, row),
    thereArea: (row) => areaAt(there.data, row),
    common: (foundRow, thereRow) => intersectionAt(found.data, foundRow, there.data, thereRow),
  };
}

/** Masks of one picture, and what messages call them. */
export interface NamedMasks {
  readonly name: string;
  readonly masks: readonly RunLengthCode[] | undefined;
  /** How many there have to be. */
  readonly count: number;
}

/**
 * By masks.
 *
 * @throws DataError where there is not one mask for each box, or masks are for pictures of different sizes; FormatError where
 * one is no run-length code.
 */
export function maskExtents(where: string, found: NamedMasks, there: NamedMasks): Extents {
  const [foundMasks, thereMasks] = [found, there].map((named) => masksOf(where, named));
  const all = [...foundMasks, ...thereMasks];
  const other = all.find(({ size }) => size !== all[0].size);
  if (other !== undefined) {
    throw new DataError({
      what: `${where}: The masks are for pictures of different sizes.`,
      expected: `all [height, width] as the first: [${all[0].size}]`,
      received: `[${other.size}]`,
    });
  }
  return {
    foundArea: (row) => foundMasks[row].area,
    thereArea: (row) => thereMasks[row].area,
    common: (foundRow, thereRow) => commonOf(foundMasks[foundRow].ends, thereMasks[thereRow].ends),
  };
}

interface Mask {
  /** Height and width. */
  readonly size: string;
  /** Where runs begin and end, one after the other: at even places inside begins, at odd ones it ends. */
  readonly ends: Float64Array;
  readonly area: number;
}

function masksOf(where: string, { name, masks, count }: NamedMasks): Mask[] {
  requireList(
    `${where}: The masks of the ${name} cannot be used.`,
    masks,
    "a list of run-length codes",
  );
  const codes = masks as readonly RunLengthCode[];
  if (codes.length !== count) {
    throw new DataError({
      what: `${where}: There is not one mask for each box of the ${name}.`,
      expected: String(count),
      received: String(codes.length),
    });
  }
  return codes.map((code) => {
    const { size, counts } = checkedCode(where, code);
    const ends = new Float64Array(2 * Math.floor(counts.length / 2));
    let [at, area] = [0, 0];
    for (let i = 0; i < counts.length; i++) {
      if (i % 2 === 1) {
        ends[i - 1] = at;
        ends[i] = at + counts[i];
        area += counts[i];
      }
      at += counts[i];
    }
    return { size: size.join(", "), ends, area };
  });
}

/** How many pixels lie in runs of both. */
function commonOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const shared = Math.min(a[i + 1], b[j + 1]) - Math.max(a[i], b[j]);
    if (shared > 0) sum += shared;
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return sum;
}
