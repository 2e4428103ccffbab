// Tensors and text as the bytes of a safetensors file, and back. Bytes in, bytes out. It touches no disk
// and knows no model: names mean nothing here. Format: https://github.com/huggingface/safetensors#format
// (all numbers little-endian).

import { platform } from "#platform";
import { type DType, dtypeOf } from "../core/dtype.ts";
import { FormatError } from "../core/errors.ts";
import { type Tensor, tensor } from "../core/tensor.ts";
import { sameName } from "./distinct-names.ts";
import {
  isAcceptedName,
  isReadDType,
  lengthBytes,
  longestHeader,
  metadataKey,
  quoted,
  readHeader,
  type TensorRecord,
} from "./safetensors-header.ts";
import { fileDTypes, storedNumbers } from "./stored-numbers.ts";

/** A tensor as files hold it: f32, i32 or u8. */
export type StoredTensor = Tensor<Float32Array | Int32Array | Uint8Array>;

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** In the order of their bytes in the file. */
  readonly tensors: Map<string, StoredTensor>;
  /** Free text by name; Fovea keeps a model's architecture here. */
  readonly metadata: Record<string, string>;
}

/** In the order the file keeps them, which is the reference's: wider dtypes first. */
const writtenDTypes = [
  ["f32", "F32"],
  ["i32", "I32"],
  ["u8", "U8"],
] as const satisfies readonly (readonly [DType, string])[];

/**
 * Writes tensors and text as one safetensors file. The same content gives the same bytes, whatever
 * order it comes in: tensors are sorted by dtype, then by name, as the reference implementation
 * does, and metadata by name. With `checksum` the metadata holds one, which is checked when the file is read.
 *
 * @throws FormatError where a name comes twice or is not accepted, metadata is not text, or a
 * tensor is a `Float64Array`.
 * @throws ShapeError where a tensor's data does not fill its shape.
 * @example
 * const bytes = encodeSafetensors({
 *   tensors: [["dense/bias", tensor(new Float32Array(10), [10])]],
 *   metadata: { format: "fovea" },
 * });
 */
export function encodeSafetensors(content: {
  readonly tensors: Iterable<readonly [string, Tensor]>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksum?: boolean;
}): Uint8Array {
  const entries: string[] = [];
  const placed: { bytes: Uint8Array; start: number }[] = [];
  const records: ChecksumRecord[] = [];
  let end = 0;
  for (const { name, dtype, shape, data } of inFileOrder(content.tensors)) {
    const start = end;
    end += data.byteLength;
    placed.push({ bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start });
    const record = { dtype, shape, data_offsets: [start, end] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(record)}`);
    records.push({ name, dtype, shape, start, end });
  }
  const { metadata = {}, checksum = false } = content;
  if (checksum || content.metadata !== undefined) {
    const sum = checksum ? { [checksumKey]: checksumOf(metadata, records, placed) } : {};
    const written = writeMetadata({ ...metadata, ...sum });
    entries.unshift(`${JSON.stringify(metadataKey)}:${written}`);
  }
  const header = new TextEncoder().encode(`{${entries.join(",")}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > longestHeader) {
    throw new FormatError({
      what: "The header of the safetensors file is too long.",
      expected: `at most ${longestHeader} bytes`,
      received: `${headerBytes} bytes`,
      fix: "Keep large texts out of the metadata.",
    });
  }
  const dataStart = lengthBytes + headerBytes;
  const file = new Uint8Array(dataStart + end);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.fill(0x20, lengthBytes, dataStart);
  file.set(header, lengthBytes);
  for (const { bytes, start } of placed) file.set(bytes, dataStart + start);
  return file;
}

/**
 * Reads a safetensors file. `name` is what errors call it.
 *
 * F32, I32 and U8 tensors come as they are, as views of `bytes` where alignment allows. F16 and
 * BF16 become f32 exactly; F64 becomes f32, rounded; BOOL becomes u8, other whole numbers i32.
 *
 * @param options.only Which tensors are read, by name; all by default. What others hold does not matter.
 * @throws FormatError where the file is truncated, damaged or hostile, its checksum is wrong, a dtype is not read, or a
 * value is outside the range of f32 or i32. Nothing large is allocated before the header is found
 * to agree with the file's length.
 * @example const { tensors, metadata } = decodeSafetensors(bytes, "best.safetensors");
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
  { only = () => true }: { readonly only?: (tensor: string) => boolean } = {},
): SafetensorsContent {
  const { records, metadata, dataStart } = readHeader(bytes, name);
  const { [checksumKey]: checksum, ...own } = metadata;
  const tensors = new Map<string, StoredTensor>();
  // A plain view: the bytes may be of a class whose slice does not copy.
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset + dataStart, bytes.length - dataStart);
  if (checksum?.startsWith(checksumPrefix)) {
    requireEqual(checksum, checksumOf(own, records, [{ bytes: data }]), name);
  }
  for (const record of records) {
    if (!only(record.name)) continue;
    const values = data.subarray(record.start, record.end);
    tensors.set(record.name, tensor(elementsOf(record, values, name), record.shape));
  }
  return { tensors, metadata: own };
}

/** The metadata entry that holds the checksum of Fovea's own files. */
const checksumKey = "fovea_checksum";
/** Another kind of checksum, of a version to come, is not checked. */
const checksumPrefix = "crc32:";

/** What the checksum takes of a tensor's record. */
interface ChecksumRecord extends Omit<TensorRecord, "dtype"> {
  readonly dtype: string;
}

/**
 * Of the metadata, the names, dtypes, shapes and places of all tensors, and their bytes. How the header is
 * laid out does not count: another program may have written it anew.
 */
function checksumOf(
  metadata: Readonly<Record<string, string>>,
  records: readonly ChecksumRecord[],
  data: readonly { readonly bytes: Uint8Array }[],
): string {
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const places = [...records]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, dtype, shape, start, end }) => [name, dtype, shape, start, end]);
  const described = new TextEncoder().encode(JSON.stringify([entries, places]));
  const sum = data.reduce(
    (before, { bytes }) => platform.crc32(bytes, before),
    platform.crc32(described),
  );
  return `${checksumPrefix}${sum.toString(16).padStart(8, "0")}`;
}

