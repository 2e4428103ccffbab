// The memory plan: blocks that are never needed at the same time share bytes. Everything is decided
// before the first step, so no step allocates anything.

import { bytesPerElement } from "../core/dtype.ts";
import type { Launch, Storage } from "./draft.ts";
import type { Instruction, Kernel, KernelBuffer } from "./language.ts";
import type { Program } from "./program.ts";
import type { Stage } from "./schedules/schedule.ts";

/** Every block begins at a multiple of this many bytes: a cache line, and any vector. */
export const alignment = 64;

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** The storages that a launch reads and writes. */
export interface Uses {
  readonly reads: ReadonlySet<Storage>;
  readonly writes: ReadonlySet<Storage>;
}

export function usesOf({ kernel, bindings }: Launch): Uses {
  const { reads, writes } = buffersOf(kernel);
  const bound = (buffers: ReadonlySet<KernelBuffer>) =>
    new Set(bindings.filter((_, i) => buffers.has(kernel.buffers[i])));
  return { reads: bound(reads), writes: bound(writes) };
}

interface BufferUses {
  readonly reads: Set<KernelBuffer>;
  readonly writes: Set<KernelBuffer>;
}

/** Launches share kernels: each is looked through once. */
const knownUses = new WeakMap<Kernel, BufferUses>();

function buffersOf(kernel: Kernel): BufferUses {
  const known = knownUses.get(kernel);
  if (known !== undefined) return known;
  const uses: BufferUses = { reads: new Set(), writes: new Set() };
  const visit = (body: readonly Instruction[]) => {
    for (const instruction of body) {
      if (instruction.kind === "load") uses.reads.add(instruction.from.buffer);
      else if (instruction.kind === "store") uses.writes.add(instruction.into.buffer);
      else if (instruction.kind === "loop") visit(instruction.body);
    }
  };
  visit(kernel.body);
  knownUses.set(kernel, uses);
  return uses;
}

/**
 * Puts each part as early as its reads and writes allow; what lands together may run together.
 * `parts` are in an order that is right when run one by one; the stages of one part stay in order.
 */
export function arrangeStages(parts: readonly (readonly Stage[])[]): Stage[] {
  const stages: Launch[][] = [];
  const written = new Map<Storage, number>();
  const read = new Map<Storage, number>();
  for (const part of parts) {
    let earliest = 0;
    for (const stage of part) {
      const uses = stage.map(usesOf);
      let at = earliest;
      const after = (seen: Map<Storage, number>, storage: Storage) => {
        at = Math.max(at, (seen.get(storage) ?? -1) + 1);
      };
      for (const { reads, writes } of uses) {
        for (const storage of reads) after(written, storage);
        for (const storage of writes) {
          after(written, storage);
          after(read, storage);
        }
      }
      while (stages.length <= at) stages.push([]);
      stages[at].push(...stage);
      for (const { reads, writes } of uses) {
        for (const storage of reads) read.set(storage, Math.max(at, read.get(storage) ?? 0));
        for (const storage of writes) written.set(storage, at);
      }
      earliest = at + 1;
    }
  }
  return stages;
}

/** A program's stages, those apart that need not run with every step. */
export interface SplitStages {
  readonly preparation: readonly Stage[];
  /** The others, of each part. */
  readonly parts: readonly (readonly Stage[])[];
  /** What `preparation` leaves for them. */
  readonly prepared: ReadonlySet<Storage>;
}

/**
 * Takes out the launches that see nothing of what is new in each step, that is `moving` and what is made
 * of it: they would make the same every time.
 */
export function splitStages(
  parts: readonly (readonly Stage[])[],
  moving: ReadonlySet<Storage>,
): SplitStages {
  const changing = new Set(moving);
  const lasting = new Map(parts.flat(2).map((launch) => [launch, usesOf(launch)]));
  for (let before = Number.POSITIVE_INFINITY; lasting.size < before; ) {
    before = lasting.size;
    for (const [launch, { reads, writes }] of lasting) {
      if (![...reads, ...writes].some((storage) => changing.has(storage))) continue;
      lasting.delete(launch);
      for (const storage of writes) if (!storage.isWorkspace) changing.add(storage);
    }
  }
  const taken = (stages: readonly Stage[], lasts: boolean) =>
    stages
      .map((stage) => stage.filter((launch) => lasting.has(launch) === lasts))
      .filter((stage) => stage.length > 0);
  const rest = parts.map((stages) => taken(stages, false));
  const used = new Set(rest.flat(2).flatMap(({ bindings }) => bindings));
  const made = [...lasting.values()].flatMap(({ writes }) => [...writes]);
  const isPrepared = (storage: Storage) => used.has(storage) && !storage.isWorkspace;
  return {
    preparation: parts.flatMap((stages) => taken(stages, true)),
    parts: rest,
    prepared: new Set(made.filter(isPrepared)),
  };
}

/** Offsets for all storages but the `resident` ones; those in `kept` live until the end. */
export function planMemory(
  stages: readonly Stage[],
  resident: ReadonlySet<Storage>,
  kept: ReadonlySet<Storage>,
): Pick<Program, "arenaBytes" | "workspaceBytes"> & { offsets: Map<Storage, number> } {
  const lives = new Map<Storage, { first: number; last: number }>();
  stages.forEach((stage, at) => {
    for (const launch of stage) {
      for (const bound of launch.bindings) {
        const storage = bound.within?.storage ?? bound;
        if (resident.has(storage) || storage.isWorkspace) continue;
        const life = lives.get(storage);
        if (life === undefined) lives.set(storage, { first: at, last: at });
        else life.last = at;
      }
    }
  });
  for (const storage of kept) {
    if (!resident.has(storage)) lives.set(storage, { first: 0, last: stages.length });
  }
  const blocks = [...lives].map(([storage, life]) => ({
    storage,
    life,
    bytes: storageBytes(storage),
  }));
  const placed: { first: number; last: number; offset: number; end: number }[] = [];
  const offsets = new Map<Storage, number>();
  let arenaBytes = 0;
  for (const { storage, life, bytes } of blocks.sort((a, b) => b.bytes - a.bytes)) {
    const { first, last } = life;
    const neighbours = placed.filter((other) => other.first <= last && other.last >= first);
    let offset = 0;
    for (const other of neighbours.sort((a, b) => a.offset - b.offset)) {
      if (other.offset >= offset + bytes) break;
      offset = Math.max(offset, other.end);
    }
    placed.push({ first, last, offset, end: offset + bytes });
    offsets.set(storage, offset);
    arenaBytes = Math.max(arenaBytes, offset + bytes);
  }
  for (const part of stages.flat().flatMap(({ bindings }) => bindings)) {
    if (part.within === undefined) continue;
    const start = offsets.get(part.within.storage) as number;
    offsets.set(part, start + part.within.offset * bytesPerElement[part.dtype]);
  }
  return { offsets, arenaBytes, workspaceBytes: placeWorkspaces(stages, offsets) };
}

/** A thread runs one kernel at a time, so the workspaces of all kernels share their bytes. */
function placeWorkspaces(stages: readonly Stage[], offsets: Map<Storage, number>): number {
  let most = 0;
  for (const { bindings } of stages.flat()) {
    let bytes = 0;
    for (const storage of bindings.filter(({ isWorkspace }) => isWorkspace)) {
      offsets.set(storage, bytes);
      bytes += storageBytes(storage);
    }
    most = Math.max(most, bytes);
  }
  return most;
}

/** Bytes of a storage's place. */
export function storageBytes(storage: Storage): number {
  return alignUp(storage.size * bytesPerElement[storage.dtype]);
}
