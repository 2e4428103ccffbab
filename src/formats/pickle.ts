// Python's pickles, as far as PyTorch needs them to store weights: a closed reader. It knows
// dictionaries, lists, tuples, numbers, texts, and the few names below, which stand for records of
// this file; every other instruction and every other name is refused. Nothing is ever looked up,
// called or executed. Source: Python's Lib/pickletools.py, protocols 2 to 5.

import { FormatError } from "../core/errors.ts";
import {
  asKind,
  type KnownName,
  knownNames,
  type PickleDictionary,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
  type StorageName,
  storageNames,
} from "./pickle-values.ts";
import { quoted } from "./safetensors-header.ts";

/** A pickle's value, and where the bytes behind it begin. */
export interface Unpickled {
  readonly value: PickleValue;
  /** Every storage that it refers to, by its key. */
  readonly storages: ReadonlyMap<string, PickleStorage>;
  readonly end: number;
}

/** Python has no tensors of more dimensions. */
const mostDimensions = 64;

/**
 * The value of the pickle that begins at `start`; `file` is what errors call it.
 *
 * @throws FormatError where it is damaged, or has an instruction or a name that is not known.
 */
export function unpickle(bytes: Uint8Array, file: string, start = 0): Unpickled {
  const machine = new Machine(bytes, file, start);
  for (;;) {
    const value = machine.step();
    if (value !== undefined) return { value, storages: machine.storages, end: machine.at };
  }
}

/** The instructions, by their codes. */
const instructions = new Map<number, (machine: Machine) => void>([
  [0x80, (m) => m.requireProtocol(m.byte())],
  [0x95, (m) => m.skip(8)],
  [0x28, (m) => m.mark()],
  [0x30, (m) => void m.pop()],
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x4b, (m) => m.push(m.byte())],
  [0x4d, (m) => m.push(m.view.getUint16(m.take(2), true))],
  [0x4a, (m) => m.push(m.view.getInt32(m.take(4), true))],
  [0x8a, (m) => m.push(m.whole(m.byte()))],
  [0x47, (m) => m.push(m.view.getFloat64(m.take(8), false))],
  [0x58, (m) => m.push(m.text(m.count()))],
  [0x8c, (m) => m.push(m.text(m.byte()))],
  // Texts of Python 2.
  [0x54, (m) => m.push(m.text(m.count()))],
  [0x55, (m) => m.push(m.text(m.byte()))],
  [0x5d, (m) => m.push({ kind: "list", items: [] })],
  [0x61, (m) => m.append(m.last(1))],
  [0x65, (m) => m.append(m.untilMark())],
  [0x29, (m) => m.push({ kind: "tuple", items: [] })],
  [0x85, (m) => m.push({ kind: "tuple", items: m.last(1) })],
  [0x86, (m) => m.push({ kind: "tuple", items: m.last(2) })],
  [0x87, (m) => m.push({ kind: "tuple", items: m.last(3) })],
  [0x74, (m) => m.push({ kind: "tuple", items: m.untilMark() })],
  [0x7d, (m) => m.push({ kind: "dictionary", entries: new Map() })],
  [0x73, (m) => m.setItems(m.last(2))],
  [0x75, (m) => m.setItems(m.untilMark())],
  [0x71, (m) => m.remember(m.byte())],
  [0x72, (m) => m.remember(m.count())],
  [0x94, (m) => m.remember()],
  [0x68, (m) => m.recall(m.byte())],
  [0x6a, (m) => m.recall(m.count())],
  [0x63, (m) => m.name(m.line(), m.line())],
  [0x93, (m) => m.name(...m.last(2))],
  [0x52, (m) => m.reduce(m.pop(), m.pop())],
  [0x62, (m) => m.build(m.pop())],
  [0x51, (m) => m.storage(m.pop())],
]);
const stop = 0x2e;

