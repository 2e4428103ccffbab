// Programs on batches of pictures, one for each shape, compiled when it is first needed.

import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { ops } from "../graph/ops/index.ts";
import { compile } from "../kernel/compile.ts";
import type { Device, Executable } from "../machine/device.ts";
import { openDevice } from "../machine/open.ts";

/** The values of a step by name, as arrays. */
type Values = Readonly<Record<string, ArrayLike<number>>>;

interface Loaded {
  readonly executable: Executable;
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
}

export class BatchPrograms {
  readonly #given: Device | undefined;
  readonly #loaded = new Map<string, Promise<Loaded>>();
  #opened: Promise<Device> | undefined;

  /** Default: a device of its own, which is opened when it is needed. */
  constructor(device?: Device) {
    this.#given = device;
  }

  /** The outputs by name of the program that `key` names, which `graph` makes when there is none yet. */
  async run(key: string, graph: () => Graph, values: Values): Promise<Record<string, Tensor>> {
    const known = this.#loaded.get(key) ?? this.#compile(graph);
    this.#loaded.set(key, known);
    known.catch(() => this.#loaded.delete(key));
    const { executable, outputs } = await known;
    const [results] = await executable.run([values]);
    return Object.fromEntries(
      outputs.map(({ name, shape }) => [name, { data: results[name], shape }]),
    );
  }

  async #compile(graph: () => Graph): Promise<Loaded> {
    const made = graph();
    const device = this.#given ?? (await this.#open());
    const program = compile("augment", made, device.machine, ops);
    return { executable: await device.load(program, new Map()), outputs: program.outputs };
  }

  #open(): Promise<Device> {
    this.#opened ??= openDevice();
    return this.#opened;
  }

  /** Gives all memory back, and the device where it is its own. */
  async dispose(): Promise<void> {
    const loaded = [...this.#loaded.values()];
    this.#loaded.clear();
    for (const each of loaded) await (await each).executable.dispose();
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) await (await opened).close();
  }
}
