// What a stream of batches is, and how it is recognized. Knows nothing of how it is read.

import type { SourceRows } from "../data/source.ts";

/** Batches one after the other, or a function that begins them anew. */
export type BatchStream =
  | AsyncIterable<SourceRows>
  | Generator<SourceRows>
  | (() => AsyncIterable<SourceRows> | Iterable<SourceRows>);

/** Whether `value` gives batches; lists and files, which can be gone through as well, do not. */
export function isStream(value: unknown): value is BatchStream {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  const isGenerator = Symbol.iterator in value && "next" in value;
  return Symbol.asyncIterator in value || isGenerator;
}
