// A program of one's own on a device, over a model's weights: its inputs, its outputs, and the states that it
// keeps between its steps.

import { bytesPerElement, type DType, dtypeOf } from "../core/dtype.ts";
import { ConfigError, DataError, ShapeError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Device, DeviceBuffer, Executable } from "../machine/device.ts";
import type { Engine } from "./engine.ts";
import type { ModelMemory } from "./model-memory.ts";
import { graphOf, type ModelProgram } from "./programs/model-program.ts";

/** A value of a program. */
interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value that lies in the device's memory for as long as the program does. */
interface OwnState extends Value {
  readonly buffer: DeviceBuffer;
}

/** How a run gets its turn with the model. */
type TakeTurn = <T>(run: () => Promise<T>) => Promise<T>;

interface Parts {
  readonly device: Device;
  readonly memory: ModelMemory;
  readonly executable: Executable;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly states: Readonly<Record<string, OwnState>>;
  readonly changesWeights: boolean;
  readonly takeTurn: TakeTurn;
}

/** A program over a model's weights, ready to run: what `model.compileProgram` gives. */
export class CompiledProgram {
  readonly #parts: Parts;
  #steps = 0;
  #isDisposed = false;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Compiles `program`; states that are no weights begin as `firsts` says, else with zeros. */
  static async make(
    engine: Engine,
    memory: ModelMemory,
    program: ModelProgram,
    firsts: Readonly<Record<string, Tensor>>,
    takeTurn: TakeTurn,
  ): Promise<CompiledProgram> {
    const { device } = engine;
    const graph = graphOf(program, engine);
    const compiled = await engine.compile(program.name, graph);
    const buffers = memory.buffers;
    const states: Record<string, OwnState> = {};
    try {
      for (const { name, dtype, shape } of compiled.states) {
        if (buffers.has(name)) continue;
        const buffer = device.allocate(sizeOf(shape) * bytesPerElement[dtype]);
        states[name] = { name, dtype, shape, buffer };
        buffers.set(name, buffer);
      }
      for (const [name, value] of Object.entries(firsts)) {
        await writeState(device, lookUp(states, name, "state of the program"), value);
      }
      const weights = new Set(memory.buffers.keys());
      const { inputs, outputs } = compiled;
      const changesWeights = graph.updates.some(({ state }) => weights.has(nameOf(state)));
      const executable = await device.load(compiled, buffers);
      const parts = {
        device,
        memory,
        executable,
        inputs,
        outputs,
        states,
        changesWeights,
        takeTurn,
      };
      return new CompiledProgram(parts);
    } catch (error) {
      for (const { buffer } of Object.values(states)) device.free(buffer);
      throw error;
    }
  }

  /**
   * Runs one step: the outputs by name. An input `step`, by which random layers draw, counts by itself.
   *
   * @throws DataError where an input is missing, unknown, or of another type or shape.
   * @example const { gradient } = await program.run({ image: tensor(pixels, [1, 28, 28, 1]) })
   */
  async run(inputs: Readonly<Record<string, Tensor>> = {}): Promise<Record<string, Tensor>> {
    const { executable, outputs, memory, changesWeights } = this.#parts;
    const given = this.#inputsOf(inputs);
    return this.#take(async () => {
      const [results] = await executable.run([given]);
      this.#steps++;
      if (changesWeights) memory.noteTraining();
      return Object.fromEntries(
        outputs.map(({ name, shape }) => [name, { data: results[name], shape }]),
      );
    });
  }

  /** A copy of a state that the program keeps. @throws ConfigError where it keeps none of that name. */
  async read(state: string): Promise<Tensor> {
    const { device, states } = this.#parts;
    const { buffer, dtype, shape } = lookUp(states, state, "state of the program");
    return this.#take(async () => ({
      data: await device.read(buffer, dtype, sizeOf(shape)),
      shape,
    }));
  }

  /** Replaces a state. @throws ConfigError, ShapeError where it does not fit. */
  async write(state: string, value: Tensor): Promise<void> {
    const { device, states } = this.#parts;
    const known = lookUp(states, state, "state of the program");
    await this.#take(() => writeState(device, known, value));
  }

  /** Whether its memory was given back. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Gives the program's memory back, as disposing the model does, too. */
  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const { device, states, executable } = this.#parts;
    await executable.dispose();
    for (const { buffer } of Object.values(states)) device.free(buffer);
  }

  #take<T>(run: () => Promise<T>): Promise<T> {
    return this.#parts.takeTurn(() => {
      if (!this.#isDisposed) return run();
      throw new ConfigError({
        what: "The program was disposed of.",
        expected: "a program whose memory is still there",
        received: "a call after dispose, of the program or of its model",
        fix: "compile it again: model.compileProgram(…)",
      });
    });
  }

  #inputsOf(given: Readonly<Record<string, Tensor>>): Record<string, ArrayLike<number>> {
    const { inputs } = this.#parts;
    const known = Object.fromEntries(inputs.map((input) => [input.name, input]));
    for (const name of Object.keys(given)) lookUp(known, name, "input of the program");
    return Object.fromEntries(
      inputs.map(({ name, dtype, shape }) => {
        const value = given[name];
        if (value === undefined && name === "step") return [name, [this.#steps]];
        if (value === undefined || !sameShape(value.shape, shape)) {
          throw new DataError({
            what: `The input "${name}" of the program does not fit.`,
            expected: `${dtype} ${formatShape(shape)}`,
            received: value === undefined ? "nothing" : formatShape(value.shape),
          });
        }
        return [name, value.data];
      }),
    );
  }
}

const nameOf = (state: { readonly attributes: unknown }) =>
  (state.attributes as { readonly name: string }).name;

async function writeState(
  device: Device,
  { name, dtype, shape, buffer }: OwnState,
  { data, shape: given }: Tensor,
): Promise<void> {
  if (!sameShape(shape, given) || dtypeOf(data) !== dtype) {
    throw new ShapeError({
      what: `The value for the state "${name}" does not fit.`,
      expected: `${dtype} ${formatShape(shape)}`,
      received: `${dtypeOf(data)} ${formatShape(given)}`,
    });
  }
  await device.write(buffer, data);
}
