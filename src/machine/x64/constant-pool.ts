// The constants of a program, each repeated or laid out over the lanes of a whole vector. They lie behind
// the program's code, where nothing can write.

import type { Assembler, Label } from "./assembler.ts";

const vectorBytes = 64;

export class ConstantPool {
  /** Where the pool begins, once it is written. */
  readonly start: Label;
  readonly #known = new Map<string, number>();
  readonly #vectors: Uint8Array[] = [];

  constructor(assembler: Assembler) {
    this.start = assembler.label();
  }

  /** The offset of sixteen values, which are put into the pool if they are not there. */
  offsetOf(values: readonly number[], type: "f32" | "i32"): number {
    const key = `${type} ${values.map((value) => (Object.is(value, -0) ? "-0" : value)).join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const offset = this.#vectors.length * vectorBytes;
    const bytes = new DataView(new ArrayBuffer(vectorBytes));
    for (const [lane, value] of values.entries()) {
      if (type === "f32") bytes.setFloat32(4 * lane, value, true);
      else bytes.setInt32(4 * lane, value | 0, true);
    }
    this.#vectors.push(new Uint8Array(bytes.buffer));
    this.#known.set(key, offset);
    return offset;
  }

  /** Puts the pool where the assembler is: when all code is written. */
  write(assembler: Assembler): void {
    assembler.align(vectorBytes);
    assembler.bind(this.start);
    for (const vector of this.#vectors) assembler.append(vector);
  }
}
