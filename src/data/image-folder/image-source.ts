// Pictures as examples: rows of decoded pixels with their classes. Which pictures they are, and in which order, is
// settled when it is made.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Source, SourceTypes } from "../source.ts";
import { type Decode, inTurn } from "./check.ts";
import { type FoundFile, reasonOf } from "./found-file.ts";
import type { PixelStore } from "./pixel-store.ts";

/** Rows of pictures. */
export interface ImageRows {
  /** `[rows, H, W, C]`, 0 to 255. */
  readonly x: Tensor<Uint8Array>;
  /** `[rows]`: the numbers of their classes. */
  readonly y: Tensor<Int32Array>;
}

/** Pictures with their classes, as `fit`, `evaluate` and `predict` take them. */
export interface ImageSource extends Source {
  /** `[H, W, C]` of each picture. */
  readonly shape: Shape;
  /** The number of each picture's class. */
  readonly labels: Int32Array;
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

/** Some of the pictures, by their numbers among `files`, with the class of each. */
export function imageSource(
  pictures: Pictures,
  numbers: Int32Array,
  labels: Int32Array,
): ImageSource {
  const { files, store, decode, shape, classNames, workers, digests, recipe } = pictures;
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
    types: { x: { shape, dtype: "u8" }, y: { shape: [], dtype: "i32" } },
    get fingerprint() {
      const rows = Array.from(numbers, (row, i) => `${digests[row]} ${labels[i]}`);
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
        y: { data: rows.map((row) => labels[row]), shape: [rows.length] },
      };
    },
    close: () => store.close(),
  };
}
