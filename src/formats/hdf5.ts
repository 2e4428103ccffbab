// HDF5 files, by the HDF5 library itself (h5wasm), within bounds. The library is 4 MB, so it is loaded
// when it is needed; its files lie in memory of its own, and it sees no others.

import type { Group } from "h5wasm";
import { ConfigError, FormatError } from "../core/errors.ts";
import { type Hdf5Refusal, readTree } from "./hdf5-reader.ts";
import { hasThread, memoryFor, mostBytesOf, plainly, readInThread } from "./hdf5-thread.ts";
import type { Hdf5Group } from "./hdf5-tree.ts";
import { requireKind } from "./recognize.ts";

type Library = typeof import("h5wasm");

let calls = 0;

/** @throws ConfigError that says what is missing, as where a bundle was made without the library. */
function missingLibrary(cause: unknown): never {
  throw new ConfigError({
    what: "The package h5wasm, which reads and writes HDF5 (.h5 and .keras), could not be loaded.",
    expected: "node_modules/h5wasm in the folder of the program, or above it",
    received: String(cause instanceof Error ? cause.message : cause).split("\n")[0],
    fix: "Run npm install h5wasm there; leave it out of a bundle (esbuild: --external:h5wasm).",
    cause,
  });
}

/** Loads the library, and gives it a file name of its own. */
async function withLibrary<T>(use: (library: Library, path: string) => T): Promise<T> {
  const library = await import("h5wasm").catch(missingLibrary);
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
 * @throws FormatError where it is damaged, holds what Fovea does not read, would unpack to far more
 * than its own size, or takes far longer to read than its size explains.
 * @example const root = await readHdf5(bytes, "model.weights.h5")
 */
export async function readHdf5(bytes: Uint8Array, name: string): Promise<Hdf5Group> {
  requireKind(bytes, name, "HDF5");
  const reading = hasThread() ? readInThread(bytes) : readHere(bytes);
  const found = await reading.catch((cause: unknown) =>
    isMissing(cause) ? missingLibrary(cause) : Promise.reject(cause),
  );
  if ("groups" in found) return found;
  const { why, facts } = found;
  if (facts !== undefined) throw new FormatError({ ...facts, what: `${name}: ${facts.what}` });
  if (isMissing(why)) return missingLibrary(why);
  throw new FormatError({
    what: `${name} is not a sound HDF5 file: ${why}.`,
    expected: "an HDF5 file as Keras writes it",
    received: `${bytes.length} bytes`,
    fix: "Save or download the file again.",
  });
}

/**
 * Reads on the calling thread, where no other finds the library: in a browser, and in a bundle. Memory is limited as
 * in a thread; time is not.
 */
function readHere(bytes: Uint8Array): Promise<Hdf5Group | Hdf5Refusal> {
  return withLibrary((library, path) => {
    const mostBytes = mostBytesOf(bytes);
    try {
      return withinMemory(memoryFor(mostBytes), () => {
        (library.FS as NonNullable<Library["FS"]>).writeFile(path, bytes);
        return readTree(library, path, mostBytes);
      });
    } catch (cause) {
      if (typeof cause === "object" && cause !== null && "why" in cause) {
        return cause as Hdf5Refusal;
      }
      return { why: plainly(cause instanceof Error ? cause.message : String(cause)) };
    }
  });
}

/** Calls `act` while no memory of WebAssembly grows beyond `most` bytes. Nothing else runs meanwhile. */
function withinMemory<T>(most: number, act: () => T): T {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > most) throw new RangeError("too much memory");
    return grow.call(this, pages);
  };
  try {
    return act();
  } finally {
    prototype.grow = grow;
  }
}

/** Whether a failure is that of Node, which did not find the library. */
const isMissing = (failure: unknown) => /cannot find (package|module)/i.test(String(failure));

/** The bytes of an HDF5 file that holds `root`. */
export function encodeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  return withLibrary((library, path) =>
    atNoTime(() => {
      const file = new library.File(path, "w");
      try {
        writeGroup(file, root);
      } finally {
        file.close();
      }
      return (library.FS as NonNullable<Library["FS"]>).readFile(path);
    }),
  );
}

/**
 * Calls `write` while the clock stands at 1970: the library stamps every object, and the same content is
 * to give the same bytes. Nothing else runs meanwhile.
 */
function atNoTime<T>(write: () => T): T {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return write();
  } finally {
    Date.now = now;
  }
}

/** @throws FormatError where HDF5 means something else by a name. */
function requireName(name: string): void {
  if (name !== "." && name !== "" && !name.includes("/") && !name.includes("\0")) return;
  throw new FormatError({
    what: `HDF5 (.h5 and .keras) cannot hold the name ${JSON.stringify(name)}.`,
    expected: 'a name other than ".", without slashes',
    received: JSON.stringify(name),
    fix: "Rename the layer, or save the model as .safetensors.",
  });
}

function writeGroup(target: Group, group: Hdf5Group): void {
  for (const [name, value] of Object.entries(group.attributes)) {
    // A list of nothing has no kind; h5py takes it for numbers.
    if (value.length === 0 && typeof value !== "string") {
      target.create_attribute(name, new Float64Array(0), [0], "<d");
    } else target.create_attribute(name, typeof value === "string" ? value : [...value]);
  }
  for (const name of [...group.datasets.keys(), ...group.groups.keys()]) requireName(name);
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
