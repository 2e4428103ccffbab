// The thread that reads HDF5 files, within limits of time and memory. A file can lead the library in
// circles or unpack without end, all in one call, which only another thread can stop; and what a hostile
// file does to the library's memory ends with the thread.

import { Worker } from "node:worker_threads";
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

/** A thread that has nothing to do. Starting one takes a third of a second. */
let idle: Worker | undefined;

function startWorker(): Worker {
  return new Worker(source, {
    eval: true,
    workerData: import.meta.resolve("h5wasm"),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
}

/** All of an HDF5 file, or why it is refused; `milliseconds` is how long it may take. */
export async function readInThread(
  bytes: Uint8Array,
  milliseconds = patience + Math.round(bytes.length / 2 ** 20) * patiencePerMegabyte,
): Promise<Hdf5Group | Hdf5Refusal> {
  const worker = idle ?? startWorker();
  idle = undefined;
  worker.ref();
  const answer = await answerOf(worker, bytes, milliseconds);
  if ("tree" in answer && idle === undefined) {
    idle = worker;
    worker.unref();
  } else await worker.terminate();
  if ("tree" in answer) return answer.tree;
  return "refusal" in answer ? answer.refusal : { why: plainly(answer.failure) };
}

/** A failure in one line: the library answers with all the calls that led to it. */
function plainly(failure: string): string {
  const isStack = /HDF5-DIAG|H5[A-Z]+\.c|#\d{3}:/.test(failure);
  return isStack ? "it is damaged, or cut off" : failure.split("\n")[0].slice(0, 200);
}

async function answerOf(worker: Worker, bytes: Uint8Array, milliseconds: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<Answer>((resolve) => {
    const fail = (failure: string) => resolve({ failure });
    worker.on("message", resolve);
    worker.on("error", (error) => fail(error.message));
    worker.on("exit", () => fail("reading it came to an end"));
    const why = `it takes more than ${milliseconds / 1000} seconds to read`;
    timer = setTimeout(fail, milliseconds, why);
  });
  // A copy, for the bytes may be part of an archive.
  const copy = new Uint8Array(bytes);
  const mostBytes = Math.max(freeBytes, bytes.length * mostGrowth);
  const memory = libraryBytes + 2 * mostBytes;
  worker.postMessage({ bytes: copy, mostBytes, memory }, [copy.buffer]);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
    for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
  }
}
