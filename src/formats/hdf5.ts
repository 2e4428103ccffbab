// HDF5 files, by the HDF5 library itself (h5wasm), within bounds. Floor 4. The library is 4 MB, so it
// is loaded when it is needed; its files lie in memory of its own, and it sees no others.

import type { Dataset, Group } from "h5wasm";
import { FormatError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { emptyGroup, type Hdf5Dataset, type Hdf5Draft, type Hdf5Group } from "./hdf5-tree.ts";

type Library = typeof import("h5wasm");

/** Groups and datasets that a file may have. */
const mostObjects = 100_000;
const deepest = 100;
/** Numbers may take this many times the file's bytes, for they may be packed; a little is free. */
const mostGrowth = 100;
const freeBytes = 2 ** 26;

const integer = 0;
const float = 1;
const text = 3;

let calls = 0;

/** Loads the library, and gives it a file name of its own. */
async function withLibrary<T>(use: (library: Library, path: string) => T): Promise<T> {
  const library = await import("h5wasm");
  const module = await library.ready;
  // What goes wrong is thrown rather than printed.
  module.activate_throwing_error_handler();
  const { FS } = module;
  const path = `/file-${calls++}.h5`;
  try {
    return use(library, path);
  } finally {
    if (FS.analyzePath(path, false).exists) FS.unlink(path);
  }
}

/**
 * All of an HDF5 file; `name` is what errors call it by. Links that lead out of it are left out.
 *
 * @throws FormatError where it is damaged, holds what Fovea does not read, or would unpack to far more
 * than its own size.
 * @example const root = await readHdf5(bytes, "model.weights.h5")
 */
export function readHdf5(bytes: Uint8Array, name: string): Promise<Hdf5Group> {
  return withLibrary((library, path) => {
    const fail = (why: string, cause?: unknown): never => {
      throw new FormatError({
        what: `${name} is not a sound HDF5 file: ${why}.`,
        expected: "an HDF5 file as Keras writes it",
        received: `${bytes.length} bytes`,
        fix: "Save or download the file again.",
        cause,
      });
    };
    library.FS?.writeFile(path, bytes);
    let opened: InstanceType<Library["File"]> | undefined;
    try {
      opened = new library.File(path, "r");
      // The library answers 0 or less where it cannot open a file.
      if (opened.file_id <= 0n) fail("it could not be opened");
      const limits = { objects: 0, bytes: Math.max(freeBytes, bytes.length * mostGrowth) };
      return readGroup(opened, library, { limits, depth: 0, fail });
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      return fail(String((cause as Error | undefined)?.message ?? cause).slice(0, 200), cause);
    } finally {
      if (opened !== undefined && opened.file_id > 0n) closeQuietly(opened);
    }
  });
}

/** A damaged file may not be closed either; its bytes are dropped all the same. */
function closeQuietly(file: { close(): unknown }): void {
  try {
    file.close();
  } catch {
    // Told by whatever failed first.
  }
}

interface Reading {
  readonly limits: { objects: number; bytes: number };
  readonly depth: number;
  fail(why: string): never;
}

function readGroup(group: Group, library: Library, reading: Reading): Hdf5Draft {
  const { limits, depth, fail } = reading;
  if (depth > deepest) fail("its groups are nested too deep");
  const result = emptyGroup();
  for (const name of Object.keys(group.attrs)) {
    const value = readAttribute(group, name, reading);
    if (value !== undefined) result.attributes[name] = value;
  }
  for (const name of group.keys()) {
    if (++limits.objects > mostObjects) fail("it has too many objects");
    const entity = group.get(name);
    if (entity instanceof library.Group) {
      result.groups.set(name, readGroup(entity, library, { ...reading, depth: depth + 1 }));
    } else if (entity instanceof library.Dataset) {
      const dataset = readDataset(entity, name, reading);
      if (dataset !== undefined) result.datasets.set(name, dataset);
    }
  }
  return result;
}

/** A text or a list of texts; undefined for anything else, which no file of Keras needs. */
function readAttribute(group: Group, name: string, { limits, fail }: Reading) {
  const attribute = group.attrs[name];
  const { type, vlen, size, total_size: count } = attribute.metadata;
  if (attribute.shape?.includes(0)) return [];
  if (type !== text) return undefined;
  limits.bytes -= count * (vlen ? 16 : size);
  if (limits.bytes < 0) fail(`its attribute ${name} is too large`);
  const value = attribute.value;
  if (typeof value === "string") return value;
  const isList = Array.isArray(value) && value.every((one) => typeof one === "string");
  return isList ? (value as string[]) : fail(`its attribute ${name} is not text`);
}

/** Numbers; undefined for texts and the like. */
function readDataset(dataset: Dataset, name: string, { limits, fail }: Reading) {
  const { type, size, shape, chunks, vlen, virtual_sources: sources } = dataset.metadata;
  if ((type !== integer && type !== float) || vlen || shape === null || sources) return undefined;
  if (type === float && size !== 4 && size !== 8) {
    throw new FormatError({
      what: `The numbers ${name} are of a kind that Fovea does not read.`,
      expected: "floating-point numbers of 4 or 8 bytes",
      received: `${size} bytes each`,
      fix: "Convert the model to float32 before saving it.",
    });
  }
  const count = sizeOf(shape);
  const chunk = chunks === null ? 0 : sizeOf(chunks) * size;
  limits.bytes -= Math.max(count, 1) * size;
  if (!Number.isSafeInteger(count) || limits.bytes < 0 || chunk > limits.bytes) {
    fail(`its numbers ${name} claim to be ${shape.join(" x ")}, which is too large`);
  }
  const value = dataset.value;
  const data = numbersOf(value, type === float && size === 4);
  if (data?.length !== count) return fail(`its numbers ${name} could not be read`);
  return { data, shape };
}

function numbersOf(value: unknown, single: boolean): Hdf5Dataset["data"] | undefined {
  if (typeof value === "number") return single ? Float32Array.of(value) : Float64Array.of(value);
  if (typeof value === "bigint") return Float64Array.of(Number(value));
  if (!ArrayBuffer.isView(value)) return undefined;
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    return Float64Array.from(value, Number);
  }
  const numbers = value as Float32Array;
  return single ? Float32Array.from(numbers) : Float64Array.from(numbers);
}

/** The bytes of an HDF5 file that holds `root`. */
export function encodeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  return withLibrary((library, path) => {
    const file = new library.File(path, "w");
    try {
      writeGroup(file, root);
    } finally {
      file.close();
    }
    return (library.FS as NonNullable<Library["FS"]>).readFile(path);
  });
}

function writeGroup(target: Group, group: Hdf5Group): void {
  for (const [name, value] of Object.entries(group.attributes)) {
    // A list of nothing has no kind; h5py takes it for numbers.
    if (value.length === 0 && typeof value !== "string") {
      target.create_attribute(name, new Float64Array(0), [0], "<d");
    } else target.create_attribute(name, typeof value === "string" ? value : [...value]);
  }
  for (const [name, { data, shape, dtype = "f32" }] of group.datasets) {
    const isCount = dtype === "i64";
    target.create_dataset({
      name,
      data: isCount ? BigInt64Array.from(data, BigInt) : Float32Array.from(data),
      shape: [...shape],
      dtype: isCount ? "<q" : "<f",
    });
  }
  for (const [name, child] of group.groups) writeGroup(target.create_group(name), child);
}
