// A whole program as one WebAssembly module: a function a kernel, a barrier, and `run(thread, threads,
// steps)`, which every thread calls once for any number of steps.

import type { Slices } from "../../core/slices.ts";
import type { Storage } from "../../kernel/draft.ts";
import { type Kernel, taskCount } from "../../kernel/language.ts";
import { allStages, type Program } from "../../kernel/program.ts";
import type { Layout, StagedCopy } from "../layout.ts";
import { sharesOf } from "../shares.ts";
import { CodeWriter } from "./code.ts";
import { encodeModule, type ImportedMemory, type WasmFunction } from "./encode.ts";
import { emitKernel } from "./kernel.ts";
import type { Features } from "./rules.ts";

/** Bytes that a barrier needs: arrivals, rounds and sleepers, each on a cache line of its own. */
export const barrierBytes = 3 * 64;
/** How often a thread looks before it goes to sleep: some tens of microseconds. */
const looks = 20_000;

/** Where threads of a program meet. */
export interface Barrier {
  /** The address of `barrierBytes` bytes of the program's own, all 0. */
  readonly address: number;
  /** Whether there are more threads than cores: to look at the round then keeps others from coming. */
  readonly isCrowded: boolean;
}

/**
 * Waits until all threads have come: barrier(threads). The last one to come opens the next round;
 * the others look at the round for a while, then sleep until they are woken.
 */
function barrierFunction({ address, isCrowded }: Barrier): WasmFunction {
  const [arrivals, rounds, sleepers] = [0, 64, 128];
  const code = new CodeWriter(["i32"]);
  const round = code.local("i32");
  const left = code.local("i32");
  const at = () => code.i32(address);
  at().memory("i32.atomic.load", rounds).set(round);
  at().i32(1).memory("i32.atomic.rmw.add", arrivals).i32(1).op("i32.add").get(0).op("i32.eq");
  code.when(
    () => {
      at().i32(0).memory("i32.atomic.store", arrivals);
      at().i32(1).memory("i32.atomic.rmw.add", rounds).op("drop");
      at().memory("i32.atomic.load", sleepers);
      code.when(() => {
        at().i32(-1).memory("memory.atomic.notify", rounds).op("drop");
      });
    },
    () => {
      code.i32(isCrowded ? 1 : looks).set(left);
      code.loop(() => {
        at().memory("i32.atomic.load", rounds).get(round).op("i32.ne");
        code.when(() => {
          code.op("return");
        });
        code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
      });
      at().i32(1).memory("i32.atomic.rmw.add", sleepers).op("drop");
      code.loop(() => {
        at().get(round).i64(-1).memory("memory.atomic.wait32", rounds).op("drop");
        at().memory("i32.atomic.load", rounds).get(round).op("i32.eq").branchIf(0);
      });
      at().i32(-1).memory("i32.atomic.rmw.add", sleepers).op("drop");
    },
  );
  return code.finish();
}

/** Emits kernels, each distinct one once. */
class KernelTable {
  readonly functions: WasmFunction[] = [];
  readonly #known = new Map<string, number>();
  readonly #indices = new Map<Kernel, number>();
  readonly #features: Features;

  constructor(features: Features) {
    this.#features = features;
  }

  indexOf(kernel: Kernel): number {
    const index = this.#indices.get(kernel) ?? this.#emit(kernel);
    this.#indices.set(kernel, index);
    return index;
  }

  #emit(kernel: Kernel): number {
    const emitted = emitKernel(kernel, this.#features);
    const key = `${emitted.locals.join()} ${emitted.parameters.length} ${latin1(emitted.body)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const index = this.functions.push(emitted) - 1;
    this.#known.set(key, index);
    return index;
  }
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Launches with the numbers of their kernels' functions, stage by stage. */
type Calls = readonly (readonly {
  index: number;
  kernel: Kernel;
  bindings: readonly Storage[];
}[])[];

function runFunction(
  layout: Layout,
  { preparation, calls }: { readonly preparation: Calls; readonly calls: Calls },
  barrier: number | undefined,
): WasmFunction {
  const code = new CodeWriter(["i32", "i32", "i32"]);
  const [thread, threads, steps] = [0, 1, 2];
  const step = code.local("i32");
  const wait = () => {
    if (barrier === undefined) return;
    code.get(threads).i32(1).op("i32.ne");
    code.when(() => {
      code.get(threads).call(barrier);
    });
  };
  const copy = (copies: readonly StagedCopy[], way: "in" | "out") => {
    code.get(thread).op("i32.eqz");
    code.when(() => {
      for (const { address, staging, stride, bytes } of copies) {
        const waiting = () => code.get(step).i32(stride).op("i32.mul").i32(staging).op("i32.add");
        if (way === "out") waiting();
        code.i32(address);
        if (way === "in") waiting();
        code.i32(bytes).op("memory.copy");
      }
    });
  };
  const bound = (count: number, next: number) => {
    code.get(thread);
    if (next > 0) code.i32(next).op("i32.add");
    code.i32(count).op("i32.mul").get(threads).op("i32.div_u");
  };
  const pass = (bindings: readonly Storage[]) => {
    for (const storage of bindings) {
      code.i32(layout.addressOf.get(storage) as number);
      if (!storage.isWorkspace) continue;
      code.get(thread).i32(layout.workspaceBytes).op("i32.mul", "i32.add");
    }
  };
  const call = (stages: Calls) => {
    for (const stage of stages) {
      const shares = sharesOf(stage, layout.threads);
      for (const [i, { index, kernel, bindings }] of stage.entries()) {
        const share = shares[i];
        const tasks = taskCount(kernel);
        if (share === "all") {
          pass(bindings);
          bound(tasks, 0);
          bound(tasks, 1);
          code.call(index);
          continue;
        }
        code.get(thread).i32(share.thread).op("i32.eq");
        code.when(() => {
          pass(bindings);
          code.i32(0).i32(tasks).call(index);
        });
      }
      wait();
    }
  };
  if (preparation.length > 0) {
    code.i32(layout.preparationFlag).memory("i32.load", 0);
    code.when(() => call(preparation));
  }
  code.loop(() => {
    copy(layout.copiesIn, "in");
    wait();
    call(calls);
    copy(layout.copiesOut, "out");
    code.get(step).i32(1).op("i32.add").tee(step).get(steps).op("i32.lt_u").branchIf(0);
  });
  return code.finish("run");
}

/** In slices, the module of a program whose blocks lie where `layout` says; one thread needs no barrier. */
export function* emitProgram(
  program: Program,
  layout: Layout,
  barrier: Barrier | undefined,
  features: Features,
  memory: ImportedMemory,
): Slices<Uint8Array<ArrayBuffer>> {
  const table = new KernelTable(features);
  for (const { kernel } of allStages(program).flat()) {
    table.indexOf(kernel);
    yield;
  }
  const callsOf = (stages: Program["stages"]): Calls =>
    stages.map((stage) =>
      stage.map(({ kernel, bindings }) => ({ index: table.indexOf(kernel), kernel, bindings })),
    );
  const [preparation, calls] = [program.preparation, program.stages].map(callsOf);
  const { functions } = table;
  const index = barrier && functions.push(barrierFunction(barrier)) - 1;
  return encodeModule([...functions, runFunction(layout, { preparation, calls }, index)], memory);
}
