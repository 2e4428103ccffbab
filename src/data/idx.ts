// IDX, the file format of MNIST and its kin: a magic number, the dimensions, then the elements, all
// big-endian. Bytes in, a tensor out; knows no file, no folder and no dataset. Source: LeCun, Cortes and
// Burges, "The MNIST database of handwritten digits", 1998.

import { bytesPerElement, type DType, dtypeOf } from "../core/dtype.ts";
import { FormatError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { type Tensor, tensor } from "../core/tensor.ts";
import { gunzip, gunzipStart, isGzip } from "./gzip.ts";

/** The element types that an IDX tensor can have here. */
export type IdxArray = Uint8Array | Int32Array | Float32Array;

export interface DecodeIdxOptions {
  /** The largest file, unpacked, that is accepted, in bytes. Default: 1 GiB. */
  readonly maxBytes?: number;
}

const dtypeOfCode: Readonly<Record<number, DType>> = { 8: "u8", 12: "i32", 13: "f32" };
const codeOfDtype = { u8: 8, i32: 12, f32: 13 } as const satisfies Record<DType, number>;

/** Types that the format knows and Fovea has no tensor for. */
const unsupported: Readonly<Record<number, string>> = { 9: "i8", 11: "i16", 14: "f64" };

/** The format allows 255 dimensions; nothing in use has more than four. */
const maxRank = 8;

interface Header {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Where the elements begin, and where the file ends, in bytes. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads an IDX file of u8, i32 or f32, packed with gzip or not. The header is checked before its
 * elements are unpacked or allocated, and nothing unpacks beyond what it declares. The data of a u8
 * file that is not packed is a view of `bytes`.
 *
 * @param name how errors call the file.
 * @throws FormatError where the file is truncated, too long, damaged, too large or no IDX file.
 * @example
 * const { shape } = await decodeIdx(await readFile("train-images-idx3-ubyte.gz"), "the images");
 * console.log(shape); // [60000, 28, 28]
 */
export async function decodeIdx(
  bytes: Uint8Array,
  name: string,
  { maxBytes = 2 ** 30 }: DecodeIdxOptions = {},
): Promise<Tensor<IdxArray>> {
  const packed = isGzip(bytes);
  const header = readHeader(packed ? await gunzipStart(bytes, name) : bytes, name, maxBytes);
  const content = packed ? await gunzip(bytes, name, header.end) : bytes;
  if (content.length !== header.end) {
    const early = content.length < header.end;
    throw new FormatError({
      what: `${name} ${early ? "ends too early" : "has bytes after its last element"}.`,
      expected: `${count(header.end)} bytes, for ${formatShape(header.shape)} of ${header.dtype}`,
      received: `${count(content.length)} bytes`,
      fix: "Download or copy the file again.",
    });
  }
  return tensor(readElements(content, header), header.shape);
}

/**
 * The bytes of an IDX file, not packed, with the elements and dimensions of `values`.
 *
 * @throws FormatError where the shape has no or too many dimensions, or one beyond 32 bits.
 * @example await writeFile("labels-idx1-ubyte", encodeIdx(tensor(new Uint8Array([3, 1]), [2])));
 */
export function encodeIdx({ data, shape }: Tensor<IdxArray>): Uint8Array {
  if (shape.length < 1 || shape.length > maxRank || shape.some((size) => size >= 2 ** 32)) {
    throw new FormatError({
      what: "The tensor does not fit into an IDX file.",
      expected: `1 to ${maxRank} dimensions below 2^32`,
      received: formatShape(shape),
    });
  }
  const dtype = dtypeOf(data);
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + data.length * bytesPerElement[dtype]);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, codeOfDtype[dtype], shape.length]);
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size);
  });
  if (dtype === "u8") {
    bytes.set(data, start);
    return bytes;
  }
  for (let i = 0; i < data.length; i++) {
    if (dtype === "i32") view.setInt32(start + 4 * i, data[i]);
    else view.setFloat32(start + 4 * i, data[i]);
  }
  return bytes;
}

function readHeader(bytes: Uint8Array, name: string, maxBytes: number): Header {
  if (bytes.length < 4) throw shortHeader(name, 4, bytes.length);
  const [zero, zeroToo, code, rank] = bytes;
  const dtype = dtypeOfCode[code];
  if (zero !== 0 || zeroToo !== 0 || dtype === undefined || rank < 1 || rank > maxRank) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
    const known = zero === 0 && zeroToo === 0 ? unsupported[code] : undefined;
    throw new FormatError({
      what: `${name} does not begin like an IDX file that Fovea reads.`,
      expected: `0000, then 08 (u8), 0c (i32) or 0d (f32), then 01 to 0${maxRank} dimensions`,
      received: known === undefined ? magic : `${magic}, that is, elements of ${known}`,
      fix: "Check that this is the right file, and that it was downloaded whole.",
    });
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw shortHeader(name, start, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const end = start + sizeOf(shape) * bytesPerElement[dtype];
  if (end > maxBytes) {
    throw new FormatError({
      what: `${name} declares more data than is accepted.`,
      expected: `at most ${count(maxBytes)} bytes`,
      received: `${formatShape(shape)} of ${dtype}, ${count(end)} bytes`,
      fix: "Check that the file is what it should be; raise maxBytes if it is.",
    });
  }
  return { dtype, shape, start, end };
}

function shortHeader(name: string, expected: number, received: number): FormatError {
  return new FormatError({
    what: `${name} ends inside its header.`,
    expected: `a header of at least ${expected} bytes`,
    received: `${received} bytes`,
    fix: "Download or copy the file again.",
  });
}

function readElements(content: Uint8Array, { dtype, shape, start }: Header): IdxArray {
  const length = sizeOf(shape);
  if (dtype === "u8") return new Uint8Array(content.buffer, content.byteOffset + start, length);
  const view = new DataView(content.buffer, content.byteOffset + start);
  const elements = dtype === "i32" ? new Int32Array(length) : new Float32Array(length);
  const read = dtype === "i32" ? view.getInt32.bind(view) : view.getFloat32.bind(view);
  for (let i = 0; i < length; i++) elements[i] = read(4 * i);
  return elements;
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
