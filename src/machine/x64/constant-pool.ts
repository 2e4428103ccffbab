// The constants of a program, each repeated or laid out over the lanes of a whole vector. Floor 3.

const vectorBytes = 64;

export class ConstantPool {
  /** Where the pool lies in memory. */
  readonly address: number;
  readonly #capacity: number;
  readonly #known = new Map<string, number>();
  readonly #bytes: DataView;

  constructor(address: number, capacity: number) {
    this.address = address;
    this.#capacity = capacity;
    this.#bytes = new DataView(new ArrayBuffer(capacity));
  }

  /** The offset of sixteen values, which are put into the pool if they are not there. */
  offsetOf(values: readonly number[], type: "f32" | "i32"): number {
    const key = `${type} ${values.map((value) => (Object.is(value, -0) ? "-0" : value)).join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const offset = this.#known.size * vectorBytes;
    if (offset + vectorBytes > this.#capacity) throw new Error("the constant pool is full");
    for (const [lane, value] of values.entries()) {
      if (type === "f32") this.#bytes.setFloat32(offset + 4 * lane, value, true);
      else this.#bytes.setInt32(offset + 4 * lane, value | 0, true);
    }
    this.#known.set(key, offset);
    return offset;
  }

  /** What belongs at the pool's address. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#known.size * vectorBytes);
  }
}
