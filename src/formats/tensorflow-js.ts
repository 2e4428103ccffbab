// The values of TensorFlow.js: `weightsManifest` and its shards. Knows no layer.

import { platform } from "#platform";
import { FormatError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { requireDistinctNames } from "./distinct-names.ts";
import { halfValue } from "./widths.ts";

/** Bytes of one shard; TensorFlow.js cuts there, for browsers keep files of that size. */
const shardBytes = 2 ** 22;
const mostShards = 10_000;
const mostBytes = 2 ** 31;

export interface NamedValues {
  readonly name: string;
  readonly data: Float32Array;
  readonly shape: Shape;
  /** What the optimizer remembers is set apart from the model's weights. */
  readonly group?: "optimizer";
}

interface NumberReader {
  readonly width: number;
  read(view: DataView, at: number): number;
}

const single: NumberReader = { width: 4, read: (view, at) => view.getFloat32(at, true) };
const byte: NumberReader = { width: 1, read: (view, at) => view.getUint8(at) };

/** How a number is read, by the manifest's word. */
const readers: Readonly<Record<string, NumberReader>> = {
  float32: single,
  int32: { width: 4, read: (view, at) => view.getInt32(at, true) },
  bool: byte,
  uint8: byte,
};

/** The same for weights that are packed: each is a number times a scale, and a lowest value. */
const packedReaders: Readonly<Record<string, NumberReader>> = {
  uint8: byte,
  uint16: { width: 2, read: (view, at) => view.getUint16(at, true) },
  float16: { width: 2, read: (view, at) => halfValue(view.getUint16(at, true)) },
};

function refuse(file: string, why: string, expected: string, received: unknown): never {
  throw new FormatError({
    what: `${file} is not a sound model of TensorFlow.js: ${why}.`,
    expected,
    received: (JSON.stringify(received) ?? "nothing").slice(0, 200),
    fix: "Save or download the model again, with its .bin files beside it.",
  });
}

/** Values as bytes. */
export interface EncodedShards {
  /** The `weightsManifest` that names the shards. */
  readonly manifest: readonly object[];
  /** Their bytes, by name. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

/**
 * Values as shards. Their names hold a checksum: the files of a model that was there before stay whole
 * until the new model.json takes its place. `file` is what errors call that one.
 *
 * @throws FormatError where two values have one name.
 */
export function encodeShards(values: readonly NamedValues[], file: string): EncodedShards {
  requireDistinctNames(
    values.map(({ name }) => name),
    file,
  );
  const bytes = new Uint8Array(values.reduce((sum, { data }) => sum + data.length * 4, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { data } of values) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const stamp = stampOf(bytes);
  const shards = new Map(
    Array.from({ length: count }, (_, i) => [
      `weights-${stamp}-shard${i + 1}of${count}.bin`,
      bytes.subarray(i * shardBytes, (i + 1) * shardBytes),
    ]),
  );
  const weights = values.map(({ name, shape, group }) => ({
    name,
    shape,
    dtype: "float32",
    group,
  }));
  return { manifest: [{ paths: [...shards.keys()], weights }], shards };
}

/**
 * The values that a manifest names; `shardOf` gives a shard's bytes, `file` is what errors call the model.
 *
 * @throws FormatError where shards are missing or do not fit.
 */
export async function decodeShards(
  manifest: unknown,
  shardOf: (name: string) => Promise<Uint8Array>,
  file: string,
): Promise<NamedValues[]> {
  if (!Array.isArray(manifest)) refuse(file, "it has no weightsManifest", "a list", manifest);
  const values: NamedValues[] = [];
  const seen = new Set<unknown>();
  let total = 0;
  for (const group of manifest as readonly unknown[]) {
    const { paths, weights } = (group ?? {}) as { paths?: unknown; weights?: unknown };
    if (!Array.isArray(paths) || !Array.isArray(weights) || paths.length > mostShards) {
      refuse(file, "its weightsManifest is not described", "paths and weights", group);
    }
    const shards: Uint8Array[] = [];
    for (const name of paths as readonly unknown[]) {
      if (seen.has(name)) refuse(file, "it names a shard twice", "each shard once", name);
      seen.add(name);
      const shard = await shardOf(shardName(file, name));
      total += shard.length;
      if (total > mostBytes) refuse(file, "its shards are too large", `${mostBytes} bytes`, total);
      shards.push(shard);
    }
    const bytes = joined(shards);
    values.push(...valuesIn(file, bytes, weights as readonly unknown[]));
    requireStamp(file, paths as readonly unknown[], bytes);
  }
  return values;
}

/** The names of Fovea's own shards hold a checksum of all of them together. */
function requireStamp(file: string, names: readonly unknown[], bytes: Uint8Array): void {
  const [, stamp] = /^weights-([0-9a-f]{8})-shard1of\d+\.bin$/.exec(String(names[0])) ?? [];
  const found = stampOf(bytes);
  if (stamp !== undefined && stamp !== found) {
    refuse(file, "its shards are damaged", `the checksum ${stamp}`, found);
  }
}

const stampOf = (bytes: Uint8Array) => platform.crc32(bytes).toString(16).padStart(8, "0");

/** A plain file name: shards lie beside the model, and nowhere else. */
function shardName(file: string, name: unknown): string {
  if (isPlainName(name)) return name;
  return refuse(file, "a shard's name leads out of its folder", "a file name", name);
}

/** Whether `name` is that of a file in the same folder. */
export function isPlainName(name: unknown): name is string {
  return typeof name === "string" && /^[^\\/:\0]+$/.test(name) && name !== "." && name !== "..";
}

function joined(shards: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
  let at = 0;
  for (const shard of shards) {
    bytes.set(shard, at);
    at += shard.length;
  }
  return bytes;
}

/** How the numbers of a weight are read. @throws FormatError where they are of another kind. */
function readerOf(file: string, name: string, dtype: unknown, quantization: unknown): NumberReader {
  const find = (table: Readonly<Record<string, NumberReader>>, word: unknown) => {
    if (typeof word === "string" && Object.hasOwn(table, word)) return table[word];
    const why = `the weight ${name} is of a kind that Fovea does not read`;
    return refuse(file, why, Object.keys(table).join(", "), word);
  };
  if (quantization === undefined || quantization === null) return find(readers, dtype);
  const { dtype: packed, scale, min } = quantization as Record<string, unknown>;
  const { width, read } = find(packedReaders, packed);
  if (packed === "float16") return { width, read };
  if (typeof scale !== "number" || typeof min !== "number") {
    return refuse(
      file,
      `the weight ${name} is packed without scale and min`,
      "numbers",
      quantization,
    );
  }
  // As in TensorFlow.js, which computes it in f32 where the result is rounded anyway.
  return { width, read: (view, at) => read(view, at) * scale + min };
}

function valuesIn(file: string, bytes: Uint8Array, weights: readonly unknown[]): NamedValues[] {
  const view = new DataView(bytes.buffer);
  let at = 0;
  const values = weights.map((weight): NamedValues => {
    const { name, shape, dtype, quantization, group } = (weight ?? {}) as Record<string, unknown>;
    const isShape =
      Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (typeof name !== "string" || !isShape) {
      return refuse(file, "a weight is not described", "a name and a shape", weight);
    }
    const { width, read } = readerOf(file, name, dtype, quantization);
    const count = sizeOf(shape as number[]);
    if (at + count * width > bytes.length) {
      refuse(file, `its shards end inside ${name}`, `${at + count * width} bytes`, bytes.length);
    }
    const start = at;
    at += count * width;
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = read(view, start + width * i);
    return { name, data, shape, ...(group === "optimizer" ? { group } : {}) };
  });
  if (at !== bytes.length) {
    refuse(file, "its shards go on after the last weight", `${at} bytes`, bytes.length);
  }
  return values;
}
