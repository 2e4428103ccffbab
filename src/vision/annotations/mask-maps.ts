// Masks in files as class maps that fit their pictures: all are read once, so that it is known which values there are.

import { platform } from "#platform";
import { DataError, TargetError } from "../../core/errors.ts";
import { inTurn } from "../../data/image-folder/check.ts";
import { type FoundFile, reasonOf } from "../../data/image-folder/found-file.ts";
import { uprightMap, uprightSize } from "../../images/orientation.ts";
import { resize } from "../../images/resize.ts";
import type { ClassMap } from "../annotated.ts";
import { unknownClass } from "../masks/class-map.ts";
import type { AnnotationFault, FoundPicture } from "./found.ts";
import { textOf } from "./found.ts";
import { type MaskClasses, maskClasses, readClassTable } from "./mask-classes.ts";
import { codeText, type MaskCodes, maskCodes } from "./mask-codes.ts";
import type { AnnotatedImagesOptions } from "./options.ts";
import { isStoredFrame, type PictureFrame, type Size } from "./place-objects.ts";

/** What is known of a mask after it was read once. */
interface ReadMask {
  readonly digest: string;
  /** How many pixels have each code. */
  readonly counts: ReadonlyMap<number, number>;
  readonly isPalette: boolean;
}

/** Masks by the numbers of their pictures. */
export interface MaskMaps {
  readonly classNames: readonly string[];
  /** Why a picture cannot be used, where its mask is the reason. */
  readonly problems: ReadonlyMap<number, string>;
  readonly faults: readonly AnnotationFault[];
  /** The classes that occur in a picture. */
  labelsIn(row: number): number[];
  /** Other masks have another one. */
  digestOf(row: number): string;
  read(row: number): Promise<ClassMap>;
}

/** Codes that one mask may have: more are no classes, but shades. */
const mostCodes = 256;

/** Bytes of class maps that are kept. */
const memoryBudget = 128 << 20;

/** @throws DataError where the values mean no classes. */
export async function readMaskMaps(
  pictures: readonly FoundPicture[],
  frames: readonly (PictureFrame | undefined)[],
  files: readonly FoundFile[],
  options: AnnotatedImagesOptions,
): Promise<MaskMaps> {
  const { workers = platform.threads.count(), maxPixels, timeout } = options;
  const classValues = options.classValues ?? (await classTableIn(files));
  const isByColor = Object.values(classValues ?? {}).some((value) => typeof value !== "number");
  const decoding = { maxPixels, timeout, isByColor };
  const read = new Map<number, ReadMask>();
  const problems = new Map<number, string>();
  await inTurn(pictures.length, workers, async (row) => {
    const { mask, file } = pictures[row];
    const frame = frames[row];
    if (mask === undefined || frame === undefined) return;
    try {
      const bytes = await mask.read();
      const codes = await maskCodes(bytes, mask.path, decoding);
      requireFit(codes, frame, mask.path, file.path);
      const counts = countsOf(codes.codes, mask.path);
      read.set(row, { digest: platform.md5(bytes), counts, isPalette: codes.isPalette });
    } catch (error) {
      if (error instanceof TargetError) throw error;
      problems.set(
        row,
        `has a mask that cannot be used: ${mask.path} ${reasonOf(error, mask.path)}`,
      );
    }
  });
  const all = [...read.values()];
  const classes = maskClasses({
    codes: [...new Set(all.flatMap(({ counts }) => [...counts.keys()]))],
    isPalette: all.some(({ isPalette }) => isPalette),
    classNames: options.classNames,
    classValues,
  });
  const reader = { pictures, frames, decoding, classes, wish: options.orientation ?? "auto" };
  return {
    classNames: classes.classNames,
    problems,
    faults: [...read].flatMap(([row, mask]) => faultsOf(pictures[row], mask, classes)),
    labelsIn: (row) => labelsIn(read.get(row), classes),
    digestOf: (row) => read.get(row)?.digest ?? "",
    read: keptMaps((row) => readMap(row, reader)),
  };
}

/** Values that mean no class, in words; the pixels that have them are of unknown class. */
function faultsOf(
  { source }: FoundPicture,
  { counts }: ReadMask,
  classes: MaskClasses,
): AnnotationFault[] {
  const strange = [...counts].filter(([code]) => classes.classOf(code) === undefined);
  if (strange.length === 0) return [];
  const pixels = strange.reduce((sum, [, count]) => sum + count, 0);
  const some = strange.slice(0, 3).map(([code]) => codeText(code));
  const list = some.join(", ") + (strange.length > some.length ? ", …" : "");
  const reason = `have values that are no class (${list}), and count as unknown`;
  return [{ path: source, place: `${pixels} pixels`, reason, isRepaired: true }];
}

