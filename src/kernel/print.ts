// Kernels and programs as text, for people and for golden files. Registers and loops are numbered as they
// appear, so two kernels that do the same print the same. f, i and m are one f32, i32 or mask; F, I and M
// are a vector of them.

import type { Launch, Storage } from "./draft.ts";
import type {
  Access,
  BoundedTerm,
  Instruction,
  Kernel,
  LoopIndex,
  Position,
  Register,
} from "./language.ts";
import { allStages, type Program } from "./program.ts";

const letters = { f32: "f", i32: "i", mask: "m" } as const;

/** Names things in the order in which it meets them. */
class Names<T> {
  readonly #known = new Map<T, number>();

  of(thing: T): number {
    const number = this.#known.get(thing) ?? this.#known.size;
    this.#known.set(thing, number);
    return number;
  }
}

class KernelPrinter {
  readonly #registers = new Names<Register>();
  readonly #indices = new Names<LoopIndex>();

  print({ name, lanes, buffers, parallel, body }: Kernel): string {
    const shown = buffers.map(({ name, dtype, size }) => `${name}: ${dtype}[${size}]`);
    const tasks = parallel.map((index) => this.#range(index)).join(", ");
    return [
      `kernel ${name}(${shown.join(", ")}), ${lanes} lanes`,
      ...(tasks === "" ? [] : [`  tasks ${tasks}`]),
      ...this.#body(body),
      "",
    ].join("\n");
  }

  #body(body: readonly Instruction[]): string[] {
    return body.flatMap((instruction) => this.#lines(instruction)).map((line) => `  ${line}`);
  }

  #lines(i: Instruction): string[] {
    switch (i.kind) {
      case "constant":
        return [`${this.#register(i.to)} = ${Object.is(i.value, -0) ? "-0" : i.value}`];
      case "compute": {
        const args = i.args.map((arg) => this.#register(arg)).join(", ");
        return [`${this.#register(i.to)} = ${i.op} ${args}`];
      }
      case "position": {
        const step = i.step === 0 ? "" : ` step ${i.step}`;
        return [`${this.#register(i.to)} = position ${this.#position(i.at)}${step}`];
      }
      case "load": {
        const place = this.#access(i.from);
        return [`${this.#register(i.to)} = ${place}${i.to.vector ? reach(i.lanes, i.stride) : ""}`];
      }
      case "store": {
        const place = `${this.#access(i.into)}${i.value.vector ? reach(i.lanes, i.stride) : ""}`;
        return [`${place} = ${this.#register(i.value)}${i.aroundCaches ? ", around caches" : ""}`];
      }
      case "prefetch":
        return [`prefetch ${this.#access(i.from)}`];
      case "splat":
        return [`${this.#register(i.to)} = splat ${this.#register(i.value)}`];
      case "joinLanes":
        return [`${this.#register(i.to)} = join ${i.op} ${this.#register(i.value)}`];
      case "assign":
        return [`${this.#register(i.to)} := ${this.#register(i.value)}`];
      case "loop":
        return [`for ${this.#range(i.index)}`, ...this.#body(i.body)];
    }
  }

  #range(index: LoopIndex): string {
    return `n${this.#indices.of(index)} < ${index.count}`;
  }

  #register(register: Register): string {
    const letter = letters[register.type];
    return `${register.vector ? letter.toUpperCase() : letter}${this.#registers.of(register)}`;
  }

  #position({ offset, terms }: Position): string {
    const named = terms.map(({ index, factor }) => ({ number: this.#indices.of(index), factor }));
    const parts = named
      .sort((a, b) => a.number - b.number)
      .map(({ number, factor }) => (factor === 1 ? `n${number}` : `${factor} n${number}`));
    if (offset !== 0 || parts.length === 0) parts.push(`${offset}`);
    return parts.join(" + ");
  }

  #access({ buffer, at, bounded }: Access): string {
    const terms = bounded.map((term) => this.#bounded(term));
    const fixed = at.offset === 0 && at.terms.length === 0;
    if (!fixed || terms.length === 0) terms.unshift(this.#position(at));
    return `${buffer.name}[${terms.join(" + ")}]`;
  }

  #bounded({ value, limit, factor }: BoundedTerm): string {
    return `${factor} (${this.#register(value)} within ${limit})`;
  }
}

/** Four neighbours are `x 4`, one element in all lanes is `x all`, every third one `x 4 by 3`. */
function reach(lanes: number, stride: number): string {
  if (stride === 0) return " x all";
  return stride === 1 ? ` x ${lanes}` : ` x ${lanes} by ${stride}`;
}

/** A kernel as text, one instruction a line. */
export function printKernel(kernel: Kernel): string {
  return new KernelPrinter().print(kernel);
}

/** A program as text: its blocks, then each stage with its kernels and what they are bound to. */
export function printProgram(program: Program): string {
  const { inputs, states, outputs, offsets, arenaBytes, preparation, stages } = program;
  const names = (values: Program["inputs"]) => values.map(({ name }) => name).join(", ") || "none";
  const placed = [...offsets].sort(([, a], [, b]) => a - b);
  const block = ([{ name, dtype, size }, at]: readonly [Storage, number]) =>
    `  ${at}: ${name}, ${dtype}[${size}]`;
  const bound = ({ kernel, bindings }: Launch) =>
    `  ${kernel.name}(${bindings.map(({ name }) => name).join(", ")})`;
  return [
    `program ${program.name}`,
    `inputs ${names(inputs)}; states ${names(states)}; outputs ${names(outputs)}`,
    `arena of ${arenaBytes} bytes`,
    ...placed.map(block),
    ...preparation.flatMap((stage, i) => [`preparation ${i}`, ...stage.map(bound)]),
    ...stages.flatMap((stage, i) => [`stage ${i}`, ...stage.map(bound)]),
    "",
    ...allStages(program)
      .flat()
      .map(({ kernel }) => printKernel(kernel)),
  ].join("\n");
}
