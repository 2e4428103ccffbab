// The header of a safetensors file, read as if an enemy wrote it: names, dtypes, shapes and where the
// bytes of each tensor lie. Allocates no more than the header's own length asks for, and knows nothing of
// the tensors' values. Format: https://github.com/huggingface/safetensors#format

import { FormatError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import { requireKind } from "./recognize.ts";
import { type FileDType, fileDTypes } from "./stored-numbers.ts";

/** Whether Fovea reads tensors of `dtype`; a file may hold others, which nobody needs to ask for. */
export function isReadDType(dtype: string): dtype is FileDType {
  return Object.hasOwn(fileDTypes, dtype);
}

/** What the header says of one tensor; `start` and `end` count bytes from the first data byte. */
export interface TensorRecord {
  readonly name: string;
  /** As the file names it; it may be one that Fovea does not read. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** A header that has been checked against the length of its file. */
export interface SafetensorsHeader {
  /** In the order of their bytes: each starts where the one before ends. */
  readonly records: readonly TensorRecord[];
  readonly metadata: Record<string, string>;
  /** The file's first data byte. */
  readonly dataStart: number;
}

/** The key of the header that holds metadata instead of a tensor. */
export const metadataKey = "__metadata__";

/** The most bytes a header may have; the reference implementation draws the same line. */
export const longestHeader = 100_000_000;

/** The bytes before the header, which hold its length. */
export const lengthBytes = 8;

/** Header, tensor, shape: nothing in the format nests deeper. */
const deepest = 3;

/** `text` in quotes, short enough for one line of an error and free of control characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/**
 * Whether Fovea accepts `name` for a tensor or a metadata entry. It turns down `__proto__`, which
 * means something else to JavaScript objects, and names that UTF-8 cannot hold.
 */
export function isAcceptedName(name: string): boolean {
  return name !== "__proto__" && name.isWellFormed();
}

/**
 * Reads and checks the header of `bytes`; `file` is the name that errors call it by.
 *
 * @throws FormatError where anything in it breaks the format, or its tensors do not fill the rest
 * of the file exactly.
 */
export function readHeader(bytes: Uint8Array, file: string): SafetensorsHeader {
  requireKind(bytes, file, "safetensors");
  const text = headerText(bytes, file);
  const dataStart = lengthBytes + headerLength(bytes, file);
  const entries = Object.entries(parseJson(text, file));
  const records: TensorRecord[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (name === metadataKey) metadata = readMetadata(value, file);
    else records.push(readRecord(name, value, file));
  }
  records.sort((a, b) => a.start - b.start || a.end - b.end);
  checkLayout(records, bytes.length - dataStart, file);
  return { records, metadata, dataStart };
}

function damaged(file: string, what: string, expected: string, received: string, cause?: unknown) {
  return new FormatError({
    what: `${file} is not a sound safetensors file: ${what}.`,
    expected,
    received,
    fix: "Check that this is a model's file; if it is, save or download it again.",
    cause,
  });
}

function headerLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < lengthBytes) {
    throw damaged(file, "it is too short", "at least 8 bytes", `${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > longestHeader) {
    throw damaged(file, "its header is too long", `at most ${longestHeader} bytes`, `${length}`);
  }
  if (length > bytes.length - lengthBytes) {
    throw damaged(
      file,
      "it ends inside its header",
      `${length} bytes of header`,
      `${bytes.length - lengthBytes} bytes`,
    );
  }
  return length;
}

function headerText(bytes: Uint8Array, file: string): string {
  const end = lengthBytes + headerLength(bytes, file);
  let text: string;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    text = decoder.decode(bytes.subarray(lengthBytes, end));
  } catch (cause) {
    throw damaged(file, "its header is not UTF-8 text", "UTF-8", "other bytes", cause);
  }
  if (text.startsWith("{")) return text;
  throw damaged(file, "its header is not a JSON object", "{", quoted(text.slice(0, 12)));
}

function parseJson(text: string, file: string): object {
  try {
    scan(text, file);
    return JSON.parse(text) as object;
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw damaged(file, "its header is not JSON", "JSON", quoted(text.slice(0, 40)), cause);
  }
}

/**
 * Refuses what `JSON.parse` lets through: deep nesting, a name given twice (it keeps the last) and
 * `__proto__`. Broken JSON is left for `JSON.parse` to report.
 */
function scan(text: string, file: string): void {
  const open: (Set<string> | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const next = skipSpace(text, end);
      const names = open.at(-1);
      if (names && text[next] === ":") {
        checkKey(JSON.parse(text.slice(at, end)) as string, names, file);
      }
      at = next;
      continue;
    }
    if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : null);
      if (open.length > deepest) {
        throw damaged(file, "its header nests too deep", `${deepest} levels`, "more");
      }
    }
    if (character === "}" || character === "]") open.pop();
    at++;
  }
}

function checkKey(key: string, names: Set<string>, file: string): void {
  if (!isAcceptedName(key)) {
    throw damaged(file, "its header uses a name that is not accepted", "a plain name", quoted(key));
  }
  if (names.has(key)) {
    throw damaged(file, "its header gives a name twice", "every name once", quoted(key));
  }
  names.add(key);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\t" || text[at] === "\r") at++;
  return at;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (!isRecord(value)) {
    throw damaged(file, "its metadata is not an object", "names and texts", shown(value));
  }
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "string") continue;
    throw damaged(file, `its metadata ${quoted(key)} is not text`, "a string", shown(entry));
  }
  return value as Record<string, string>;
}

function readRecord(name: string, value: unknown, file: string): TensorRecord {
  const tensor = `the tensor ${quoted(name)}`;
  if (!isRecord(value)) {
    throw damaged(file, `${tensor} is not described`, "an object", shown(value));
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") {
    const what = `${tensor} has a dtype that Fovea does not read`;
    throw damaged(file, what, Object.keys(fileDTypes).join(", "), shown(dtype));
  }
  if (!isListOfSizes(shape)) {
    throw damaged(file, `${tensor} has no shape`, "whole numbers of at least 0", shown(shape));
  }
  if (!isListOfSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw damaged(file, `${tensor} has no place`, "data_offsets [start, end]", shown(offsets));
  }
  const record = { name, dtype, shape, start: offsets[0], end: offsets[1] };
  checkSize(record, file);
  return record;
}

function isListOfSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function shown(value: unknown): string {
  if (value === null) return "null";
  if (!Array.isArray(value)) return typeof value;
  // An object may have a `toString` that is none.
  const word = (entry: unknown) =>
    typeof entry === "object" && entry !== null ? "an object" : String(entry);
  const head = value.slice(0, 8).map(word).join(", ");
  return `[${head}${value.length > 8 ? ", ..." : ""}]`;
}

function checkSize({ name, dtype, shape, start, end }: TensorRecord, file: string): void {
  // How long a dtype is that Fovea does not know, the file alone knows.
  if (!isReadDType(dtype)) return;
  let size: number = fileDTypes[dtype];
  for (const dimension of shape) {
    size *= dimension;
    if (Number.isSafeInteger(size)) continue;
    throw damaged(file, `the tensor ${quoted(name)} is too large`, "a real size", shown(shape));
  }
  if (size === end - start) return;
  const dimensions = shape.length > 8 ? shown(shape) : formatShape(shape);
  throw damaged(
    file,
    `the tensor ${quoted(name)} does not fill its place`,
    `${size} bytes for ${dtype} ${dimensions}`,
    `${end - start} bytes`,
  );
}

/** The tensors must fill the data from the first byte to the last: no overlap, no hole. */
function checkLayout(records: readonly TensorRecord[], dataBytes: number, file: string): void {
  let expected = 0;
  for (const { name, start, end } of records) {
    if (start !== expected) {
      const what = start < expected ? "overlaps the one before it" : "leaves a hole before it";
      throw damaged(file, `the tensor ${quoted(name)} ${what}`, `start ${expected}`, `${start}`);
    }
    expected = end;
  }
  if (expected === dataBytes) return;
  const what =
    expected > dataBytes ? "it ends inside its data" : "it goes on after its last tensor";
  throw damaged(file, what, `${expected} bytes of data`, `${dataBytes} bytes`);
}
