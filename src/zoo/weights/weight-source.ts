// What is known of weights that somebody has published.

import type { Preprocess } from "../../nn/preprocess.ts";

/** A file of weights. A checksum that its publisher does not state is left out, and not checked. */
export interface WeightFile {
  /** The address of the file. */
  readonly url: string;
  /** The file's MD5, in hexadecimal digits. */
  readonly md5?: string;
  /** The file's SHA-256 in hexadecimal digits, or as many of the first as are stated. */
  readonly sha256?: string;
}

/** Where trained weights are published. */
export interface WeightSource extends WeightFile {
  /** What people call them, such as `imagenet`. */
  readonly name: string;
  /** Who publishes them, such as `torchvision`. */
  readonly publisher: string;
  /** The licence of the weights, as its publisher names it. */
  readonly licence: string;
  /** The file without the classifier, where there is one. */
  readonly withoutTop?: WeightFile;
  /** What these weights expect of bytes, where it is not what the architecture's record says. */
  readonly preprocess?: Preprocess;
}
