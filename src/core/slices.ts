// Long work that others may come in between of: a generator that yields wherever it could pause. Who runs
// it decides whether it does.

/** Work that may pause wherever it yields. */
export type Slices<T> = Generator<undefined, T, void>;

/** Does the work at once. */
export function atOnce<T>(work: Slices<T>): T {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

/** How long a slice may take: a page that draws 60 pictures a second has 16 milliseconds for each. */
const sliceMilliseconds = 8;

/** Does the work in slices of a few milliseconds; `pause` comes before each, and lets others run. */
export async function inSlices<T>(work: Slices<T>, pause: () => Promise<unknown>): Promise<T> {
  for (;;) {
    await pause();
    const end = performance.now() + sliceMilliseconds;
    let step = work.next();
    while (!step.done && performance.now() < end) step = work.next();
    if (step.done) return step.value;
  }
}
