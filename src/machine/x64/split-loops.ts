// Gives what a loop leaves in its variables a name of its own for the code behind the loop. Floor 3. A
// variable that a loop adds to wants a register as long as the loop runs; behind it the same number is a
// value like any other, and may wait in memory for its turn.

import type { Instruction, Register } from "../../kernel/language.ts";
import { inputsOf } from "./prepare.ts";

type Loop = Extract<Instruction, { kind: "loop" }>;

/** Where variables are read and written in a body, its loops included. */
class Mentions {
  readonly reads = new Map<Register, number>();
  readonly writes = new Map<Register, number>();
  /** Variables that say where an access is: those keep their names. */
  readonly places = new Set<Register>();

  constructor(body: readonly Instruction[], variables: ReadonlySet<Register>) {
    this.#add(body, variables);
  }

  #add(body: readonly Instruction[], variables: ReadonlySet<Register>): void {
    const count = (map: Map<Register, number>, register: Register) => {
      if (variables.has(register)) map.set(register, (map.get(register) ?? 0) + 1);
    };
    for (const i of body) {
      if (i.kind === "loop") this.#add(i.body, variables);
      for (const register of inputsOf(i)) count(this.reads, register);
      if ("to" in i) count(this.writes, i.to);
      const access = i.kind === "load" ? i.from : i.kind === "store" ? i.into : undefined;
      for (const { value } of access?.bounded ?? []) this.places.add(value);
    }
  }

  of(register: Register): number {
    return (this.reads.get(register) ?? 0) + (this.writes.get(register) ?? 0);
  }
}

function renamed(i: Instruction, names: ReadonlyMap<Register, Register>): Instruction {
  if (!inputsOf(i).some((register) => names.has(register)) && i.kind !== "loop") return i;
  const nameOf = (register: Register) => names.get(register) ?? register;
  switch (i.kind) {
    case "compute":
      return { ...i, args: i.args.map(nameOf) };
    case "store":
    case "splat":
    case "joinLanes":
    case "assign":
      return { ...i, value: nameOf(i.value) };
    case "loop":
      return { ...i, body: i.body.map((inner) => renamed(inner, names)) };
    default:
      return i;
  }
}

/** The body with a new name behind each loop for every variable that the loop is the last to write. */
export function splitLoops(
  body: readonly Instruction[],
  variables: readonly Register[],
): Instruction[] {
  const known = new Set(variables);
  const all = new Mentions(body, known);
  let fresh = variables.reduce((most, { id }) => Math.max(most, id), 0);

  const split = (list: readonly Instruction[]): Instruction[] => {
    const result: Instruction[] = [];
    const names = new Map<Register, Register>();
    const loops = list.filter((i): i is Loop => i.kind === "loop");
    const here = loops.length > 0 ? new Mentions(list, known) : undefined;
    const begun = new Set<Register>();
    for (const [at, i] of list.entries()) {
      if (i.kind !== "loop" || here === undefined) {
        result.push(renamed(i, names));
        if ("to" in i && !inputsOf(i).includes(i.to)) begun.add(i.to);
        continue;
      }
      result.push(renamed({ ...i, body: split(i.body) }, names));
      const behind = new Mentions(list.slice(at + 1), known);
      for (const variable of new Mentions([i], known).writes.keys()) {
        const isOwn = begun.has(variable) && all.of(variable) === here.of(variable);
        const isLast = behind.reads.has(variable) && !behind.writes.has(variable);
        if (!isOwn || !isLast || all.places.has(variable)) continue;
        const name: Register = { ...variable, id: ++fresh };
        names.set(variable, name);
        result.push({ kind: "assign", to: name, value: variable });
      }
    }
    return result;
  };
  return split(body);
}
