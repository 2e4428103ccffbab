// The thread that reads HDF5 files, within limits of time and memory. A file can lead the library in
// circles or unpack without end, all in one call, which only another thread can stop; and what a hostile
// file does to the library's memory ends with the thread.

import { platform } from "#platform";
import type { RunningWorker } from "../platform/platform.ts";
import { type Hdf5Refusal, readTree } from "./hdf5-reader.ts";
import type { Hdf5Group } from "./hdf5-tree.ts";

/** Texts and numbers may take this many times the file's bytes, for they may be packed. */
const mostGrowth = 20;
/** What they may take in any case. */
const freeBytes = 2 ** 26;
/** What the library takes for itself. */
const libraryBytes = 2 ** 27;
/** Megabytes of the thread's own heap, where texts lie, and numbers do not. */
const heapMegabytes = 512;
/** What the thread imports. */
const libraryName = "h5wasm";
/** Milliseconds: a sound file takes a twentieth of them, and starting a thread a thirtieth. */
const patience = 10_000;
const patiencePerMegabyte = 200;

/** What the thread answers. */
type Answer =
  | { readonly tree: Hdf5Group }
  | { readonly refusal: Hdf5Refusal }
  | { readonly failure: string };

// `__name` is what some builders put around every function.
const source = `
const { parentPort, workerData } = require("node:worker_threads");
const __name = (value) => value;
const readTree = ${readTree};
let mostMemory = Infinity;
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65536 > mostMemory) throw new RangeError("too much memory");
  return grow.call(this, pages);
};
const loading = import(workerData).then(async (library) => {
  const module = await library.ready;
  // What goes wrong is thrown rather than printed.
  module.activate_throwing_error_handler();
  return { library, FS: module.FS };
});
const buffersOf = ({ groups, datasets }) => [
  ...[...datasets.values()].map(({ data }) => data.buffer),
  ...[...groups.values()].flatMap(buffersOf),
];
parentPort.on("message", async ({ bytes, mostBytes, memory }) => {
  try {
    const { library, FS } = await loading;
    mostMemory = memory;
    // The bytes are the thread's own: no need to copy them.
    FS.writeFile("/file.h5", bytes, { canOwn: true });
    const tree = readTree(library, "/file.h5", mostBytes);
    FS.unlink("/file.h5");
    parentPort.postMessage({ tree }, buffersOf(tree));
  } catch (error) {
    if (error && error.why) parentPort.postMessage({ refusal: error });
    else parentPort.postMessage({ failure: String(error && error.message || error) });
  }
});`;

/** A thread that reads one file after another. */
class Reader {
  #worker: RunningWorker | undefined;
  #onAnswer: ((answer: Answer) => void) | undefined;

  static async start(): Promise<Reader> {
    const reader = new Reader();
    const answer = (one: Answer) => reader.#onAnswer?.(one);
    const code = { source, heapMegabytes };
    reader.#worker = await platform.threads.start(code, platform.threads.addressOf(libraryName), {
      onMessage: (message) => answer(message as Answer),
      onFailure: (failure) => answer({ failure }),
      onExit: () => answer({ failure: "reading it came to an end" }),
    });
    return reader;
  }

  async ask(bytes: Uint8Array, milliseconds: number): Promise<Answer> {
    // A copy, for the bytes may be part of an archive.
    const copy = new Uint8Array(bytes);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = new Promise<Answer>((resolve) => {
      this.#onAnswer = resolve;
      const failure = `it takes more than ${milliseconds / 1000} seconds to read`;
      timer = setTimeout(resolve, milliseconds, { failure });
    });
    const mostBytes = mostBytesOf(bytes);
    this.#worker?.hold(true);
    this.#worker?.post({ bytes: copy, mostBytes, memory: memoryFor(mostBytes) }, [copy.buffer]);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#onAnswer = undefined;
      this.#worker?.hold(false);
    }
  }

  async end(): Promise<void> {
    await this.#worker?.end();
  }
}

/** A thread that has nothing to do. Starting one takes a third of a second. */
let idle: Reader | undefined;

/** What the texts and numbers of a file may take. */
export function mostBytesOf(bytes: Uint8Array): number {
  return Math.max(freeBytes, bytes.length * mostGrowth);
}

/** What the library's memory may come to. */
export function memoryFor(mostBytes: number): number {
  return libraryBytes + 2 * mostBytes;
}

/** Whether a thread finds the library. In a browser and in a bundle it does not. */
export function hasThread(): boolean {
  return platform.threads.addressOf(libraryName) !== undefined;
}

/** All of an HDF5 file, or why it is refused; `milliseconds` is how long it may take. */
export async function readInThread(
  bytes: Uint8Array,
  milliseconds = patience + Math.round(bytes.length / 2 ** 20) * patiencePerMegabyte,
): Promise<Hdf5Group | Hdf5Refusal> {
  const reader = idle ?? (await Reader.start());
  idle = undefined;
  const answer = await reader.ask(bytes, milliseconds);
  if ("tree" in answer && idle === undefined) idle = reader;
  else await reader.end();
  if ("tree" in answer) return answer.tree;
  return "refusal" in answer ? answer.refusal : { why: plainly(answer.failure) };
}

/** A failure in one line: the library answers with all the calls that led to it. */
export function plainly(failure: string): string {
  const isStack = /HDF5-DIAG|H5[A-Z]+\.c|#\d{3}:/.test(failure);
  return isStack ? "it is damaged, or cut off" : failure.split("\n")[0].slice(0, 200);
}
