// Why a picture could not be had: an error with a reason of a closed list, so that many can be counted.

import { type ErrorFacts, FormatError } from "../core/errors.ts";

/** Each reason, and what it means in a few words: for tables of files that were left out. */
export const imageReasons = {
  unreadable: "cannot be read",
  empty: "has no bytes",
  foreign: "is not a picture",
  unsupported: "is of a kind that is not supported",
  truncated: "ends too early",
  damaged: "is damaged",
  checksum: "has a wrong checksum",
  "too-many-bytes": "has too many bytes",
  "too-many-pixels": "has too many pixels",
  "too-slow": "takes too long",
} as const;

/**
 * Why a picture could not be decoded: `unreadable` (no such file, no permission, a folder or pipe, a server
 * that does not give it), `empty`, `foreign` (no picture at all), `unsupported` (a picture of another kind),
 * `truncated`, `damaged`, `checksum`, `too-many-bytes`, `too-many-pixels`, `too-slow`.
 */
export type ImageErrorReason = keyof typeof imageReasons;

/** A picture that cannot be read or decoded. */
export class ImageError extends FormatError {
  static override readonly name: string = "ImageError";
  /** Why, in one word of a closed list. */
  readonly reason: ImageErrorReason;

  constructor(reason: ImageErrorReason, facts: ErrorFacts) {
    super(facts);
    this.reason = reason;
  }
}
