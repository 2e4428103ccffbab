// WebAssembly's binary format: numbers, sections, functions. It knows nothing of kernels. Source:
// WebAssembly Core Specification 3.0, with threads, SIMD and relaxed SIMD.

/** A growing row of bytes. */
export class Bytes {
  #data = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(...values: readonly number[]): this {
    this.#reserve(values.length);
    for (const value of values) this.#data[this.#length++] = value;
    return this;
  }

  append(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#data.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** An unsigned number, LEB128. */
  unsigned(value: number): this {
    let rest = value;
    do {
      const low = rest % 128;
      rest = Math.floor(rest / 128);
      this.push(rest > 0 ? low | 128 : low);
    } while (rest > 0);
    return this;
  }

  /** A signed number of 32 bits, LEB128. */
  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 127;
      rest >>= 7;
      const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
      this.push(done ? low : low | 128);
      if (done) return this;
    }
  }

  f32(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.append(bytes);
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.unsigned(bytes.length).append(bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#data.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#data.length, this.#length + more));
    grown.set(this.#data);
    this.#data = grown;
  }
}

export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b } as const;
export type WasmType = keyof typeof valueTypes;

/** A function: its parameters come first among its locals. */
export interface WasmFunction {
  readonly parameters: readonly WasmType[];
  readonly locals: readonly WasmType[];
  readonly body: Uint8Array;
  /** The name under which it can be called from outside. */
  readonly exportName?: string;
}

function section(id: number, content: Bytes): Uint8Array {
  const bytes = content.finish();
  return new Bytes().push(id).unsigned(bytes.length).append(bytes).finish();
}

/** Neighbouring locals of one type, as the format groups them. */
function localGroups(locals: readonly WasmType[]): Bytes {
  const groups: { type: WasmType; count: number }[] = [];
  for (const type of locals) {
    const last = groups.at(-1);
    if (last?.type === type) last.count++;
    else groups.push({ type, count: 1 });
  }
  const bytes = new Bytes().unsigned(groups.length);
  for (const { type, count } of groups) bytes.unsigned(count).push(valueTypes[type]);
  return bytes;
}

/** The memory that a module expects. */
export interface ImportedMemory {
  readonly initialPages: number;
  readonly maximumPages: number;
  /** Whether threads share it. */
  readonly shared: boolean;
}

/** A module of functions without results, over one imported memory, `env.memory`. */
export function encodeModule(
  functions: readonly WasmFunction[],
  memory: ImportedMemory,
): Uint8Array<ArrayBuffer> {
  const types = new Bytes().unsigned(functions.length);
  const indices = new Bytes().unsigned(functions.length);
  const code = new Bytes().unsigned(functions.length);
  const exported = functions.flatMap((f, i) => (f.exportName === undefined ? [] : [{ f, i }]));
  const exports = new Bytes().unsigned(exported.length);
  functions.forEach(({ parameters, locals, body }, i) => {
    types.push(0x60).unsigned(parameters.length);
    for (const type of parameters) types.push(valueTypes[type]);
    types.unsigned(0);
    indices.unsigned(i);
    const content = new Bytes().append(localGroups(locals).finish()).append(body).push(0x0b);
    code.unsigned(content.length).append(content.finish());
  });
  for (const { f, i } of exported) {
    exports
      .text(f.exportName as string)
      .push(0)
      .unsigned(i);
  }
  const limits = memory.shared ? 3 : 1;
  const imports = new Bytes().unsigned(1).text("env").text("memory").push(2, limits);
  imports.unsigned(memory.initialPages).unsigned(memory.maximumPages);
  return new Bytes()
    .push(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
    .append(section(1, types))
    .append(section(2, imports))
    .append(section(3, indices))
    .append(section(7, exports))
    .append(section(10, code))
    .finish();
}
