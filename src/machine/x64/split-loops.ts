// Gives what a loop leaves in its variables a name of its own for the code behind the loop. A variable
// that a loop adds to wants a register as long as the loop runs; behind it the same number is a value
// like any other, and may wait in memory for its turn.

import { type Instruction, inputsOf, type Register } from "../../kernel/language.ts";

type Body = readonly Instruction[];
type Loop = Extract<Instruction, { kind: "loop" }>;

/** A variable, seen from the body that gives it its first value. */
interface Life {
  readonly body: Body;
  /** How many loops are around that body. */
  readonly depth: number;
  /** The instruction of that body that writes it last, and the place of the one that reads it last. */
  writer: Instruction;
  written: number;
  read: number;
  /** Whether another body than that one, or an address, makes use of it. */
  strays: boolean;
}

/** For each loop the variables that it is the last to write, and that are read behind it. */
function findEnds(body: Body, variables: ReadonlySet<Register>): Map<Loop, Register[]> {
  const lives = new Map<Register, Life>();
  /** The bodies around an instruction, and where in each of them it is. */
  const path: { readonly body: Body; at: number }[] = [];
  const mention = (register: Register, isWrite: boolean, i: Instruction) => {
    const life = lives.get(register);
    if (life === undefined) {
      const depth = path.length - 1;
      const { body, at } = path[depth];
      lives.set(register, { body, depth, writer: i, written: at, read: at, strays: !isWrite });
      return;
    }
    const outer = path.at(life.depth);
    if (outer?.body !== life.body) {
      life.strays = true;
    } else if (isWrite) {
      life.written = outer.at;
      life.writer = outer.body[outer.at];
    } else {
      life.read = outer.at;
    }
  };
  const visit = (inner: Body) => {
    const here = { body: inner, at: 0 };
    path.push(here);
    for (const i of inner) {
      if (i.kind === "loop") visit(i.body);
      for (const register of inputsOf(i)) {
        if (variables.has(register)) mention(register, false, i);
      }
      if ("to" in i && variables.has(i.to)) mention(i.to, true, i);
      const access = i.kind === "load" ? i.from : i.kind === "store" ? i.into : undefined;
      for (const { value } of access?.bounded ?? []) {
        const life = lives.get(value);
        if (life !== undefined) life.strays = true;
      }
      here.at++;
    }
    path.pop();
  };
  visit(body);
  const ends = new Map<Loop, Register[]>();
  for (const [register, { writer, written, read, strays }] of lives) {
    if (strays || writer.kind !== "loop" || read <= written) continue;
    const known = ends.get(writer);
    if (known === undefined) ends.set(writer, [register]);
    else known.push(register);
  }
  return ends;
}

/** New names for values. */
class Names {
  readonly #names = new Map<Register, Register>();

  add(value: Register, name: Register): void {
    this.#names.set(value, name);
  }

  of(value: Register): Register {
    return this.#names.get(value) ?? value;
  }

  /** The instruction that reads what has a new name by that name. */
  renamed(i: Instruction): Instruction {
    if (this.#names.size === 0) return i;
    switch (i.kind) {
      case "compute":
        return i.args.some((arg) => this.#names.has(arg))
          ? { ...i, args: i.args.map((arg) => this.of(arg)) }
          : i;
      case "store":
      case "splat":
      case "joinLanes":
      case "assign":
        return this.#names.has(i.value) ? { ...i, value: this.of(i.value) } : i;
      default:
        return i;
    }
  }
}

/** The body with a new name behind each loop for what the loop leaves; the same where there is none. */
export function splitLoops(body: Body, variables: readonly Register[]): Body {
  if (variables.length === 0) return body;
  const ends = findEnds(body, new Set(variables));
  if (ends.size === 0) return body;
  const names = new Names();
  let last = variables.reduce((most, { id }) => Math.max(most, id), 0);
  const split = (inner: Body): Instruction[] => {
    const result: Instruction[] = [];
    for (const i of inner) {
      if (i.kind !== "loop") {
        result.push(names.renamed(i));
        continue;
      }
      result.push({ ...i, body: split(i.body) });
      for (const value of ends.get(i) ?? []) {
        const to: Register = { ...value, id: ++last };
        names.add(value, to);
        result.push({ kind: "assign", to, value });
      }
    }
    return result;
  };
  return split(body);
}
