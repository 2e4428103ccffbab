// PyTorch's files of weights: a zip archive with a pickle and a file for each storage, or, before
// version 1.6, pickles in a row with the storages behind them. The pickle's reader is closed;
// numbers are read when a tensor is asked for, within bounds. Knows no layer. Source:
// torch/serialization.py

import { FormatError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { unpickle } from "./pickle.ts";
import {
  asKind,
  type KnownName,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
} from "./pickle-values.ts";
import { requireKind } from "./recognize.ts";
import type { StoredTensor } from "./safetensors.ts";
import { type FileDType, fileDTypes, storedNumbers } from "./stored-numbers.ts";
import { openZip, weightBytesIn } from "./zip.ts";

/** What a file holds, and its numbers. */
export interface TorchFile {
  readonly value: PickleValue;
  /**
   * The numbers of a tensor, in f32, i32 or u8; `name` is what errors call it.
   *
   * @throws FormatError where its storage is missing or too short, or a number does not fit.
   */
  read(tensor: PickleTensor, name: string): StoredTensor;
}

/** The bytes of a storage; others may follow them. */
type ReadStorage = (storage: PickleStorage) => Uint8Array;

/** Old files begin with this number. */
const magic = 0x1950a86a20f9469cfc6cn;
const oldProtocol = 1001;
/**
 * All numbers that are read from a file, in bytes: a small file may show one number many times, or reach over
 * all of its storage for two.
 */
const mostBytes = 2 ** 31;

const dtypes = {
  "torch.FloatStorage": "F32",
  "torch.DoubleStorage": "F64",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
  "torch.float32": "F32",
  "torch.float64": "F64",
  "torch.float16": "F16",
  "torch.bfloat16": "BF16",
  "torch.int64": "I64",
  "torch.int32": "I32",
  "torch.int16": "I16",
  "torch.int8": "I8",
  "torch.uint64": "U64",
  "torch.uint32": "U32",
  "torch.uint16": "U16",
  "torch.uint8": "U8",
  "torch.bool": "BOOL",
} as const satisfies Partial<Record<KnownName, FileDType>>;

const dtypeOf = (name: KnownName | undefined): FileDType | undefined =>
  name !== undefined && Object.hasOwn(dtypes, name)
    ? dtypes[name as keyof typeof dtypes]
    : undefined;

/**
 * Opens the bytes of a `.pth` or `.pt` file; `file` is what errors call it.
 *
 * @throws FormatError where it is damaged or hostile, or holds more than tensors, dictionaries,
 * lists, numbers and texts. Nothing is executed.
 * @example const { value, read } = openTorchFile(bytes, "resnet50.pth");
 */
export function openTorchFile(bytes: Uint8Array, file: string): TorchFile {
  requireKind(bytes, file, "PyTorch");
  const isZip = bytes[0] === 0x50;
  const { value, storage } = isZip ? openArchive(bytes, file) : openOldFile(bytes, file);
  let left = mostBytes;
  return {
    value,
    read(tensor, name) {
      left -= 4 * Math.max(sizeOf(tensor.shape), spanOf(tensor));
      if (!(left >= 0)) {
        throw damaged(file, `its tensors are too large at ${name}`, `${mostBytes} bytes`, "more");
      }
      return readTensor(tensor, storage, `${file}: the tensor "${name}"`);
    },
  };
}

interface Opened {
  readonly value: PickleValue;
  readonly storage: ReadStorage;
}

/** `archive/data.pkl` and `archive/data/0`; the folder may have any name. */
function openArchive(bytes: Uint8Array, file: string): Opened {
  const zip = openZip(bytes, file, { maximumBytes: weightBytesIn(bytes), kind: "PyTorch" });
  const pickle = zip.names.find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined) {
    throw damaged(file, "it has no data.pkl", "an archive of torch.save", zip.names.slice(0, 4));
  }
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = `${folder}byteorder`;
  if (zip.names.includes(order)) {
    requireLittle(new TextDecoder().decode(zip.read(order)) === "little", file);
  }
  const contents = new Map<string, Uint8Array>();
  return {
    value: unpickle(zip.read(pickle), file).value,
    storage({ key }) {
      const content = contents.get(key) ?? zip.read(`${folder}data/${key}`);
      contents.set(key, content);
      return content;
    },
  };
}

