// The target that runs the kernel language itself, on the calling thread. It exists to be right and to be
// read; use it to check another target, never to train.

import { platform } from "#platform";
import { bytesPerElement, type DType, viewOf } from "../../core/dtype.ts";
import { TargetError } from "../../core/errors.ts";
import { inSlices } from "../../core/slices.ts";
import type { Launch } from "../../kernel/draft.ts";
import type { MachineDescription } from "../../kernel/machine-description.ts";
import type { Program } from "../../kernel/program.ts";
import { Allocator } from "../allocator.ts";
import type {
  DeviceBuffer,
  DeviceView,
  Executable,
  LoadOptions,
  StepInputs,
  StepOutputs,
} from "../device.ts";
import { HostDevice, type HostMemory } from "../host-device.ts";
import { Layout, type StagedCopy } from "../layout.ts";
import { type BufferViews, runKernel } from "./run-kernel.ts";

const plain: MachineDescription = {
  execution: "vectors",
  lanes: 4,
  registers: 15,
  foldsBroadcast: false,
  bodySteps: 1,
  prefetches: false,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
};

/** Memory that is an array. */
class InterpreterMemory implements HostMemory {
  readonly #allocator = new Allocator(64, 2 ** 31);
  bytes = new Uint8Array(2 ** 16);

  allocate(bytes: number): number {
    const address = this.#allocator.allocate(bytes);
    if (this.#allocator.end > this.bytes.length) {
      try {
        const grown = new Uint8Array(2 * this.#allocator.end);
        grown.set(this.bytes);
        this.bytes = grown;
      } catch (cause) {
        this.#allocator.free(address);
        throw new TargetError({
          what: "The machine has no more memory to give.",
          received: `a request for ${Math.ceil(bytes / 2 ** 20)} MiB`,
          fix: "use a smaller batch or fewer images",
          cause,
        });
      }
    }
    this.bytes.fill(0, address, address + bytes);
    return address;
  }

  free(address: number): void {
    this.#allocator.free(address);
  }

  view(dtype: DType, address: number, length: number): DeviceView {
    return viewOf(dtype, this.bytes.buffer, address, length);
  }
}

/** A machine whose memory is an array and whose processor is a loop. */
export class InterpreterDevice extends HostDevice {
  readonly target = "interpreter";
  readonly threads = 1;
  readonly machine: MachineDescription;
  protected readonly memory = new InterpreterMemory();

  constructor(machine: MachineDescription = plain) {
    super();
    this.machine = machine;
  }

  async load(
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    { stepsAtOnce = 1 }: LoadOptions = {},
  ): Promise<Executable> {
    const placing = Layout.of(this, program, states, stepsAtOnce);
    const layout = await inSlices(placing, platform.threads.nextTurn);
    const run = async (steps: readonly StepInputs[]): Promise<StepOutputs[]> => {
      layout.stage(steps);
      const prepares = this.view("i32", layout.preparationFlag, 1)[0] !== 0;
      if (prepares && steps.length > 0) this.#launch(program.preparation, layout);
      steps.forEach((_, step) => {
        for (const copy of layout.copiesIn) this.#copy(copy, step, "in");
        this.#launch(program.stages, layout);
        for (const copy of layout.copiesOut) this.#copy(copy, step, "out");
      });
      return layout.collect(steps.length);
    };
    return { stepsAtOnce, run, dispose: async () => layout.dispose() };
  }

  async close(): Promise<void> {}

  #copy({ address, staging, stride, bytes }: StagedCopy, step: number, way: "in" | "out"): void {
    const waiting = staging + step * stride;
    if (way === "in") this.memory.bytes.copyWithin(address, waiting, waiting + bytes);
    else this.memory.bytes.copyWithin(waiting, address, address + bytes);
  }

  #launch(stages: Program["stages"], layout: Layout): void {
    for (const launch of stages.flat()) this.#run(launch, layout);
  }

  #run({ kernel, bindings }: Launch, layout: Layout): void {
    const views: BufferViews = new Map(
      kernel.buffers.map((buffer, i) => {
        const address = layout.addressOf.get(bindings[i]) as number;
        const length = Math.min(
          buffer.size,
          this.memory.bytes.length / bytesPerElement[buffer.dtype],
        );
        return [buffer, this.view(buffer.dtype, address, length)];
      }),
    );
    const workspaces = kernel.buffers.filter((_, i) => bindings[i].isWorkspace);
    runKernel(
      kernel,
      views,
      workspaces.map((buffer) => views.get(buffer) as DeviceView),
    );
  }
}
