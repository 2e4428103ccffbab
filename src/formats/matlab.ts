// Arrays of numbers in MATLAB's files of level 5, compressed or not. A closed reader: numbers
// alone, whatever else a file holds is refused where it is asked for. Knows nothing of what the
// arrays mean. Source: MathWorks, "MAT-File Format", section "Level 5 MAT-File Format".

import { Unzlib } from "fflate";
import { FormatError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";

/** The numbers of an array, in the file's order. */
export interface MatlabArray {
  readonly data: Uint8Array | Float64Array;
  /**
   * The sizes from the last to the first: in MATLAB's files the first index moves fastest, so these
   * are those of a row-major tensor.
   */
  readonly shape: Shape;
}

const headerBytes = 128;
/** A variable unpacks to this at the very most. */
const mostBytes = 2 ** 31;
/** No deflated byte unpacks to more. */
const mostPerByte = 1032;
const mostDimensions = 8;
/**
 * Bytes that are fed at a time: they unpack to 16 MB at the very most before the size is looked at.
 */
const pieceBytes = 2 ** 14;

const elementTypes = { matrix: 14, compressed: 15 } as const;

interface NumberType {
  readonly width: number;
  read(view: DataView, at: number, little: boolean): number;
}

/** How numbers are stored, by the format's codes. Arrays of doubles are often stored as bytes. */
const numberTypes: Readonly<Record<number, NumberType>> = {
  1: { width: 1, read: (view, at) => view.getInt8(at) },
  2: { width: 1, read: (view, at) => view.getUint8(at) },
  3: { width: 2, read: (view, at, little) => view.getInt16(at, little) },
  4: { width: 2, read: (view, at, little) => view.getUint16(at, little) },
  5: { width: 4, read: (view, at, little) => view.getInt32(at, little) },
  6: { width: 4, read: (view, at, little) => view.getUint32(at, little) },
  7: { width: 4, read: (view, at, little) => view.getFloat32(at, little) },
  9: { width: 8, read: (view, at, little) => view.getFloat64(at, little) },
};
const byteType = 2;

/** The classes of arrays of numbers: double, single, and whole numbers of 8, 16 and 32 bits. */
const numberClasses = new Set([6, 7, 8, 9, 10, 11, 12, 13]);
const classNames: Readonly<Record<number, string>> = {
  1: "a cell array",
  2: "a structure",
  3: "an object",
  4: "text",
  5: "a sparse array",
};
const complexFlag = 0x0800;

/** A part of the file: what it is, and its bytes. */
interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

/**
 * The arrays of a file by their names; `file` is what errors call it.
 *
 * @param names Which are read; what others hold does not matter.
 * @throws FormatError where the file is damaged, hostile or of another kind, or one of `names` is
 * missing or no array of numbers. Nothing large is allocated before sizes are found to agree with
 * the file's length.
 * @example const { X, y } = decodeMatlab(bytes, "train_32x32.mat", ["X", "y"]);
 */
export function decodeMatlab<N extends string>(
  bytes: Uint8Array,
  file: string,
  names: readonly N[],
): Record<N, MatlabArray> {
  const reader = new Reader(file, isLittle(bytes, file));
  const found = new Map<string, MatlabArray>();
  for (let at = headerBytes; at < bytes.length; ) {
    const element = reader.element(bytes, at);
    const matrix = element.type === elementTypes.compressed ? reader.inflated(element) : element;
    if (matrix.type === elementTypes.matrix) reader.matrix(matrix.bytes, names, found);
    at = element.end;
  }
  const missing = names.find((name) => !found.has(name));
  if (missing === undefined) return Object.fromEntries(found) as Record<N, MatlabArray>;
  throw new FormatError({
    what: `${file} has no variable ${missing}.`,
    expected: names.join(", "),
    received: [...found.keys()].join(", ") || "none of them",
    fix: "Check that this is the right file.",
  });
}

function isLittle(bytes: Uint8Array, file: string): boolean {
  const mark = String.fromCharCode(...bytes.subarray(126, 128));
  if (bytes.length >= headerBytes && (mark === "IM" || mark === "MI")) return mark === "IM";
  throw new FormatError({
    what: `${file} does not begin like a MATLAB file of level 5.`,
    expected: `a header of ${headerBytes} bytes that ends in IM or MI`,
    received: `${bytes.length} bytes`,
    fix: "Check that this is the right file, and that it was downloaded whole.",
  });
}

class Reader {
  readonly file: string;
  readonly little: boolean;

  constructor(file: string, little: boolean) {
    this.file = file;
    this.little = little;
  }

  fail(why: string, expected: string, received: unknown): never {
    throw new FormatError({
      what: `${this.file} is not a sound MATLAB file: ${why}.`,
      expected,
      received: String(received),
      fix: "Download or copy the file again.",
    });
  }

  /** The element at `at`; short ones stand in the tag itself. */
  element(bytes: Uint8Array, at: number): Element {
    const view = viewOf(bytes);
    if (at + 8 > bytes.length) this.fail("it ends inside a tag", "8 bytes", bytes.length - at);
    const first = view.getUint32(at, this.little);
    const isShort = first > 0xffff;
    const type = first & 0xffff;
    const length = isShort ? first >>> 16 : view.getUint32(at + 4, this.little);
    const start = isShort ? at + 4 : at + 8;
    if (isShort && length > 4) this.fail("a short element is too long", "4 bytes", length);
    if (start + length > bytes.length) {
      this.fail("it ends inside an element", `${length} bytes`, bytes.length - start);
    }
    const end = isShort ? at + 8 : start + length;
    // All but compressed ones begin at multiples of 8.
    const padded = type === elementTypes.compressed ? end : Math.ceil(end / 8) * 8;
    return { type, bytes: bytes.subarray(start, start + length), end: padded };
  }

  /** The one element that compressed bytes hold. */
  inflated({ bytes }: Element): Element {
    let content: Uint8Array | undefined;
    let filled = 0;
    const inflater = new Unzlib((piece) => {
      if (piece.length === 0) return;
      content ??= this.#roomFor(piece, bytes.length);
      if (filled + piece.length > content.length) {
        this.fail("a variable unpacks to more than it says", `${content.length} bytes`, "more");
      }
      content.set(piece, filled);
      filled += piece.length;
    });
    try {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const end = Math.min(bytes.length, at + pieceBytes);
        inflater.push(bytes.subarray(at, end), end === bytes.length);
      }
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      this.fail("a variable is not compressed as it says", "zlib data", (cause as Error).message);
    }
    if (content === undefined || filled < content.length) {
      this.fail("a variable ends early", `${content?.length ?? 8} bytes`, filled);
    }
    return this.element(content, 0);
  }

  /** Room for the element that begins with `start`, tag and all, and is packed in `packed` bytes. */
  #roomFor(start: Uint8Array, packed: number): Uint8Array {
    if (start.length < 8) this.fail("it ends inside a tag", "8 bytes", start.length);
    const length = viewOf(start).getUint32(4, this.little) + 8;
    const most = Math.min(mostBytes, packed * mostPerByte);
    if (length <= most) return new Uint8Array(length);
    return this.fail("a variable is too large", `at most ${most} bytes`, length);
  }

  /** Adds the array in a matrix element to `found`, where it is one of `names`. */
  matrix(bytes: Uint8Array, names: readonly string[], found: Map<string, MatlabArray>): void {
    const flags = this.element(bytes, 0);
    const dimensions = this.element(bytes, flags.end);
    const title = this.element(bytes, dimensions.end);
    const name = String.fromCharCode(...title.bytes.subarray(0, 63));
    if (!names.includes(name)) return;
    if (found.has(name)) this.fail("a name comes twice", "names that differ", name);
    if (flags.bytes.length < 4) this.fail("an array has no flags", "8 bytes", flags.bytes.length);
    const word = viewOf(flags.bytes).getUint32(0, this.little);
    const kind = word & 0xff;
    if (!numberClasses.has(kind) || (word & complexFlag) !== 0) {
      const received = classNames[kind] ?? `an array of the class ${kind}, complex or of 64 bits`;
      this.fail(`its variable ${name} is no array of real numbers`, "numbers", received);
    }
    const shape = this.#numbers(dimensions, `the sizes of ${name}`, mostDimensions);
    const sizes = Array.from(shape).reverse();
    const count = sizeOf(sizes);
    if (!sizes.every((size) => size >= 0) || !Number.isSafeInteger(count)) {
      this.fail(`the sizes of ${name} are none`, "whole numbers", sizes.join(" x "));
    }
    const data = this.#numbers(this.element(bytes, title.end), name, count);
    if (data.length !== count) {
      this.fail(`${name} does not fill its sizes`, `${count} numbers`, data.length);
    }
    found.set(name, { data, shape: sizes });
  }

  /** At most `most` numbers, whatever they are stored as: bytes as they are, others in f64. */
  #numbers({ type, bytes }: Element, what: string, most: number): MatlabArray["data"] {
    const stored = Object.hasOwn(numberTypes, type) ? numberTypes[type] : undefined;
    if (stored === undefined) return this.fail(`${what} are no numbers`, "a number type", type);
    const { width, read } = stored;
    const count = bytes.length / width;
    if (!Number.isInteger(count) || count > most) {
      this.fail(`${what} take another number of bytes`, `at most ${most * width}`, bytes.length);
    }
    if (type === byteType) return bytes;
    const view = viewOf(bytes);
    return Float64Array.from({ length: count }, (_, i) => read(view, i * width, this.little));
  }
}

const viewOf = ({ buffer, byteOffset, length }: Uint8Array) =>
  new DataView(buffer, byteOffset, length);
