// Keeps the threads of a team on processors of their own. A system that wakes several at once may put two
// of them on one processor and leave another idle, for tens of milliseconds; they meet at barriers, so all
// of them are then half as fast. Before a thread begins it looks whether another one of its team is where
// it is, and if so moves to where none is. It is not bound to that place: the system may move it again.

/** One number of 32 bits for each thread of a team. */
export const placeBytes = 4;

/**
 * The source of `(koffi, places) => (thread) => leave`, for a worker: `places` are all threads' of a team,
 * shared; the function that is returned takes a place, and what that returns gives it up. Linux alone has
 * what it takes; elsewhere it does nothing.
 */
export const spreadSource = `(koffi, places) => {
  const words = new Int32Array(places);
  const mostProcessors = 1024;
  let system;
  try {
    const libc = koffi.load(null);
    system = {
      processor: libc.func("int sched_getcpu()"),
      allowed: libc.func("int sched_getaffinity(int thread, size_t bytes, uint8_t *processors)"),
      allow: libc.func("int sched_setaffinity(int thread, size_t bytes, const uint8_t *processors)"),
    };
  } catch {
    return () => () => {};
  }
  const self = 0;
  const takenBy = (thread) =>
    Array.from(words, (_, other) => (other === thread ? 0 : Atomics.load(words, other)));
  // Places count from 1, so that 0 is none.
  const here = () => system.processor() + 1;
  const moveAside = (taken) => {
    const allowed = new Uint8Array(mostProcessors / 8);
    if (system.allowed(self, allowed.length, allowed) < 0) return;
    const free = allowed.slice();
    for (const place of taken) if (place > 0) free[(place - 1) >> 3] &= ~(1 << ((place - 1) & 7));
    if (free.every((bits) => bits === 0)) return;
    if (system.allow(self, free.length, free) === 0) system.allow(self, allowed.length, allowed);
  };
  return (thread) => {
    const taken = takenBy(thread);
    if (taken.includes(here())) moveAside(taken);
    Atomics.store(words, thread, here());
    return () => Atomics.store(words, thread, 0);
  };
}`;
