// How an HDF5 file is walked: groups, texts and numbers, within limits. The thread that reads
// (hdf5-thread.ts) gets `readTree` as text, so that it uses nothing from outside of itself but types.

import type { Dataset, Group } from "h5wasm";
import type { ErrorFacts } from "../core/errors.ts";
import type { Hdf5Dataset, Hdf5Draft, Hdf5Group } from "./hdf5-tree.ts";

type Library = typeof import("h5wasm");

/** Why a file is refused; what is not a refusal may have left the library in disorder. */
export interface Hdf5Refusal {
  /** What is wrong with the file, to follow "is not a sound HDF5 file:". */
  readonly why: string;
  /** Said instead where the file is sound, and holds what Fovea does not read. */
  readonly facts?: ErrorFacts;
}

/**
 * All of the file at `path` of the library's own memory; `mostBytes` is what its texts and numbers may
 * take together.
 *
 * @throws Hdf5Refusal where it goes beyond a limit, or holds what Fovea does not read.
 */
export function readTree(library: Library, path: string, mostBytes: number): Hdf5Group {
  /** Groups, datasets and attributes that a file may have at its top. */
  const mostObjects = 100_000;
  const deepest = 100;
  const [integer, float, text] = [0, 1, 3];
  /** What the library calls the character set. */
  const ascii = 0;
  let objects = 0;
  let bytes = 0;

  function fail(why: string, facts?: ErrorFacts): never {
    const refusal: Hdf5Refusal = facts === undefined ? { why } : { why, facts };
    throw refusal;
  }

  /** Deep ones count for more: the library walks down to each part of a path anew. */
  function count(depth: number): void {
    objects += 1 + depth ** 2 / 10;
    if (objects > mostObjects) fail("it has too many objects");
  }

  function sizeOf(shape: readonly number[]): number {
    return shape.reduce((product, size) => product * size, 1);
  }

  function readGroup(group: Group, depth: number): Hdf5Draft {
    if (depth > deepest) fail("its groups are nested too deep");
    const result: Hdf5Draft = { attributes: {}, groups: new Map(), datasets: new Map() };
    const { attrs } = group;
    for (const name of Object.keys(attrs)) {
      count(depth);
      const value = readAttribute(attrs, name);
      if (value !== undefined) result.attributes[name] = value;
    }
    for (const name of group.keys()) {
      count(depth);
      const entity = group.get(name);
      if (entity instanceof library.Group) {
        result.groups.set(name, readGroup(entity, depth + 1));
      } else if (entity instanceof library.Dataset) {
        const dataset = readDataset(entity, name);
        if (dataset !== undefined) result.datasets.set(name, dataset);
      }
    }
    return result;
  }

  /** A text or a list of texts; undefined for anything else, which no file of Keras needs. */
  function readAttribute(attributes: Group["attrs"], name: string) {
    const attribute = attributes[name];
    const { type, vlen, size, total_size: length, cset } = attribute.metadata;
    if (attribute.shape?.includes(0)) return [];
    if (type !== text) return undefined;
    bytes += length * (vlen ? 16 : size);
    if (bytes > mostBytes) fail(`its attribute ${name} is too large`);
    const value = attribute.value;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((one) => typeof one === "string");
    if (texts.length < list.length) fail(`its attribute ${name} is not text`);
    // How long texts of any length are is not known before; many may lie in one place of the file.
    for (const one of vlen ? texts : []) bytes += one.length;
    if (bytes > mostBytes) fail(`its attribute ${name} is too large`);
    const decoded = cset === ascii && vlen ? texts.map(asUtf8) : texts;
    return typeof value === "string" ? decoded[0] : decoded;
  }

  /** h5py calls bytes ASCII, whatever they are; the library takes those of varying length for Latin-1. */
  function asUtf8(latin: string): string {
    if (!/[\u0080-\u00ff]/.test(latin) || /[\u0100-\uffff]/.test(latin)) return latin;
    const codes = Uint8Array.from(latin, (character) => character.charCodeAt(0));
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(codes);
    } catch {
      return latin;
    }
  }

  /** Numbers; undefined for texts and the like. */
  function readDataset(dataset: Dataset, name: string): Hdf5Dataset | undefined {
    const { type, size, shape, chunks, vlen, virtual_sources: sources } = dataset.metadata;
    if ((type !== integer && type !== float) || vlen || shape === null || sources) return undefined;
    if (type === float && size !== 2 && size !== 4 && size !== 8) {
      fail(`its numbers ${name} are of another kind`, {
        what: `its numbers ${name} are of a kind that Fovea does not read.`,
        expected: "floating-point numbers of 2, 4 or 8 bytes",
        received: `${size} bytes each`,
        fix: "Convert the model to float32 before saving it.",
      });
    }
    const length = sizeOf(shape);
    // Chunks are unpacked whole, however little of them is in the shape.
    const unpacked =
      chunks === null ? shape : chunks.map((chunk, i) => chunk * Math.ceil(shape[i] / chunk));
    bytes += Math.max(sizeOf(unpacked), length, 1) * size;
    if (!Number.isSafeInteger(length) || !(bytes <= mostBytes)) {
      fail(`its numbers ${name} claim to be ${shape.join(" x ")}, which is too large`);
    }
    const isHalf = type === float && size === 2;
    // The library reads no floats of 2 bytes; their bits it does.
    if (isHalf) Object.assign(dataset.metadata, { type: integer, signed: false });
    const bits = numbersOf(dataset.value, type === float && size === 4);
    const data = isHalf ? bits && Float32Array.from(bits, halfValue) : bits;
    if (data?.length !== length) return fail(`its numbers ${name} could not be read`);
    return { data, shape };
  }

  /** IEEE 754 half precision; the same as in widths.ts, which the thread has not. */
  function halfValue(pattern: number): number {
    const sign = pattern & 0x8000 ? -1 : 1;
    const exponent = (pattern >> 10) & 0x1f;
    const fraction = pattern & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
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

  const file = new library.File(path, "r");
  // The library answers 0 or less where it cannot open a file.
  if (file.file_id <= 0n) fail("it could not be opened");
  try {
    return readGroup(file, 0);
  } finally {
    try {
      file.close();
    } catch {
      // Told by whatever failed first.
    }
  }
}
