// Picture files that are given in place of tensors: what they are. How they are decoded is loaded when they come.

import { DataError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import type { Source } from "../data/source.ts";
import type { ByteSource } from "../platform/byte-source.ts";
import type { InputValues } from "./model-examples.ts";

/** A picture file, or several: paths, URLs, Blobs, or their bytes. */
export type Pictures = ByteSource | readonly ByteSource[];

/** Whether `x` is picture files, rather than tensors. */
export function arePictures(x: InputValues | Source | Pictures): x is Pictures {
  return Array.isArray(x) ? x.length > 0 && x.every(isPicture) : isPicture(x);
}

/** Whether `value` is one picture file. */
export function isPicture(value: unknown): value is ByteSource {
  return (
    typeof value === "string" ||
    value instanceof URL ||
    value instanceof Blob ||
    value instanceof Uint8Array ||
    value instanceof ArrayBuffer
  );
}

/** @throws DataError where pictures and tensors are mixed: a list is of one kind. */
export function refuseMixture(x: unknown): void {
  if (!Array.isArray(x) || !x.some(isPicture) || x.every(isPicture)) return;
  const other = x.find((one) => !isPicture(one));
  throw new DataError({
    what: "Not all inputs are picture files.",
    expected: "paths, URLs, Blobs or bytes, each of one picture",
    received: outlineOf(other),
  });
}
