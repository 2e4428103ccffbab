// Which value is in which register, and which in memory. Floor 3. Linear scan over lifetimes (Poletto
// and Sarkar, 1999); under pressure the value that is used least often, by loop depth, goes to memory.

/** When a value lives, from its first position to its last, and how much it is used. */
export interface Lifetime<T> {
  readonly value: T;
  first: number;
  last: number;
  weight: number;
}

/** A register's number, or a slot in memory, numbered from 0. */
export type Location =
  | { readonly kind: "register"; readonly number: number }
  | { readonly kind: "slot"; readonly number: number };

/** A place for each value; `slots` says how many slots are needed. */
export function allocate<T>(
  lifetimes: readonly Lifetime<T>[],
  registers: readonly number[],
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
    let register = free.pop();
    if (register === undefined) {
      let weakest = active.at(0);
      for (const other of active) {
        if (weakest === undefined || other.lifetime.weight < weakest.lifetime.weight)
          weakest = other;
      }
      if (weakest === undefined || weakest.lifetime.weight >= lifetime.weight) {
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