function labelsIn(mask: ReadMask | undefined, classes: MaskClasses): number[] {
  if (mask === undefined) return [];
  const labels = [...mask.counts.keys()].map((code) => classes.classOf(code) ?? unknownClass);
  return [...new Set(labels)].filter((label) => label !== unknownClass).sort((a, b) => a - b);
}

function countsOf(codes: Uint32Array, name: string): Map<number, number> {
  const counts = new Map<number, number>();
  // Neighbours are mostly alike.
  for (let i = 0, start = 0; i < codes.length; i++) {
    if (codes[i + 1] === codes[i]) continue;
    counts.set(codes[i], (counts.get(codes[i]) ?? 0) + i + 1 - start);
    start = i + 1;
  }
  if (counts.size <= mostCodes) return counts;
  throw new DataError({
    what: `${name} has ${counts.size} different values, which are no classes.`,
  });
}

/** @throws DataError where a mask has neither the size of the stored picture nor that of the upright one. */
function requireFit(mask: MaskCodes, frame: PictureFrame, name: string, picture: string): void {
  const { storedSize, orientation } = frame;
  const sizes = [storedSize, uprightSize(orientation, storedSize)];
  if (sizes.some(([height, width]) => mask.height === height && mask.width === width)) return;
  throw new DataError({
    what: `${name} has ${mask.width} x ${mask.height} pixels, and its picture has ${storedSize[1]} x ${storedSize[0]}.`,
    expected: `a mask of the size of ${picture}`,
  });
}

interface MapReader {
  readonly pictures: readonly FoundPicture[];
  readonly frames: readonly (PictureFrame | undefined)[];
  readonly decoding: Parameters<typeof maskCodes>[2];
  readonly classes: MaskClasses;
  readonly wish: NonNullable<AnnotatedImagesOptions["orientation"]>;
}

async function readMap(row: number, reader: MapReader): Promise<ClassMap> {
  const { mask } = reader.pictures[row];
  const frame = reader.frames[row];
  if (frame === undefined || mask === undefined) {
    const [height, width] = frame?.size ?? [0, 0];
    return { data: new Uint8Array(height * width), shape: [height, width] };
  }
  const { codes, height, width } = await maskCodes(await mask.read(), mask.path, reader.decoding);
  const stored = new Uint8Array(codes.length);
  // Neighbours are mostly alike.
  let [code, label] = [-1, unknownClass];
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] !== code) {
      code = codes[i];
      label = reader.classes.classOf(code) ?? unknownClass;
    }
    stored[i] = label;
  }
  const isStored = isStoredFrame(false, [height, width], frame, reader.wish);
  return fitMap(stored, [height, width], isStored, frame);
}

/** Keeps maps that were read, as long as there is room. */
function keptMaps(read: (row: number) => Promise<ClassMap>): (row: number) => Promise<ClassMap> {
  const kept = new Map<number, ClassMap>();
  let room = memoryBudget;
  return async (row) => {
    const map = kept.get(row) ?? (await read(row));
    if (!kept.has(row) && map.data.length <= room) {
      kept.set(row, map);
      room -= map.data.length;
    }
    return { data: map.data.slice(), shape: map.shape };
  };
}

/** A map in the size of the file that it comes from, as the picture is read. */
export function fitMap(
  data: Uint8Array,
  [height, width]: Size,
  isStored: boolean,
  { orientation, size }: PictureFrame,
): ClassMap {
  const turned = isStored ? uprightMap(orientation, [height, width], data) : data;
  const from = isStored ? uprightSize(orientation, [height, width]) : [height, width];
  if (from[0] === size[0] && from[1] === size[1]) return { data: turned, shape: [...size] };
  const plane = { data: turned, shape: [from[0], from[1], 1] };
  const resized = resize(plane, { size, interpolation: "nearest" });
  return { data: resized.data, shape: [...size] };
}

/** What tables of classes and colours are called. */
const tableNames = ["labelmap.txt", "class_dict.csv", "classes.csv", "label_colors.txt"];

async function classTableIn(files: readonly FoundFile[]) {
  const tables = files
    .filter(({ parts }) => tableNames.includes(parts[parts.length - 1].toLowerCase()))
    .toSorted((a, b) => a.parts.length - b.parts.length);
  for (const table of tables) {
    const found = readClassTable(await textOf(table));
    if (found !== undefined) return found;
  }
  return undefined;
}
