// Launches for tests of what stages they land in: kernels that touch some blocks and compute nothing.

import { KernelDraft, type Launch, type Storage } from "../../src/kernel/draft.ts";
import { still } from "../../src/kernel/language.ts";
import { usesOf } from "../../src/kernel/plan.ts";
import type { Stage } from "../../src/kernel/schedules/schedule.ts";

/** A kernel that loads the first element of each of `reads`, and stores one in each of `writes`. */
export function launch(reads: readonly Storage[], writes: readonly Storage[]): Launch {
  const draft = new KernelDraft("planned", 4);
  const w = draft.writer;
  w.loop(2, () => {
    for (const storage of reads) w.loadOne(w.access(draft.buffer(storage), still(0)));
  });
  for (const storage of writes) {
    const value = w.constant(1, storage.dtype === "f32" ? "f32" : "i32");
    w.store(w.access(draft.buffer(storage), still(0)), value);
  }
  return draft.finish();
}

/** Where each launch has landed. */
export function placesOf(stages: readonly Stage[]): Map<Launch, number> {
  return new Map(stages.flatMap((stage, at) => stage.map((l): [Launch, number] => [l, at])));
}

/** Whether two kernels may not change places. */
export function conflict(first: Launch, second: Launch): boolean {
  const [a, b] = [usesOf(first), usesOf(second)];
  const shared = (x: ReadonlySet<Storage>, y: ReadonlySet<Storage>) => [...x].some((s) => y.has(s));
  return shared(a.writes, b.reads) || shared(a.reads, b.writes) || shared(a.writes, b.writes);
}
