// An HDF5 file as plain data: groups, what is said of them, and numbers.

import type { Shape } from "../core/shape.ts";
import { sameName } from "./distinct-names.ts";

/** Numbers of 4 bytes stay f32; all others become f64, which holds counts exactly. */
export interface Hdf5Dataset {
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape;
  /** How they are written. Default: `f32`. */
  readonly dtype?: "f32" | "i64";
}

export interface Hdf5Group {
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  readonly groups: ReadonlyMap<string, Hdf5Group>;
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>;
}

/** The same while it is put together. */
export interface Hdf5Draft extends Hdf5Group {
  readonly attributes: Record<string, string | readonly string[]>;
  readonly groups: Map<string, Hdf5Draft>;
  readonly datasets: Map<string, Hdf5Dataset>;
}

export function emptyGroup(attributes: Record<string, string | readonly string[]> = {}): Hdf5Draft {
  return { attributes, groups: new Map(), datasets: new Map() };
}

/** Puts a value at `path`. @throws FormatError where one is there. */
export function putDataset(root: Hdf5Draft, path: string, value: Hdf5Dataset): void {
  const cut = path.lastIndexOf("/");
  const { datasets } = groupAt(root, path.slice(0, Math.max(0, cut)));
  const name = path.slice(cut + 1);
  if (datasets.has(name)) throw sameName(path, "the HDF5 file");
  datasets.set(name, value);
}

/** The group at `path`, such as `layers/conv2d/vars`, made where it is not there yet. */
export function groupAt(root: Hdf5Draft, path: string): Hdf5Draft {
  let group = root;
  for (const part of path.split("/").filter((name) => name !== "")) {
    const next = group.groups.get(part) ?? emptyGroup();
    group.groups.set(part, next);
    group = next;
  }
  return group;
}

/** The group at `path`, where there is one. */
export function findGroup(root: Hdf5Group, path: string): Hdf5Group | undefined {
  let group: Hdf5Group | undefined = root;
  for (const part of path.split("/").filter((name) => name !== "")) {
    group = group?.groups.get(part);
  }
  return group;
}

/** The numbers at `path`, where there are some. */
export function findDataset(root: Hdf5Group, path: string): Hdf5Dataset | undefined {
  const cut = path.lastIndexOf("/");
  return findGroup(root, path.slice(0, Math.max(0, cut)))?.datasets.get(path.slice(cut + 1));
}
