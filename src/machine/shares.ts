// Which thread does which tasks of a kernel. Many tasks are split in contiguous ranges, the same at every
// stage, so that a thread finds in its cache what it wrote; kernels with fewer tasks than there are
// threads go to one thread each, in turn.

import type { Launch } from "../kernel/draft.ts";
import { taskCount } from "../kernel/language.ts";

/** All threads share a kernel's tasks, or one does them all. */
export type Share = "all" | { readonly thread: number };

/** The shares of a stage's kernels, in their order. */
export function sharesOf(stage: readonly Launch[], threads: number): Share[] {
  let next = 0;
  return stage.map(({ kernel }): Share => {
    if (taskCount(kernel) >= threads) return "all";
    const thread = next;
    next = (next + 1) % threads;
    return { thread };
  });
}
