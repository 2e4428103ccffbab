// What is made of states alone, such as filters that a schedule brings into another order, could run before all
// else. It runs as late as what reads it allows: until then it would only take up memory, and leave the caches.

import type { Launch, Storage } from "./draft.ts";
import { usesOf } from "./plan.ts";
import type { Stage } from "./schedules/schedule.ts";

/** The same launches in stages that give the same values; no stage is empty. */
export function postpone(stages: readonly Stage[], states: ReadonlySet<Storage>): Launch[][] {
  const late = madeOf(stages, states);
  const result = stages.map((): Launch[] => []);
  const firstRead = new Map<Storage, number>();
  const firstWrite = new Map<Storage, number>();
  const note = (first: Map<Storage, number>, storages: Iterable<Storage>, at: number) => {
    for (const storage of storages) first.set(storage, Math.min(at, first.get(storage) ?? at));
  };
  for (let own = stages.length - 1; own >= 0; own--) {
    const placed = stages[own].map((launch) => {
      const { reads, writes } = usesOf(launch);
      const made = [...writes].filter(({ isWorkspace }) => !isWorkspace);
      const next = [
        ...made.map((storage) => firstRead.get(storage) ?? own),
        ...[...reads, ...made].flatMap((storage) => firstWrite.get(storage) ?? []),
      ];
      const isLate = late.has(launch) && made.length > 0;
      const at = isLate ? Math.max(own, Math.min(...next) - 1) : own;
      return { launch, reads, made, at };
    });
    for (const { launch, reads, made, at } of placed) {
      result[at].push(launch);
      note(firstRead, reads, at);
      note(firstWrite, made, at);
    }
  }
  return result.filter((stage) => stage.length > 0);
}

/** The launches that read nothing but states, as they are before the step, or what such launches make. */
function madeOf(stages: readonly Stage[], states: ReadonlySet<Storage>): Set<Launch> {
  const found = new Set<Launch>();
  /** What can be read, and what something has used. */
  const known = new Set(states);
  const used = new Set<Storage>();
  for (const stage of stages) {
    const uses = stage.map((launch) => ({ launch, ...usesOf(launch) }));
    for (const { launch, reads, writes } of uses) {
      const made = [...writes].filter(({ isWorkspace }) => !isWorkspace);
      const isMade =
        [...reads].every((storage) => storage.isWorkspace || known.has(storage)) &&
        made.every((storage) => !used.has(storage) && !states.has(storage));
      for (const storage of made) {
        if (isMade) known.add(storage);
        else known.delete(storage);
      }
      if (isMade) found.add(launch);
    }
    for (const { reads, writes } of uses) for (const s of [...reads, ...writes]) used.add(s);
  }
  return found;
}
