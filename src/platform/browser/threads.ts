// Workers of a browser.

import type { Threads } from "../platform.ts";

/** Browsers do not tell why; nearly always it is the policy. */
const refusal =
  "the browser did not load the worker's script: its Content-Security-Policy (worker-src) may forbid it";

export const threads: Threads = {
  count: () => globalThis.navigator?.hardwareConcurrency ?? 1,
  room: () => Number.POSITIVE_INFINITY,
  async start({ source, url }, data, listener) {
    const own =
      url === undefined
        ? URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
        : undefined;
    const worker = new Worker(url ?? (own as string));
    worker.postMessage(data);
    worker.onmessage = (event: MessageEvent<unknown>) => listener.onMessage(event.data);
    worker.onerror = (event) => {
      listener.onFailure(event.message || refusal);
    };
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      hold: () => {},
      end: async () => {
        worker.terminate();
        if (own !== undefined) URL.revokeObjectURL(own);
      },
    };
  },
  nextTurn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),
  // A worker finds nothing of what the page was bundled with.
  addressOf: () => undefined,
};