function requireEqual(kept: string, found: string, file: string): void {
  if (kept === found) return;
  throw new FormatError({
    what: `${file} is damaged: its content does not match its checksum.`,
    expected: kept,
    received: found,
    fix: `Use another copy of the file. If a program changed it on purpose, remove "${checksumKey}" from its metadata.`,
  });
}

/** A tensor on its way into a file. */
interface OutgoingTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Tensor["data"];
}

function inFileOrder(tensors: Iterable<readonly [string, Tensor]>): OutgoingTensor[] {
  const named = new Map<string, Tensor>();
  for (const [name, { data, shape }] of tensors) {
    checkName(name, "tensor");
    if (name === metadataKey || named.has(name)) throw sameName(name, "the safetensors file");
    if (data instanceof Float64Array) {
      throw new FormatError({
        what: `The tensor ${quoted(name)} holds 64-bit numbers, which Fovea does not write.`,
        expected: "a Float32Array, Int32Array or Uint8Array",
        fix: "Convert it with Float32Array.from(data).",
      });
    }
    named.set(name, tensor(data, shape));
  }
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  return writtenDTypes.flatMap(([kind, dtype]) =>
    sorted
      .filter(([, { data }]) => dtypeOf(data) === kind)
      .map(([name, { data, shape }]) => ({ name, dtype, shape, data })),
  );
}

function writeMetadata(metadata: Readonly<Record<string, string>>): string {
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const written = entries.map(([key, text]) => {
    checkName(key, "metadata entry");
    if (typeof text === "string" && text.isWellFormed()) {
      return `${JSON.stringify(key)}:${JSON.stringify(text)}`;
    }
    throw new FormatError({
      what: `The metadata ${quoted(key)} of the safetensors file is not text.`,
      expected: "a well-formed string",
      received: typeof text,
      fix: "Turn it into text with JSON.stringify.",
    });
  });
  return `{${written.join(",")}}`;
}

function checkName(name: string, kind: string): void {
  if (isAcceptedName(name)) return;
  throw new FormatError({
    what: `A ${kind} of a safetensors file cannot be called ${quoted(name)}.`,
    expected: "well-formed text other than __proto__",
    fix: "Choose another name.",
  });
}

function elementsOf(record: TensorRecord, bytes: Uint8Array, file: string) {
  const { dtype } = record;
  if (!isReadDType(dtype)) {
    throw new FormatError({
      what: `${file}: the tensor ${quoted(record.name)} has a dtype that Fovea does not read.`,
      expected: Object.keys(fileDTypes).join(", "),
      received: quoted(dtype),
      fix: "Convert the tensor to one of these before saving it.",
    });
  }
  return inRange(storedNumbers(dtype, bytes), record, file);
}

function inRange<T>(values: T | null, { name, dtype }: TensorRecord, file: string): T {
  if (values !== null) return values;
  throw new FormatError({
    what: `${file}: the tensor ${quoted(name)} has a value that does not fit.`,
    expected: `${dtype} values in the range of ${dtype === "F64" ? "f32" : "32-bit integers"}`,
    fix: "Scale the tensor, or leave it out, before saving it.",
  });
}
