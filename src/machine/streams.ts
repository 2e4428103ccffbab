// Affine addresses as moving pointers. Accesses that share buffer and loops share one stream, whose
// pointer a loop moves by a constant; what is left of each access is a constant displacement. Every
// target that emits code uses it.

import { bytesPerElement } from "../core/dtype.ts";
import type {
  Access,
  Instruction,
  Kernel,
  KernelBuffer,
  LoopIndex,
  Position,
} from "../kernel/language.ts";

/** Accesses that share buffer and loops, and so a pointer. */
export interface Stream {
  readonly buffer: KernelBuffer;
  /** Bytes of an element. */
  readonly bytes: number;
  /** What moves it, outermost loop first. */
  readonly terms: Position["terms"];
  /**
   * The pointer begins this many elements into the buffer: the smallest displacement, where it is
   * below 0 or a loop walks backwards, so that a pointer never leaves the buffer either.
   */
  origin: number;
  /** The same stream without its innermost loop. */
  readonly outer: Stream | undefined;
}

/** The streams of a kernel. */
export class Streams {
  readonly #kernel: Kernel;
  readonly #depths = new Map<LoopIndex, number>();
  readonly #known = new Map<string, Stream>();
  readonly #streamOf = new Map<Access, Stream>();
  readonly #byLoop = new Map<LoopIndex | undefined, Stream[]>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { parallel } = kernel;
    for (const [i, index] of parallel.entries()) this.#depths.set(index, i - parallel.length);
    this.#collect(kernel.body, 0);
  }

  /** The stream of an access. */
  of(access: Access): Stream {
    return this.#streamOf.get(access) as Stream;
  }

  /** The constant part of an access, in bytes from its stream's pointer. */
  displacement(access: Access): number {
    const { origin, bytes } = this.of(access);
    return (access.at.offset - origin) * bytes;
  }

  /** The streams that `index` moves; without one, those that nothing moves. */
  movedBy(index: LoopIndex | undefined): readonly Stream[] {
    return this.#byLoop.get(index) ?? [];
  }

  #collect(body: readonly Instruction[], depth: number): void {
    for (const instruction of body) {
      if (instruction.kind === "load") this.#add(instruction.from);
      if (instruction.kind === "prefetch") this.#addAhead(instruction.from);
      if (instruction.kind === "store") this.#add(instruction.into);
      if (instruction.kind !== "loop") continue;
      this.#depths.set(instruction.index, depth);
      this.#collect(instruction.body, depth + 1);
    }
  }

  #add(access: Access): void {
    const terms = this.#outermostFirst(access.at.terms);
    const isShifted = access.at.offset < 0 || terms.some(({ factor }) => factor < 0);
    const stream = this.#stream(access.buffer, terms, isShifted ? "shifted" : "plain");
    if (isShifted) stream.origin = Math.min(stream.origin, access.at.offset);
    this.#streamOf.set(access, stream);
  }

  /** What is only asked for may lie outside of its buffer, and the pointer with it. */
  #addAhead(access: Access): void {
    const terms = this.#outermostFirst(access.at.terms);
    this.#streamOf.set(access, this.#stream(access.buffer, terms, "ahead"));
  }

  #outermostFirst(terms: Position["terms"]): Position["terms"] {
    const depth = (index: LoopIndex) => this.#depths.get(index) as number;
    for (let i = 1; i < terms.length; i++) {
      if (depth(terms[i - 1].index) <= depth(terms[i].index)) continue;
      return [...terms].sort((a, b) => depth(a.index) - depth(b.index));
    }
    return terms;
  }

  /** Those with an origin of their own, and those that may leave the buffer, are kept apart from plain ones. */
  #stream(
    buffer: KernelBuffer,
    terms: Position["terms"],
    kind: "plain" | "shifted" | "ahead",
  ): Stream {
    let key = `${this.#kernel.buffers.indexOf(buffer)} ${kind}`;
    for (const { index, factor } of terms) key += ` ${index.id}*${factor}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const outer = terms.length > 0 ? this.#stream(buffer, terms.slice(0, -1), "plain") : undefined;
    const origin = kind === "shifted" ? Number.MAX_SAFE_INTEGER : 0;
    const stream = { buffer, bytes: bytesPerElement[buffer.dtype], terms, origin, outer };
    this.#known.set(key, stream);
    const loop = terms.at(-1)?.index;
    const moved = this.#byLoop.get(loop);
    if (moved === undefined) this.#byLoop.set(loop, [stream]);
    else moved.push(stream);
    return stream;
  }
}
