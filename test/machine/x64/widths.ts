// The widths of vectors that the x64 target knows, and why one cannot be tested here.

import { FoveaError } from "../../../src/core/errors.ts";
import { X64Device } from "../../../src/machine/x64/index.ts";

async function findMissing(width: 512 | 256): Promise<string | undefined> {
  try {
    await (await X64Device.open({ threads: 1, width })).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    return error.message.replace(/\s+/g, " ");
  }
}

/** Each width with its target's name; `missing` is the reason to skip it. */
export const widths = [
  { name: "x64-avx512", width: 512, missing: await findMissing(512) },
  { name: "x64-avx2", width: 256, missing: await findMissing(256) },
] as const;
