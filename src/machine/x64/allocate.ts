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
  /** The value that it is a copy of: where that one ends, it takes over its register. */
  readonly copyOf?: T;
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

/** A lifetime and how deep in loops its value is used. */
interface Holder<T> {
  readonly lifetime: Lifetime<T>;
  readonly depth: number;
}

/** Whether `a` goes to memory rather than `b`. */
function givesWay(a: Holder<unknown>, b: Holder<unknown>): boolean {
  if (a.depth !== b.depth) return a.depth < b.depth;
  const [first, second] = [a.lifetime, b.lifetime];
  return first.last !== second.last ? first.last > second.last : first.weight < second.weight;
}

/** The registers, by their places in a list, while lifetimes come in the order of their beginnings. */
class Registers<T> {
  /** What is in each register. */
  readonly #holders: (Holder<T> | undefined)[];
  /** The register that is needed at times, or -1, and when. */
  readonly #reserved: number;
  readonly #spans: readonly Span[];
  /** The span that comes next. */
  #span = 0;
  /** Where the first of the holders ends. */
  #nextEnd = Number.POSITIVE_INFINITY;

  constructor(numbers: readonly number[], reserved?: Reserved) {
    this.#holders = numbers.map(() => undefined);
    this.#reserved = reserved === undefined ? -1 : numbers.indexOf(reserved.register);
    this.#spans = reserved?.spans ?? [];
  }

  /** Frees what has ended before `position`. */
  expire(position: number): void {
    if (this.#nextEnd >= position) return;
    this.#nextEnd = Number.POSITIVE_INFINITY;
    for (let r = 0; r < this.#holders.length; r++) {
      const holder = this.#holders[r];
      if (holder === undefined) continue;
      if (holder.lifetime.last < position) this.#holders[r] = undefined;
      else this.#nextEnd = Math.min(this.#nextEnd, holder.lifetime.last);
    }
  }

  hold(register: number, holder: Holder<T>): void {
    this.#holders[register] = holder;
    this.#nextEnd = Math.min(this.#nextEnd, holder.lifetime.last);
  }

  /** The register that a lifetime must leave alone, or -1. */
  barredFor({ first, last }: Lifetime<T>): number {
    while (this.#span < this.#spans.length && this.#spans[this.#span].last < first) this.#span++;
    const isNeeded = this.#span < this.#spans.length && this.#spans[this.#span].first <= last;
    return isNeeded ? this.#reserved : -1;
  }

  /** The register of a value that ends at `position`, where a copy of it begins; or -1. */
  leftBy(value: T | undefined, position: number, barred: number): number {
    if (value === undefined) return -1;
    for (let r = 0; r < this.#holders.length; r++) {
      const lifetime = this.#holders[r]?.lifetime;
      if (lifetime?.value === value && lifetime.last === position && r !== barred) return r;
    }
    return -1;
  }

  /** A free register, or -1: the reserved one first, which leaves the others to those that need them. */
  free(barred: number): number {
    const wish = this.#reserved;
    if (wish >= 0 && wish !== barred && this.#holders[wish] === undefined) return wish;
    for (let r = 0; r < this.#holders.length; r++) {
      if (r !== barred && this.#holders[r] === undefined) return r;
    }
    return -1;
  }

  /** The register of what goes to memory first; or -1 where that is `other`. */
  weakest(other: Holder<T>, barred: number): number {
    let found = -1;
    let weakest = other;
    for (let r = 0; r < this.#holders.length; r++) {
      const holder = this.#holders[r];
      if (r === barred || holder === undefined || !givesWay(holder, weakest)) continue;
      found = r;
      weakest = holder;
    }
    return found;
  }

  holderOf(register: number): Lifetime<T> {
    return (this.#holders[register] as Holder<T>).lifetime;
  }
}

/** A place for each value; `slots` says how many slots are needed. */
export function allocate<T>(
  lifetimes: readonly Lifetime<T>[],
  numbers: readonly number[],
  reserved?: Reserved,
): { locations: Map<T, Location>; slots: number } {
  const locations = new Map<T, Location>();
  /** For each slot the end of what lies in it. */
  const slotEnds: number[] = [];
  const spill = (lifetime: Lifetime<T>) => {
    const free = slotEnds.findIndex((end) => end < lifetime.first);
    const number = free < 0 ? slotEnds.length : free;
    slotEnds[number] = lifetime.last;
    locations.set(lifetime.value, { kind: "slot", number });
  };
  const registers = new Registers<T>(numbers, reserved);
  for (const lifetime of [...lifetimes].sort((a, b) => a.first - b.first)) {
    registers.expire(lifetime.first);
    const depth = Math.floor(Math.log2(lifetime.weight) / Math.log2(perDepth));
    const holder = { lifetime, depth };
    const barred = registers.barredFor(lifetime);
    let at = registers.leftBy(lifetime.copyOf, lifetime.first, barred);
    if (at < 0) at = registers.free(barred);
    if (at < 0) {
      at = registers.weakest(holder, barred);
      spill(at < 0 ? lifetime : registers.holderOf(at));
    }
    if (at < 0) continue;
    registers.hold(at, holder);
    locations.set(lifetime.value, { kind: "register", number: numbers[at] });
  }
  return { locations, slots: slotEnds.length };
}
