// Loads and stores: whole vectors, some of their lanes, lanes that lie apart, bytes. The verifier has
// proved that each stays within its buffer, as long as code touches the lanes that it names and no
// others.

import {
  type Access,
  type Instruction,
  isScattered,
  type KernelBuffer,
  type Register,
} from "../../kernel/language.ts";
import { type Assembler, gpr, type Place } from "./assembler.ts";
import type { Places } from "./places.ts";
import type { Load } from "./prepare.ts";

type Store = Extract<Instruction, { kind: "store" }>;

/** Mask registers that hold the same lanes all through a kernel; register 1 is for the moment. */
const heldMasks = [2, 3, 4, 5, 6, 7];

/** How many lanes the loads and stores of some lanes touch. */
function partialLanes(body: readonly Instruction[], all: number, found: Set<number>): Set<number> {
  for (const i of body) {
    if (i.kind === "loop") partialLanes(i.body, all, found);
    if (i.kind !== "load" && i.kind !== "store") continue;
    const register = i.kind === "load" ? i.to : i.value;
    const { dtype } = i.kind === "load" ? i.from.buffer : i.into.buffer;
    if (register.vector && dtype !== "u8" && i.stride === 1 && i.lanes < all) found.add(i.lanes);
  }
  return found;
}

export class Accesses {
  readonly #a: Assembler;
  readonly #places: Places;
  readonly #misaligned: ReadonlySet<KernelBuffer>;
  /** The mask register of the first so many lanes. */
  readonly #masks: ReadonlyMap<number, number>;

