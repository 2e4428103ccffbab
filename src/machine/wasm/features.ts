// What the engine offers: whether it compiles WebAssembly here at all, threads, and multiply-adds that
// are rounded once. Nothing is believed that can be tried.

import { platform } from "#platform";
import { TargetError } from "../../core/errors.ts";
import { CodeWriter } from "./code.ts";
import { encodeModule, type ImportedMemory } from "./encode.ts";
import type { Features } from "./rules.ts";

/** Memory of a module that is compiled and never run. */
const onePage: ImportedMemory = { initialPages: 1, maximumPages: 1, shared: false };

/** A memory of which a trial may overwrite the first 64 bytes. */
export interface TrialMemory {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** Leaves a vector on the stack where there were three. */
type Write = (code: CodeWriter) => void;

const relaxed: Write = (code) => code.op("f32x4.relaxed_madd");

/** A module whose `run` computes one vector from three, which lie behind it in memory. */
function trialModule(write: Write, memory = onePage): Uint8Array<ArrayBuffer> {
  const code = new CodeWriter([]);
  code.i32(0);
  for (const offset of [16, 32, 48]) code.i32(0).memory("v128.load", offset);
  write(code);
  code.memory("v128.store");
  return encodeModule([code.finish("run")], memory);
}

/**
 * Whether a multiply-add rounds once. (1 + ε)² - (1 + 2ε) is ε², which is lost where the product is
 * rounded before the sum.
 */
export async function roundsOnce(write: Write, trial: TrialMemory): Promise<boolean> {
  const { memory, maximumPages, shared } = trial;
  const bytes = trialModule(write, { initialPages: 1, maximumPages, shared });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const epsilon = 2 ** -12;
  const values = new Float32Array(memory.buffer, 0, 16);
  values.fill(1 + epsilon, 4, 12).fill(-(1 + 2 * epsilon), 12, 16);
  (instance.exports.run as () => void)();
  return values.subarray(0, 4).every((value) => value === epsilon ** 2);
}

/** @throws TargetError where the engine has no WebAssembly, or may not compile any. */
export function requireWebAssembly(): void {
  if (typeof WebAssembly === "undefined") {
    throw new TargetError({
      what: "This engine runs no WebAssembly.",
      ...(platform.host === "node" ? { fix: "start node without --jitless" } : {}),
    });
  }
  try {
    new WebAssembly.Module(encodeModule([], onePage));
  } catch (cause) {
    throw new TargetError({
      what: "WebAssembly may not be compiled here.",
      received: String(cause),
      fix: "in a browser, allow it in the page's Content-Security-Policy (script-src 'wasm-unsafe-eval')",
      cause,
    });
  }
}

/**
 * Looks for fused multiply-add. Node 20 has it behind a switch that can be set while it runs; see
 * docs/decisions/0003-relaxed-simd-on-node-20.md. Some engines have the instruction and round twice.
 */
export async function findFeatures(trial: TrialMemory): Promise<Features> {
  const bytes = trialModule(relaxed);
  if (!WebAssembly.validate(bytes)) platform.allowRelaxedSimd();
  const exists = WebAssembly.validate(bytes);
  return { relaxedMultiplyAdd: exists && (await roundsOnce(relaxed, trial)) };
}

/** Why threads cannot share memory here, if so. Node does not know the word. */
export function sharingObstacle(): string | undefined {
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) {
    return "the page is not cross-origin isolated";
  }
  return typeof SharedArrayBuffer === "undefined" ? "there is no shared memory here" : undefined;
}
