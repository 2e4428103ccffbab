// The binary batches of CIFAR-10 and CIFAR-100: labels and an image, record after record. Knows no
// file and no place. Source: Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html, "Binary
// version".

import { FormatError } from "../core/errors.ts";
import type { Examples } from "./examples.ts";
import type { NamedBytes } from "./file-set.ts";

const side = 32;
const pixels = side * side;
const channels = 3;

/** A batch with the name that messages call it by. */
export type CifarBatch = NamedBytes;

/** What a record has before the red, the green and the blue values, each row by row. */
export interface RecordLabels {
  /** How many labels there are, one byte each. */
  readonly bytes: number;
  /** Which of them is taken. */
  readonly at: number;
}

/**
 * Images `[N, 32, 32, 3]` and labels `[N]` in u8, batch after batch.
 *
 * @throws FormatError where a batch is no whole number of records, or holds a label of no class.
 */
export function decodeCifarBatches(
  batches: readonly CifarBatch[],
  classNames: readonly string[],
  { bytes: labelBytes, at: labelAt }: RecordLabels,
): Examples {
  const recordBytes = labelBytes + channels * pixels;
  const count = batches.reduce((sum, batch) => sum + countOf(batch, recordBytes), 0);
  const images = new Uint8Array(count * channels * pixels);
  const labels = new Uint8Array(count);
  let row = 0;
  for (const { name, bytes } of batches) {
    for (let at = 0; at < bytes.length; at += recordBytes) {
      labels[row] = checkLabel(bytes[at + labelAt], at / recordBytes, name, classNames.length);
      const image = row * channels * pixels;
      for (let channel = 0; channel < channels; channel++) {
        const plane = at + labelBytes + channel * pixels;
        for (let pixel = 0; pixel < pixels; pixel++) {
          images[image + pixel * channels + channel] = bytes[plane + pixel];
        }
      }
      row++;
    }
  }
  return {
    x: { data: images, shape: [count, side, side, channels] },
    y: { data: labels, shape: [count] },
    classNames,
  };
}

function countOf({ name, bytes }: CifarBatch, recordBytes: number): number {
  const count = bytes.length / recordBytes;
  if (Number.isInteger(count) && count >= 1) return count;
  throw new FormatError({
    what: `${name} is not a batch of CIFAR images.`,
    expected: `records of ${recordBytes} bytes each`,
    received: `${bytes.length} bytes`,
    fix: "Use the files of the binary version, whole: CIFAR-10 and CIFAR-100 differ in their records.",
  });
}

function checkLabel(label: number, record: number, name: string, classes: number): number {
  if (label < classes) return label;
  throw new FormatError({
    what: `${name} has a label that is no class.`,
    expected: `0 to ${classes - 1}`,
    received: `${label} in record ${record}`,
    fix: "Copy the file again; CIFAR-10 and CIFAR-100 differ in their records.",
  });
}
