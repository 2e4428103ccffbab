// Which value is in which register, and which in memory. Floor 3. Linear scan over lifetimes (Poletto
// and Sarkar, 1999); under pressure what is used outside of loops goes to memory first, and of equals
// the one that lives longest.

/** From one position to another, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** When a value lives, from its first position to its last, and how much it is used. */
export interface Lifetime<T> {
  readonly value: T;
  first: number;
  last: number;
  /** Uses inside of a loop count `perDepth` times as much. */
  weight: number;
}

/** A register that is needed for something else at times, in order. */
export interface Reserved {
  readonly register: number;
  readonly spans: readonly Span[];
}

/** A register's number, or a slot in memory, numbered from 0. */
export type Location =
  | { readonly kind: "register"; readonly number: number }
  | { readonly kind: "slot"; readonly number: number };

/** What one more loop around a use counts. */
export const perDepth = 8;

const depthOf = ({ weight }: Lifetime<unknown>) =>
  Math.floor(Math.log2(weight) / Math.log2(perDepth));

/** Whether `a` goes to memory rather than `b`. */
function givesWay(a: Lifetime<unknown>, b: Lifetime<unknown>): boolean {
  const [depthOfA, depthOfB] = [depthOf(a), depthOf(b)];
  if (depthOfA !== depthOfB) return depthOfA < depthOfB;
  return a.last !== b.last ? a.last > b.last : a.weight < b.weight;
}

/** A place for each value; `slots` says how many slots are needed. */
export function allocate<T>(
  lifetimes: readonly Lifetime<T>[],
  registers: readonly number[],
  reserved?: Reserved,
): { locations: Map<T, Location>; slots: number } {
  const locations = new Map<T, Location>();
  /** For each slot the end of what lies in it. */
  const slotEnds: number[] = [];
  const free = [...registers].reverse();
  let active: { lifetime: Lifetime<T>; register: number }[] = [];
  const spill = (lifetime: Lifetime<T>) => {
    const free = slotEnds.findIndex((end) => end < lifetime.first);
    const number = free < 0 ? slotEnds.length : free;
    slotEnds[number] = lifetime.last;
    locations.set(lifetime.value, { kind: "slot", number });
  };
  for (const lifetime of [...lifetimes].sort((a, b) => a.first - b.first)) {
    if (active.some((other) => other.lifetime.last < lifetime.first)) {
      for (const { lifetime: other, register } of active) {
        if (other.last < lifetime.first) free.push(register);
      }
      active = active.filter((other) => other.lifetime.last >= lifetime.first);
    }
    const barred = reserved?.spans.some(
      ({ first, last }) => first <= lifetime.last && last >= lifetime.first,
    )
      ? reserved.register
      : undefined;
    // What may use the reserved register does: it leaves the others to those that may not.
    const place = free.findLastIndex((register) => register !== barred);
    const wish = barred === undefined ? free.indexOf(reserved?.register ?? -1) : -1;
    let [register] = place < 0 ? [] : free.splice(wish < 0 ? place : wish, 1);
    if (register === undefined) {
      let weakest: (typeof active)[number] | undefined;
      for (const other of active) {
        if (other.register === barred) continue;
        if (weakest === undefined || givesWay(other.lifetime, weakest.lifetime)) weakest = other;
      }
      if (weakest === undefined || !givesWay(weakest.lifetime, lifetime)) {
        spill(lifetime);
        continue;
      }
      spill(weakest.lifetime);
      active = active.filter((other) => other !== weakest);
      register = weakest.register;
    }
    locations.set(lifetime.value, { kind: "register", number: register });
    active.push({ lifetime, register });
  }
  return { locations, slots: slotEnds.length };
}
