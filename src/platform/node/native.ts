// Native addons.

import type { NativeHost } from "../platform.ts";

export const native: NativeHost = {
  architecture: process.arch,
  system: process.platform,
  get isMainThread() {
    return process.getBuiltinModule("node:worker_threads").isMainThread;
  },
  async loadKoffi() {
    // A name that bundlers do not follow: the addon's binary files cannot lie in a bundle.
    const name = "koffi";
    const module = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as {
      readonly default: unknown;
    };
    return module.default;
  },
  // Not imported: what goes before a bundle often declares the same name.
  koffiPath: () =>
    process
      .getBuiltinModule("node:module")
      .createRequire(import.meta.url)
      .resolve("koffi"),
};
