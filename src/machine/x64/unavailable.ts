// What stands for the x64 target in a bundle for browsers, so that none of its code is there.

import { TargetError } from "../../core/errors.ts";

export const X64Device = {
  /** @throws TargetError always. */
  async open(_options: { readonly threads: number; readonly width?: number }): Promise<never> {
    throw new TargetError({
      what: "The x64 target does not run in a browser.",
      expected: "Node with x64",
      fix: 'use target: "wasm"',
    });
  },
};