/**
 * Three pickles of what wrote it, the value, the keys of its storages, then their numbers in that
 * order.
 */
function openOldFile(bytes: Uint8Array, file: string): Opened {
  const first = unpickle(bytes, file);
  const second = unpickle(bytes, file, first.end);
  if (first.value !== magic || second.value !== oldProtocol) {
    throw damaged(file, "it is a pickle, but none of torch.save", "PyTorch's number", first.value);
  }
  const system = unpickle(bytes, file, second.end);
  const isLittle = asKind(system.value, "dictionary")?.entries.get("little_endian");
  requireLittle(isLittle === true, file);
  const content = unpickle(bytes, file, system.end);
  const keys = unpickle(bytes, file, content.end);
  const places = new Map<string, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = keys.end;
  for (const key of asKind(keys.value, "list")?.items ?? []) {
    const stored = typeof key === "string" ? content.storages.get(key) : undefined;
    if (stored === undefined || at + 8 > bytes.length || places.has(stored.key)) {
      throw damaged(file, "its storages do not fit its pickle", "one for each key", key);
    }
    const count = Number(view.getBigUint64(at, true));
    if (count !== stored.count) {
      throw damaged(file, `its storage ${stored.key} has another size`, stored.count, count);
    }
    places.set(stored.key, at + 8);
    at += 8 + count * widthOf(stored);
  }
  return {
    value: content.value,
    storage({ key }) {
      const start = places.get(key);
      if (start === undefined) throw damaged(file, `its storage ${key} is missing`, key, "none");
      return bytes.subarray(start);
    },
  };
}

/** Bytes of a number in a storage; those without a type are counted in bytes. */
const widthOf = ({ type }: PickleStorage) => fileDTypes[dtypeOf(type) ?? "U8"];

/** How many numbers of its storage a tensor reaches over, from its first to its last. */
function spanOf({ shape, strides }: Pick<PickleTensor, "shape" | "strides">): number {
  if (sizeOf(shape) === 0) return 0;
  return shape.reduce((span, size, i) => span + (size - 1) * strides[i], 1);
}

function readTensor(
  { storage, offset, shape, strides, dtype: own }: PickleTensor,
  open: ReadStorage,
  what: string,
): StoredTensor {
  const dtype = dtypeOf(storage.type) ?? dtypeOf(own);
  if (dtype === undefined) throw damaged(what, "its numbers have no type", "a dtype", "none");
  const count = sizeOf(shape);
  const width = fileDTypes[dtype];
  const start = count === 0 ? 0 : offset * width;
  const end = start + spanOf({ shape, strides }) * width;
  const content = open(storage);
  if (end > content.length || end > storage.count * widthOf(storage)) {
    throw damaged(what, "its storage ends before it", `${end} bytes`, `${content.length} bytes`);
  }
  const numbers = storedNumbers(dtype, content.subarray(start, end));
  if (numbers === null) {
    throw damaged(what, "a number does not fit", "numbers in the range of f32 or i32", dtype);
  }
  return { data: gathered(numbers, shape, strides, count), shape };
}

/** The numbers of a tensor in row-major order; `numbers` begins with its first. */
function gathered<T extends Float32Array | Int32Array | Uint8Array>(
  numbers: T,
  shape: Shape,
  strides: readonly number[],
  count: number,
): T {
  let step = 1;
  let isPlain = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) isPlain = false;
    step *= shape[axis];
  }
  if (isPlain || count === 0) return numbers.subarray(0, count) as T;
  const make = numbers.constructor as new (length: number) => T;
  const result = new make(count);
  const index = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < count; i++) {
    result[i] = numbers[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      from -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return result;
}

function requireLittle(isLittle: boolean, file: string): void {
  if (isLittle) return;
  throw damaged(file, "its numbers are big-endian", "little-endian numbers", "big-endian ones");
}

function damaged(what: string, why: string, expected: unknown, received: unknown): FormatError {
  return new FormatError({
    what: `${what} cannot be read: ${why}.`,
    expected: String(expected),
    received: String(received).slice(0, 200),
    fix: "Save the file again with torch.save(model.state_dict(), path), or download it again.",
  });
}
