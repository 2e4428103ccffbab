// Threads of Node. The module is loaded when a thread is started.

import type { RunningWorker, Threads } from "../platform.ts";
import { workersThatFit } from "./address-space.ts";
import { coreCount, readSystemFile } from "./processors.ts";

export const threads: Threads = {
  count: coreCount,
  room: () => workersThatFit(readSystemFile),
  async start({ source, heapMegabytes }, workerData, listener): Promise<RunningWorker> {
    const { Worker } = await import("node:worker_threads");
    const worker = new Worker(source, {
      eval: true,
      workerData,
      // Flags of the main thread, such as loaders, are not the workers' business.
      execArgv: [],
      ...(heapMegabytes && { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } }),
    });
    worker.on("message", (message) => listener.onMessage(message));
    worker.on("error", (error) => listener.onFailure(String(error)));
    worker.on("exit", (code) => listener.onExit(code));
    worker.unref();
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
      end: () => worker.terminate(),
    };
  },
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
  addressOf(packageName) {
    try {
      // Some bundlers leave nothing of it, and away from node_modules there is nothing to find.
      const { resolve } = import.meta;
      return resolve?.(packageName);
    } catch {
      return undefined;
    }
  },
};
