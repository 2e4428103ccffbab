// A program as code in memory of its own, with the blocks of the device's memory that it needs. Nothing
// unproven is emitted: a program's layout proves it.

import { allStages, type Program } from "../../kernel/program.ts";
import type { Layout } from "../layout.ts";
import type { VectorWidth } from "./assembler.ts";
import type { Convention } from "./convention.ts";
import type { DeviceMemory } from "./memory.ts";
import type { Native, NativeCode } from "./native.ts";
import { barrierBytes, emitProgram } from "./program.ts";

/** A program's code. */
export interface InstalledProgram extends NativeCode {
  /** Empties the barrier after threads have left it halfway; none may be in the program. */
  emptyBarrier(): void;
}

export interface InstallOptions {
  readonly width: VectorWidth;
  readonly layout: Layout;
  readonly memory: DeviceMemory;
  /** The block where threads look whether to stop. */
  readonly stop: number;
  /** How `run` is called and calls the system. Default: as the system does. */
  readonly calls?: { readonly convention: Convention; readonly letOthersRun: number };
}

/**
 * Installs the code of a program whose `layout` was made, and which is proven by that.
 *
 * @throws TargetError where the system has no room; then nothing is left behind.
 */
export function installProgram(
  native: Native,
  program: Program,
  { width, layout, memory, stop, calls = native }: InstallOptions,
): InstalledProgram {
  const blocks: number[] = [];
  const take = (bytes: number) => {
    const block = memory.allocate(bytes);
    blocks.push(block);
    return block;
  };
  const free = () => {
    for (const block of blocks.splice(0)) memory.free(block);
  };
  try {
    const barrier = take(barrierBytes);
    const launches = allStages(program).flat();
    const handed = launches.reduce((sum, { bindings }) => sum + bindings.length, 0);
    let next = take(8 * handed * layout.threads);
    const code = emitProgram(program, width, layout, {
      convention: calls.convention,
      letOthersRun: calls.letOthersRun,
      barrier: memory.addressOf(barrier, barrierBytes),
      stop: memory.addressOf(stop, 4),
      addressOf: (block, bytes) => memory.addressOf(block, bytes),
      table: (addresses) => {
        const table = next;
        next += 8 * addresses.length;
        memory.setAddresses(table, addresses);
        return memory.addressOf(table, 8 * addresses.length);
      },
    });
    const { address, release } = native.install(code);
    const releaseAll = () => {
      release();
      free();
    };
    const emptyBarrier = () => void memory.view("u8", barrier, barrierBytes).fill(0);
    return { address, release: releaseAll, emptyBarrier };
  } catch (error) {
    free();
    throw error;
  }
}
