// Which bytes a kernel touches, and how often they have to come into a cache: worked out from its loops
// and addresses alone.

import { bytesPerElement } from "../core/dtype.ts";
import type { Access, Instruction, KernelBuffer, LoopIndex } from "./language.ts";

/** Loads or stores of one loop's own body that differ by a constant only. */
export interface Touch {
  readonly access: Access;
  readonly way: "in" | "out";
  /** The loops around it, outermost first. */
  readonly path: readonly LoopIndex[];
  /** First elements, before any loop moves them. */
  readonly offsets: Set<number>;
  /** Elements from the first to the last one of an access, and those that are touched. */
  extent: number;
  lanes: number;
}

/** A loop, or a kernel as a whole where there is no index. */
export interface Nest {
  readonly index: LoopIndex | undefined;
  readonly touches: Map<string, Touch>;
  readonly inner: Nest[];
}

export function nestOf(
  body: readonly Instruction[],
  index: LoopIndex | undefined,
  path: readonly LoopIndex[],
): Nest {
  const nest: Nest = { index, touches: new Map(), inner: [] };
  const touch = (way: Touch["way"], access: Access, lanes: number, stride: number) => {
    const terms = access.at.terms.map((term) => `${term.index.id}*${term.factor}`);
    const key = [way, access.buffer.name, access.bounded.length, ...terms].join(" ");
    const none = { access, way, path, offsets: new Set<number>(), extent: 0, lanes: 0 };
    const known = nest.touches.get(key) ?? none;
    known.offsets.add(access.at.offset);
    known.extent = Math.max(known.extent, stride * (lanes - 1) + 1);
    known.lanes = Math.max(known.lanes, stride === 0 ? 1 : lanes);
    nest.touches.set(key, known);
  };
  for (const instruction of body) {
    const { kind } = instruction;
    if (kind === "load") touch("in", instruction.from, instruction.lanes, instruction.stride);
    if (kind === "store") touch("out", instruction.into, instruction.lanes, 1);
    if (kind !== "loop") continue;
    nest.inner.push(nestOf(instruction.body, instruction.index, [...path, instruction.index]));
  }
  return nest;
}

export function touchesIn({ touches, inner }: Nest): Touch[] {
  return [...touches.values(), ...inner.flatMap(touchesIn)];
}

/** Distinct elements that are touched while the loops in `free` run. */
function elementsOf({ access, path, offsets, extent, lanes }: Touch, free: Set<LoopIndex>): number {
  const moving = access.at.terms.filter(({ index }) => free.has(index));
  const reach = moving.reduce(
    (sum, { index, factor }) => sum + Math.abs(factor) * (index.count - 1),
    0,
  );
  const data = access.bounded.reduce((sum, { limit, factor }) => sum + factor * (limit - 1), 0);
  const spread = Math.max(...offsets) - Math.min(...offsets);
  // Where data decides, every run may touch something else.
  const loops =
    access.bounded.length > 0
      ? path.filter((loop) => free.has(loop))
      : moving.map((term) => term.index);
  const runs = loops.reduce((product, { count }) => product * count, 1);
  return Math.min(spread + extent + reach + data, offsets.size * lanes * runs);
}

/** Distinct bytes of `touches` while the loops in `free` run: in and out count apart. */
export function bytesOf(touches: readonly Touch[], free: Set<LoopIndex>): number {
  const counts = { in: new Map<KernelBuffer, number>(), out: new Map<KernelBuffer, number>() };
  let bytes = 0;
  for (const touch of touches) {
    const { buffer } = touch.access;
    const before = counts[touch.way].get(buffer) ?? 0;
    const now = Math.min(buffer.size, before + elementsOf(touch, free));
    counts[touch.way].set(buffer, now);
    bytes += (now - before) * bytesPerElement[buffer.dtype];
  }
  return bytes;
}

export function loopsIn({ index, inner }: Nest): LoopIndex[] {
  return [...(index === undefined ? [] : [index]), ...inner.flatMap(loopsIn)];
}

/**
 * Bytes that have to come into a cache: each byte once, while what one run of a body touches fits;
 * else as often as the body runs.
 */
export function trafficOf(nest: Nest, cacheBytes: number): number {
  const touches = touchesIn(nest);
  const within = new Set(nest.inner.flatMap(loopsIn));
  const once = bytesOf(touches, within);
  if (once <= cacheBytes) return bytesOf(touches, new Set(loopsIn(nest)));
  const own = bytesOf([...nest.touches.values()], new Set());
  const inner = nest.inner.reduce((sum, loop) => sum + trafficOf(loop, cacheBytes), 0);
  return (nest.index?.count ?? 1) * (own + inner);
}