class Machine {
  readonly view: DataView;
  readonly storages = new Map<string, PickleStorage>();
  at: number;
  readonly #bytes: Uint8Array;
  readonly #file: string;
  #stack: PickleValue[] = [];
  readonly #outer: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array, file: string, start: number) {
    this.#bytes = bytes;
    this.#file = file;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = start;
  }

  fail(why: string, expected: string, received: unknown): never {
    throw new FormatError({
      what: `${this.#file} cannot be read as a file of weights: ${why}.`,
      expected,
      received: String(received).slice(0, 200),
      fix: "In PyTorch save the weights alone: torch.save(model.state_dict(), path).",
    });
  }

  /** Does one instruction; the value where it was the last. */
  step(): PickleValue | undefined {
    const at = this.at;
    const code = this.byte();
    if (code === stop) return this.pop();
    const instruction = instructions.get(code);
    if (instruction === undefined) {
      const shownCode = `0x${code.toString(16).padStart(2, "0")}`;
      this.fail(
        `its pickle has the instruction ${shownCode} at byte ${at}, which Fovea refuses`,
        "the instructions for dictionaries, lists, tuples, numbers, texts and tensors",
        shownCode,
      );
    }
    instruction(this);
    return undefined;
  }

  /** The place of the next `count` bytes. */
  take(count: number): number {
    const { at } = this;
    const left = this.#bytes.length - at;
    if (count > left) this.fail("its pickle ends early", `${count} more bytes`, `${left} bytes`);
    this.at += count;
    return at;
  }

  skip(count: number): void {
    this.take(count);
  }

  byte(): number {
    return this.#bytes[this.take(1)];
  }

  count(): number {
    return this.view.getUint32(this.take(4), true);
  }

  text(length: number): string {
    const at = this.take(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end === -1) this.fail("its pickle ends inside a name", "a line", "the end");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** A whole number of any width; a bigint where JavaScript's numbers do not hold it. */
  whole(length: number): number | bigint {
    const at = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]);
    const signed = length === 0 ? 0n : BigInt.asIntN(8 * length, value);
    const plain = Number(signed);
    return Number.isSafeInteger(plain) ? plain : signed;
  }

  requireProtocol(protocol: number): void {
    if (protocol >= 2 && protocol <= 5) return;
    this.fail("its pickle is of another protocol", "2 to 5", protocol);
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) this.fail("its pickle takes more than it has", "a value", "none");
    return value;
  }

  /** The value on top, which stays. */
  #top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.#outer.push(this.#stack);
    this.#stack = [];
  }

  untilMark(): PickleValue[] {
    const items = this.#stack;
    const outer = this.#outer.pop();
    if (outer === undefined) this.fail("its pickle lacks a mark", "a mark", "none");
    this.#stack = outer;
    return items;
  }

  last<N extends 1 | 2 | 3>(count: N): ValuesOf[N] {
    const items = Array.from({ length: count }, () => this.pop()).reverse();
    return items as unknown as ValuesOf[N];
  }

  append(items: readonly PickleValue[]): void {
    const top = this.#top();
    const list = asKind(top, "list");
    if (list === undefined) this.fail("its pickle appends to no list", "a list", kindOf(top));
    for (const item of items) list.items.push(item);
  }

  setItems(items: readonly PickleValue[]): void {
    const top = this.#top();
    const dictionary = asKind(top, "dictionary");
    if (dictionary === undefined || items.length % 2 !== 0) {
      this.fail("its pickle sets entries of no dictionary", "a dictionary", kindOf(top));
    }
    for (let i = 0; i < items.length; i += 2) dictionary.entries.set(items[i], items[i + 1]);
  }

  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.#top());
  }

  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) this.fail("its pickle recalls what it never kept", "a value", key);
    this.push(value);
  }

  name(module: PickleValue, name: PickleValue): void {
    const known = knownNames.get(`${String(module)}.${String(name)}`);
    if (known !== undefined) {
      this.push({ kind: "name", name: known });
      return;
    }
    this.fail(
      `it holds ${quoted(`${String(module)}.${String(name)}`)}, which Fovea refuses: only tensors, ` +
        "dictionaries, lists, tuples, numbers and texts are read, and nothing is executed",
      "weights alone",
      `${String(module)}.${String(name)}`,
    );
  }

  /** A record from its parts; Python would call a function here. */
  reduce(parts: PickleValue, name: PickleValue): void {
    const known = asKind(name, "name");
    const tuple = asKind(parts, "tuple");
    if (known === undefined || tuple === undefined) {
      this.fail("its pickle makes something of nothing", "a name and a tuple", kindOf(name));
    }
    this.push(this.#made(known.name, tuple.items));
  }

  #made(name: KnownName, parts: readonly PickleValue[]): PickleValue {
    switch (name) {
      case "collections.OrderedDict":
        return this.#ordered(parts);
      case "torch.Size":
      case "torch._utils._rebuild_parameter":
      case "torch._utils._rebuild_parameter_with_state":
        // What it wraps; whether it is trained, and hooks, do not matter.
        return parts[0] ?? { kind: "tuple", items: [] };
      case "torch._utils._rebuild_tensor":
      case "torch._utils._rebuild_tensor_v2":
        return this.#tensor(parts);
      case "torch._utils._rebuild_tensor_v3":
        return this.#tensor(parts, parts[6]);
      default:
        return this.fail(`its pickle makes something of ${name}`, "a tensor or a dictionary", name);
    }
  }

  /** A dictionary, as Python 2 made it from a list of pairs, or empty. */
  #ordered([pairs]: readonly PickleValue[]): PickleDictionary {
    const entries = new Map<PickleValue, PickleValue>();
    for (const pair of asKind(pairs, "list")?.items ?? (pairs === undefined ? [] : [pairs])) {
      const items = asKind(pair, "list", "tuple")?.items;
      if (items?.length !== 2) {
        this.fail("a dictionary is not made of pairs", "a list of pairs", kindOf(pair));
      }
      entries.set(items[0], items[1]);
    }
    return { kind: "dictionary", entries };
  }

  #tensor(parts: readonly PickleValue[], dtype?: PickleValue): PickleTensor {
    const storage = asKind(parts[0], "storage");
    const offset = parts[1];
    const sizes = wholes(parts[2]);
    const steps = wholes(parts[3]);
    const isDescribed = storage !== undefined && isSize(offset) && sizes !== undefined;
    if (!isDescribed || steps?.length !== sizes.length) {
      this.fail("a tensor is not described", "a storage, an offset, sizes and strides", "others");
    }
    if (sizes.length > mostDimensions) {
      this.fail("a tensor has too many dimensions", `at most ${mostDimensions}`, sizes.length);
    }
    const isEmpty = sizes.includes(0);
    const end = sizes.reduce((last, size, i) => last + (size - 1) * steps[i], offset) + 1;
    if (!isEmpty && !(end <= storage.count)) {
      this.fail("a tensor leaves its storage", `at most ${storage.count} numbers`, end);
    }
    const type = asKind(dtype, "name")?.name;
    return { kind: "tensor", storage, offset, shape: sizes, strides: steps, dtype: type };
  }

  /** What PyTorch hangs on a dictionary of weights is versions of layers, which do not matter. */
  build(state: PickleValue): void {
    const target = this.#top();
    if (asKind(target, "dictionary") && asKind(state, "dictionary")) return;
    this.fail("its pickle sets the inside of an object", "a dictionary", kindOf(target));
  }

  /** A reference to numbers outside of the pickle. */
  storage(id: PickleValue): void {
    const [tag, named, key, , count, view = null] = asKind(id, "tuple")?.items ?? [];
    const type = storageType(asKind(named, "name")?.name);
    if (tag !== "storage" || type === undefined || typeof key !== "string" || !isSize(count)) {
      this.fail("a storage is not described", "its type, key and size", kindOf(id));
    }
    if (view !== null) this.fail("a storage is a view of another", "a storage of its own", key);
    const known = this.storages.get(key) ?? { kind: "storage", type, key, count };
    if (known.type !== type || known.count !== count) {
      this.fail("two storages have one key", "storages of one type and size", key);
    }
    this.storages.set(key, known);
    this.push(known);
  }
}

/** As many values, for instructions with so many parts. */
interface ValuesOf {
  readonly 1: [PickleValue];
  readonly 2: [PickleValue, PickleValue];
  readonly 3: [PickleValue, PickleValue, PickleValue];
}

const storageType = (name: KnownName | undefined): StorageName | undefined =>
  storageNames.find((one) => one === name);

const isSize = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** Sizes, offsets or strides; undefined where they are none. */
function wholes(value: PickleValue | undefined): readonly number[] | undefined {
  const items = asKind(value, "list", "tuple")?.items;
  return items?.every(isSize) ? (items as readonly number[]) : undefined;
}

/** What a value is, for errors. */
function kindOf(value: PickleValue | undefined): string {
  return value === null || typeof value !== "object" ? typeof value : value.kind;
}
