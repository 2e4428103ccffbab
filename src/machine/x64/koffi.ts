// The optional package koffi, which calls functions of the system and of our own.

import { platform } from "#platform";
import { TargetError } from "../../core/errors.ts";
import type { NativeHost } from "../../platform/platform.ts";

/** A function of machine code: three whole numbers in, nothing out. */
export type NativeFunction = (a: number, b: number, c: number) => void;

/** A program's `run`. It has no name: koffi refuses the same one twice. */
export const runPrototype = "void (int64_t thread, int64_t threads, int64_t steps)";

/** A library that is open. Whole numbers come as `bigint` where a `number` would not hold them. */
export interface Library {
  func(definition: string): (...args: unknown[]) => number | bigint;
  /** A pointer to a function. */
  symbol(name: string): unknown;
}

/** The parts of koffi that are used. */
export interface Koffi {
  /** Opens a library; null is the process itself. */
  load(name: string | null): Library;
  address(pointer: unknown): bigint;
  view(pointer: bigint, bytes: number): ArrayBuffer;
  proto(definition: string): unknown;
  decode(pointer: bigint, type: unknown): NativeFunction;
}

/** @throws TargetError where no machine code can be run, as in a browser. */
export function nativeHost(): NativeHost {
  if (platform.native !== undefined) return platform.native;
  throw new TargetError({
    what: "The x64 target does not run in a browser.",
    fix: 'use target: "wasm"',
  });
}

/** What helps against an error of the loader, by its code. */
const remedies: Readonly<Record<string, string>> = {
  ERR_DLOPEN_FAILED: "reinstall it (npm install koffi) on a disk that allows execution",
  ERR_DLOPEN_DISABLED: "allow native modules (--allow-addons)",
};

/** @throws TargetError where koffi is not installed, cannot be loaded, or is not for this system. */
export async function loadKoffi(): Promise<Koffi> {
  const host = nativeHost();
  try {
    return (await host.loadKoffi()) as Koffi;
  } catch (cause) {
    const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
    throw new TargetError({
      what: `The x64 target needs the package koffi, which could not be loaded: ${message.split("\n")[0].replace(/\.$/, "")}.`,
      fix: `${remedies[code] ?? "install it (npm install koffi)"}, or use --target wasm`,
      cause,
    });
  }
}
