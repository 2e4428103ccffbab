// Pictures as examples: rows of decoded pixels with their classes. Which pictures they are, and in which order, is
// settled when it is made.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Source, SourceTypes } from "../source.ts";
import { type Decode, inTurn } from "./check.ts";
import type { UsedFile } from "./classes.ts";
import { type FoundFile, reasonOf } from "./found-file.ts";
import type { PixelStore } from "./pixel-store.ts";

/** Rows of pictures. */
export interface ImageRows {
  /** `[rows, H, W, C]`, 0 to 255. */
  readonly x: Tensor<Uint8Array>;
  /** `[rows]`: the numbers of their classes; `[rows, K]`, 0 and 1 for each class, where pictures may have several. */
  readonly y: Tensor<Int32Array>;
}

/** Pictures with their classes, as `fit`, `evaluate` and `predict` take them. */
export interface ImageSource extends Source {
  /** `[H, W, C]` of each picture. */
  readonly shape: Shape;
  /** The targets of all pictures, `[N]` or `[N, K]` row by row, as `read` gives those of some. */
  readonly labels: Int32Array;
  /** Whether pictures may have several classes. */
  readonly isMultiLabel: boolean;
  /** Where each picture lies. */
  readonly paths: readonly string[];
  /** The name of class `i` at index `i`. */
  readonly classNames: readonly string[];
  readonly types: SourceTypes;
  /** Other pictures, other classes or other sizes have another one. */
  readonly fingerprint: string;
  read(rows: Int32Array): Promise<ImageRows>;
  /** Gives back memory and files; the parts of one folder share them. */
  close(): Promise<void>;
}

/** What the parts of one folder share. */
export interface Pictures {
  readonly files: readonly FoundFile[];
  readonly store: PixelStore;
  readonly decode: Decode;
  readonly shape: Shape;
  readonly classNames: readonly string[];
  readonly isMultiLabel: boolean;
  /** Pictures that are read at a time. */
  readonly workers: number;
  /** The MD5 of each file, and how it becomes pixels. */
  readonly digests: readonly string[];
  readonly recipe: string;
}

/** Whether examples are pictures of a folder. */
export function isImageSource(value: unknown): value is ImageSource {
  if (typeof value !== "object" || value === null) return false;
  return "labels" in value && "paths" in value && "read" in value;
}

/** 1 for each class of a picture, 0 for the others. */
function marksOf(labels: readonly number[], classes: number): number[] {
  return Array.from({ length: classes }, (_, i) => Number(labels.includes(i)));
}

/** Some of the pictures. */
export function imageSource(
  pictures: Pictures,
  used: readonly Pick<UsedFile, "number" | "labels">[],
): ImageSource {
  const { files, store, decode, shape, classNames, workers, digests, recipe } = pictures;
  const { isMultiLabel } = pictures;
  const numbers = Int32Array.from(used, ({ number }) => number);
  const targetShape = isMultiLabel ? [classNames.length] : [];
  const width = sizeOf(targetShape);
  const labels = Int32Array.from(
    used.flatMap((one) => (isMultiLabel ? marksOf(one.labels, width) : one.labels)),
  );
  const targetsOf = (rows: Int32Array) => {
    const targets = new Int32Array(rows.length * width);
    rows.forEach((row, i) => {
      targets.set(labels.subarray(row * width, (row + 1) * width), i * width);
    });
    return targets;
  };
  const rowBytes = sizeOf(shape);
  const fill = async (row: number, target: Uint8Array) => {
    if (await store.read(row, target)) return;
    const { path, read } = files[row];
    try {
      target.set(await decode(await read(), path));
    } catch (cause) {
      throw new DataError({
        what: `${path} can no longer be read: it ${reasonOf(cause, path)}.`,
        expected: "the picture that was there when training began",
        fix: "Restore the file, or begin anew without it.",
        cause,
      });
    }
    await store.write(row, target);
  };
  return {
    count: numbers.length,
    shape,
    labels,
    paths: Array.from(numbers, (row) => files[row].path),
    classNames,
    isMultiLabel,
    types: { x: { shape, dtype: "u8" }, y: { shape: targetShape, dtype: "i32" } },
    get fingerprint() {
      const rows = used.map((one) => `${digests[one.number]} ${one.labels.join()}`);
      const text = [recipe, ...classNames, ...rows].join("\n");
      return platform.md5(new TextEncoder().encode(text));
    },
    async read(rows) {
      const data = new Uint8Array(rows.length * rowBytes);
      await inTurn(rows.length, workers, (i) =>
        fill(numbers[rows[i]], data.subarray(i * rowBytes, (i + 1) * rowBytes)),
      );
      return {
        x: { data, shape: [rows.length, ...shape] },
        y: { data: targetsOf(rows), shape: [rows.length, ...targetShape] },
      };
    },
    close: () => store.close(),
  };
}
