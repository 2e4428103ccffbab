// HDF5 files that lead the library in circles, or unpack without end: reading them ends soon, takes no
// more memory than it may, and harms no reading after it.

import { readFileSync } from "node:fs";
import type { Group } from "h5wasm";
import { expect, test, vi } from "vitest";
import { encodeHdf5, readHdf5 } from "../../src/formats/hdf5.ts";
import { readInThread } from "../../src/formats/hdf5-thread.ts";
import { emptyGroup, groupAt } from "../../src/formats/hdf5-tree.ts";

type Library = typeof import("h5wasm");

/** The bytes of a file that `fill` fills. */
async function written(fill: (root: Group, library: Library) => void): Promise<Uint8Array> {
  const library = await import("h5wasm");
  const { FS } = await library.ready;
  const file = new library.File("/made.h5", "w");
  fill(file, library);
  file.close();
  return FS.readFile("/made.h5");
}

/** What is said of a file, and how soon: seconds are far more than it takes, and far less than without limits. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const start = performance.now();
  const message = await readHdf5(bytes, "a.h5").then(
    () => "it was read",
    (error: Error) => error.message,
  );
  expect(performance.now() - start).toBeLessThan(9000);
  return message;
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

test("a group that holds itself is refused", async () => {
  const bytes = await written((root) => {
    root.create_group("a").create_hard_link("/a", "again");
  });
  expect(await refusal(bytes)).toMatch(/nested too deep|too many objects/);
});

test("groups that are linked twice at every level are refused", async () => {
  const bytes = await written((root) => {
    let group = root;
    for (let depth = 0; depth < 95; depth++) {
      const inner = group.create_group("a");
      group.create_hard_link(inner.path, "b");
      group = inner;
    }
  });
  expect(await refusal(bytes)).toMatch(/too many objects/);
});

test("attributes count among the objects, as often as they are led to", async () => {
  const bytes = await written((root) => {
    const group = root.create_group("a");
    for (const name of names(300)) group.create_attribute(name, 1);
    for (const name of names(2000)) root.create_hard_link("/a", name);
  });
  expect(await refusal(bytes)).toMatch(/too many objects/);
});

test("a chunk that is far larger than its numbers counts whole, as often as it is unpacked", async () => {
  const bytes = await written((root) => {
    root.create_dataset({
      name: "a",
      data: new Float32Array(1),
      shape: [1],
      maxshape: [null],
      chunks: [2 ** 23],
      compression: 9,
    });
    for (const name of names(2000)) root.create_hard_link("/a", name);
  });
  expect(bytes.length).toBeLessThan(2 ** 20);
  expect(await refusal(bytes)).toMatch(/too large/);
});

test("numbers of a kind that is not read are refused by the file's name and theirs", async () => {
  const bytes = readFileSync(new URL("./hdf5/long.h5", import.meta.url));
  expect(await refusal(bytes)).toMatch(/a\.h5: its numbers long are of a kind/);
});

test("numbers of half precision are read", async () => {
  const bytes = readFileSync(new URL("./hdf5/half.h5", import.meta.url));
  const { datasets } = await readHdf5(bytes, "half.h5");
  expect([...(datasets.get("half")?.data ?? [])]).toEqual([1, -0.25, 2 ** -24, 65504]);
});

test("the same content gives the same bytes, whatever the time", async () => {
  const root = emptyGroup({ a: "text" });
  groupAt(root, "b").datasets.set("c", { data: Float32Array.of(1), shape: [1] });
  const first = await encodeHdf5(root);
  vi.useFakeTimers({ now: Date.now() + 5000, toFake: ["Date"] });
  try {
    expect(await encodeHdf5(root)).toEqual(first);
  } finally {
    vi.useRealTimers();
  }
});

test.each([".", "a\0b"])("the name %j, which HDF5 does not take, is refused", async (name) => {
  const root = emptyGroup();
  root.groups.set(name, emptyGroup());
  await expect(encodeHdf5(root)).rejects.toThrow(/HDF5[\s\S]*cannot hold the name/);
});

test("a file that is cut off is refused in a line, without the library's calls", async () => {
  const bytes = readFileSync(new URL("./hdf5/half.h5", import.meta.url));
  const message = await refusal(bytes.subarray(0, bytes.length / 2));
  expect(message).toMatch(/sound HDF5 file/);
  expect(message).not.toMatch(/H5F|HDF5-DIAG|#00/);
});

test("numbers that were packed three times take no more memory than they may", async () => {
  const bytes = readFileSync(new URL("./hdf5/packed-thrice.h5", import.meta.url));
  const before = process.resourceUsage().maxRSS;
  expect(await refusal(bytes)).toMatch(/sound HDF5 file/);
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(500);
});

test("reading that takes too long is ended, and the next file is read", async () => {
  // One byte of a sound file, and the library walks without end.
  const slow = Uint8Array.from(
    readFileSync(new URL("../golden/keras/files/sequential.h5", import.meta.url)),
  );
  slow[9808] = 127;
  expect(await readInThread(slow, 1000)).toEqual({ why: "it takes more than 1 seconds to read" });
  const good = emptyGroup({ name: "good", list: ["a", "b"] });
  groupAt(good, "inner").datasets.set("x", { data: Float32Array.of(1, 2), shape: [2] });
  const file = await encodeHdf5(good);
  const both = [readHdf5(file, "b.h5"), readHdf5(file, "b.h5")];
  expect(await Promise.all(both)).toEqual([good, good]);
});