  /** Buffers that are `misaligned` lie anywhere, all others at a multiple of a vector's bytes. */
  constructor(assembler: Assembler, places: Places, misaligned: ReadonlySet<KernelBuffer>) {
    this.#a = assembler;
    this.#places = places;
    this.#misaligned = misaligned;
    const { body, lanes } = places.kernel;
    const wanted = assembler.width === 512 ? [...partialLanes(body, lanes, new Set())] : [];
    this.#masks = new Map(
      wanted.slice(0, heldMasks.length).map((partial, i) => [partial, heldMasks[i]]),
    );
  }

  /** Sets the masks that the kernel needs, once. */
  begin(): void {
    for (const [lanes, k] of this.#masks) this.#setMask(k, lanes);
  }

  load({ to, from, lanes, stride }: Load): void {
    const a = this.#a;
    if (!this.#places.has(to)) return;
    const place = this.#places.address(from);
    const { dtype } = from.buffer;
    if (isScattered(from)) {
      this.#loadScattered(to, place, from);
      return;
    }
    if (dtype === "u8") {
      this.#loadBytes(to, place, lanes, stride);
      return;
    }
    if (!to.vector || stride === 0) {
      this.#places.make(to, (target) => a.unary("vbroadcastss", target, place));
      return;
    }
    if (stride !== 1) {
      this.#gatherLanes(place, lanes, stride, 4);
      this.#places.make(to, (target) => a.unary("vmovups", target, this.#places.slot(0)));
      return;
    }
    if (lanes === this.#places.kernel.lanes) {
      this.#places.make(to, (target) => a.unary("vmovups", target, place));
      return;
    }
    this.#places.make(to, (target) => {
      if (a.width === 512) {
        a.loadMasked(target, place, this.#maskOf(lanes));
      } else {
        a.unary("vmovups", target, this.#laneMask(lanes));
        a.loadByMask(target, target, place);
      }
    });
  }

  /** Each lane from its own place, behind the one that they share. */
  #loadScattered(to: Register, place: Place, { bounded }: Access): void {
    const a = this.#a;
    const [, sum, spare] = this.#places.scratch;
    const repeated = (value: number) =>
      this.#places.constant(new Array<number>(16).fill(value), "i32");
    const scattered = bounded.filter(({ value }) => value.vector);
    for (const [n, { value, limit, factor }] of scattered.entries()) {
      const index = n === 0 ? sum : spare;
      a.vector("vpmaxsd", index, this.#places.value(value, index), repeated(0));
      a.vector("vpminsd", index, index, repeated(limit - 1));
      if (factor !== 1) a.vector("vpmulld", index, index, repeated(factor));
      if (n > 0) a.vector("vpaddd", sum, sum, index);
    }
    const lanes = a.width === 512 ? 1 : spare;
    if (a.width === 512) a.fullMask(lanes);
    else a.equalInts(spare, spare, spare);
    this.#places.make(to, (target) => a.gather(target, place, sum, lanes));
  }

  /** A mask register with the first `lanes` bits set. */
  #maskOf(lanes: number): number {
    const held = this.#masks.get(lanes);
    if (held !== undefined) return held;
    this.#setMask(1, lanes);
    return 1;
  }

  /** Leaves rax alone: it may hold an address. */
  #setMask(k: number, lanes: number): void {
    this.#a.constant32(gpr.rcx, 2 ** lanes - 1);
    this.#a.setMask(k, gpr.rcx);
  }

  /** The same for 256 bits: all ones in the first `lanes` lanes. */
  #laneMask(lanes: number): Place {
    const values = Array.from({ length: 16 }, (_, lane) => (lane < lanes ? -1 : 0));
    return this.#places.constant(values, "i32");
  }

  /** Elements of `bytes`, `stride` apart, into the frame one after another, as 32 bits each. */
  #gatherLanes(place: Place, lanes: number, stride: number, bytes: 1 | 4): void {
    const a = this.#a;
    a.zero(gpr.rcx);
    for (let lane = 0; lane < this.#places.kernel.lanes; lane++) {
      const from = { ...place, displacement: place.displacement + lane * stride * bytes };
      if (lane < lanes && bytes === 4) a.load32(gpr.rcx, from);
      if (lane < lanes && bytes === 1) a.loadByte(gpr.rcx, from);
      if (lane === lanes) a.zero(gpr.rcx);
      a.store32(this.#places.slot(4 * lane), gpr.rcx);
    }
  }

  #loadBytes(to: Register, place: Place, lanes: number, stride: number): void {
    const a = this.#a;
    if (!to.vector || stride === 0) {
      a.loadByte(gpr.rcx, place);
      this.#places.make(to, (target) => {
        a.moveToVector(target, gpr.rcx);
        a.unary("vpbroadcastd", target, target);
      });
    } else if (stride === 1 && lanes === this.#places.kernel.lanes) {
      this.#places.make(to, (target) => a.unary("vpmovzxbd", target, place));
    } else {
      this.#gatherLanes(place, lanes, stride, 1);
      this.#places.make(to, (target) => a.unary("vmovups", target, this.#places.slot(0)));
    }
  }

  /** Whether a whole vector begins at a multiple of its own bytes, wherever loops are. */
  #isAligned({ buffer, at, bounded }: Access): boolean {
    const { lanes } = this.#places.kernel;
    const steps = [at.offset, ...at.terms.map(({ factor }) => factor)];
    return (
      bounded.length === 0 &&
      steps.every((step) => step % lanes === 0) &&
      !this.#misaligned.has(buffer)
    );
  }

  store({ into, value, lanes, stride, aroundCaches }: Store): void {
    const a = this.#a;
    const [, second] = this.#places.scratch;
    const from = this.#places.value(value, second);
    const place = this.#places.address(into);
    if (into.buffer.dtype === "u8") {
      a.storeVector(this.#places.slot(0), from);
      for (let lane = 0; lane < lanes; lane++) {
        a.load32(gpr.rcx, this.#places.slot(4 * lane));
        a.storeByte({ ...place, displacement: place.displacement + lane * stride }, gpr.rcx);
      }
      return;
    }
    if (lanes > 1 && stride !== 1) {
      a.storeVector(this.#places.slot(0), from);
      for (let lane = 0; lane < lanes; lane++) {
        a.load32(gpr.rcx, this.#places.slot(4 * lane));
        a.store32({ ...place, displacement: place.displacement + 4 * lane * stride }, gpr.rcx);
      }
      return;
    }
    if (!value.vector || lanes === 1) a.storeFirst(place, from);
    else if (lanes === this.#places.kernel.lanes) {
      if (aroundCaches && this.#isAligned(into)) a.storeAround(place, from);
      else a.storeVector(place, from);
    } else if (a.width === 512) {
      a.storeMasked(place, from, this.#maskOf(lanes));
    } else {
      this.#storePieces(place, from, lanes);
    }
  }

  /** The first lanes of 256 bits in fours, twos and ones: masked stores take some processors long. */
  #storePieces(place: Place, from: number, lanes: number): void {
    const a = this.#a;
    const [upper] = this.#places.scratch;
    let [rest, left] = [from, lanes];
    const behind = (done: number) => ({ ...place, displacement: place.displacement + 4 * done });
    if (left >= 4) {
      a.storeLow(place, from);
      left -= 4;
      if (left > 0) a.upperHalf(upper, from);
      rest = upper;
    }
    if (left >= 2) a.storePair(behind(lanes - left), rest);
    if (left % 2 === 1) a.storeLane(behind(lanes - 1), rest, left - 1);
  }
}
