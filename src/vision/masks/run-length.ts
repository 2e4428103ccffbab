// COCO's run-length codes of masks: how many pixels in a row lie outside, then inside, then outside …, column after
// column from the top; as numbers, or as the text in which COCO's files hold them. Codes come out of files, so nothing in
// them is believed.

import { FormatError } from "../../core/errors.ts";
import { isWhole, outlineOf, requireRecord } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { planeOf } from "./class-map.ts";

/** A mask as COCO's files have it. */
export interface RunLengthCode {
  /** Height and width of the picture. */
  readonly size: readonly [height: number, width: number];
  /** Lengths of runs, the first one outside of the mask, or the same as compressed text. */
  readonly counts: readonly number[] | string;
}

const mostPixels = 2 ** 28;

/**
 * The code of a mask `u8 [H, W]`; what is not 0 lies inside.
 *
 * @throws ShapeError where it is no `[H, W]`, DataError where it does not consist of bytes.
 * @example vision.encodeRunLengths(tensor(Uint8Array.of(0, 1, 1, 1), [2, 2])); // { size: [2, 2], counts: [1, 3] }
 */
export function encodeRunLengths(mask: Tensor<Uint8Array>): {
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[];
} {
  const { data, height, width } = planeOf("vision.encodeRunLengths", "The mask", mask);
  const counts: number[] = [];
  let [run, isInside] = [0, false];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if ((data[y * width + x] !== 0) !== isInside) {
        counts.push(run);
        run = 0;
        isInside = !isInside;
      }
      run++;
    }
  }
  counts.push(run);
  return { size: [height, width], counts };
}

/**
 * The mask of a code, `u8 [H, W]`: 1 inside, 0 outside. The counts may be compressed.
 *
 * @throws FormatError where it is no code, or its runs do not fill the picture.
 * @example const mask = vision.decodeRunLengths(annotation.segmentation);
 */
export function decodeRunLengths(code: RunLengthCode): Tensor<Uint8Array> {
  const { size, counts } = checkedCode("vision.decodeRunLengths", code);
  const [height, width] = size;
  const data = new Uint8Array(height * width);
  let at = 0;
  counts.forEach((run, i) => {
    for (let end = at + run; at < end; at++) {
      if (i % 2 === 1) data[(at % height) * width + Math.floor(at / height)] = 1;
    }
  });
  return { data, shape: [height, width] };
}

/**
 * The same code with its counts as text: six bits a letter, each count less the one before the last.
 *
 * @throws FormatError where it is no code.
 * @example vision.compressRunLengths({ size: [2, 2], counts: [1, 3] }); // { size: [2, 2], counts: "13" }
 */
export function compressRunLengths(code: RunLengthCode): {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
} {
  const { size, counts } = checkedCode("vision.compressRunLengths", code);
  const letters: string[] = [];
  counts.forEach((count, i) => {
    let rest = i > 2 ? count - counts[i - 2] : count;
    for (let isLast = false; !isLast; ) {
      const five = rest & 31;
      rest >>= 5;
      isLast = rest === ((five & 16) === 0 ? 0 : -1);
      letters.push(String.fromCharCode(48 + five + (isLast ? 0 : 32)));
    }
  });
  return { size, counts: letters.join("") };
}

/**
 * The same code with its counts as numbers.
 *
 * @throws FormatError where it is no code, or its runs do not fill the picture.
 * @example vision.expandRunLengths({ size: [2, 2], counts: "13" }); // { size: [2, 2], counts: [1, 3] }
 */
export function expandRunLengths(code: RunLengthCode): {
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[];
} {
  return checkedCode("vision.expandRunLengths", code);
}

/**
 * How many pixels lie inside.
 *
 * @throws FormatError where it is no code.
 * @example vision.runLengthArea({ size: [2, 2], counts: [1, 3] }); // 3
 */
export function runLengthArea(code: RunLengthCode): number {
  const { counts } = checkedCode("vision.runLengthArea", code);
  return counts.reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0);
}

/**
 * The smallest box around a mask: left, top, right, bottom. All four are 0 where nothing lies inside.
 *
 * @throws FormatError where it is no code.
 * @example vision.runLengthBox({ size: [2, 2], counts: [2, 1, 1] }); // [1, 0, 2, 1]
 */
export function runLengthBox(
  code: RunLengthCode,
): readonly [left: number, top: number, right: number, bottom: number] {
  const { size, counts } = checkedCode("vision.runLengthBox", code);
  const [height] = size;
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  let at = 0;
  counts.forEach((run, i) => {
    if (i % 2 === 1 && run > 0) {
      const last = at + run - 1;
      const [first, end] = [Math.floor(at / height), Math.floor(last / height)];
      left = Math.min(left, first);
      right = Math.max(right, end + 1);
      top = Math.min(top, first < end ? 0 : at % height);
      bottom = Math.max(bottom, first < end ? height : (last % height) + 1);
    }
    at += run;
  });
  return right === 0 ? [0, 0, 0, 0] : [left, top, right, bottom];
}

/** The code with counts as numbers, which fill the picture. @throws FormatError where it is no code. */
export function checkedCode(call: string, code: RunLengthCode) {
  requireRecord(
    `${call}: This is no run-length code.`,
    code,
    ["size", "counts"],
    "{ size, counts }",
  );
  const { size, counts } = code;
  const isSize = Array.isArray(size) && size.length === 2 && size.every((side) => isWhole(side, 1));
  if (!isSize || size[0] * size[1] > mostPixels) {
    throw new FormatError({
      what: `${call}: The size of the code is none.`,
      expected: `[height, width], whole numbers of at least 1, together at most ${mostPixels} pixels`,
      received: Array.isArray(size) ? `[${size.slice(0, 4).join(", ")}]` : outlineOf(size),
    });
  }
  const pixels = size[0] * size[1];
  const isText = typeof counts === "string";
  if (!isText && !Array.isArray(counts)) {
    throw new FormatError({
      what: `${call}: The counts of the code are none.`,
      expected: "a list of lengths, or text",
      received: outlineOf(counts),
    });
  }
  const runs: readonly number[] = isText ? countsOf(call, counts) : counts;
  let sum = 0;
  for (const run of runs) {
    if (!isWhole(run, 0)) {
      throw new FormatError({
        what: `${call}: A run of the code is no length.`,
        expected: "whole numbers of at least 0",
        received: String(run),
      });
    }
    sum += run;
    if (sum > pixels) break;
  }
  if (sum === pixels) return { size, counts: runs };
  throw new FormatError({
    what: `${call}: The runs of the code do not fill the picture.`,
    expected: `${pixels} pixels for ${size[0]} rows of ${size[1]}`,
    received: sum > pixels ? "more" : String(sum),
    fix: "Check that the size is [height, width] of the picture that the code was made for.",
  });
}

/** The counts in a text; those of hostile files as well are small numbers. */
function countsOf(call: string, text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    for (let place = 0, isLast = false; !isLast; place++, at++) {
      const letter = text.charCodeAt(at) - 48;
      if (!(letter >= 0 && letter < 64) || place > 5) {
        throw new FormatError({
          what: `${call}: The compressed counts cannot be read.`,
          expected: "letters from 0 to o, at most six for one count",
          received: JSON.stringify(text.slice(at, at + 12)),
        });
      }
      value |= (letter & 31) << (5 * place);
      isLast = (letter & 32) === 0;
      if (isLast && (letter & 16) !== 0) value |= -1 << (5 * (place + 1));
    }
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
  }
  return counts;
}
