// Which value is in which register, and which in memory. Linear scan over lifetimes (Poletto and Sarkar,
// 1999); under pressure what is used outside of loops goes to memory first, and of equals the one that
// lives longest.

/** From one position to another, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The same positions in spans that do not touch, in order. */
export function joinSpans(spans: readonly Span[]): Span[] {
  const joined: { first: number; last: number }[] = [];
  for (const { first, last } of [...spans].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else joined.push({ first, last });
  }
  return joined;
}

/** When a value lives, from its first position to its last, and how much it is used. */
export interface Lifetime<T> {
  readonly value: T;
  first: number;
  last: number;
  /** Uses inside of a loop count `perDepth` times as much. */
  weight: number;
  /** The values that it is made of: it takes over the register of one that ends where it begins. */
  readonly madeOf?: readonly T[];
}

/** A register that is needed for something else at times, one after another. */
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

/**
 * The registers, by their places in a list, while lifetimes come in the order of their beginnings. What
 * a lifetime must leave alone is a set of bits.
 */
class Registers<T> {
  /** What is in each register. */
  readonly #holders: (Holder<T> | undefined)[];
  readonly #reserved: { readonly at: number; readonly spans: readonly Span[]; next: number }[];
  /** Where the first of the holders ends. */
  #nextEnd = Number.POSITIVE_INFINITY;

  constructor(numbers: readonly number[], reserved: readonly Reserved[]) {
    this.#holders = numbers.map(() => undefined);
    this.#reserved = reserved.map(({ register, spans }) => ({
      at: numbers.indexOf(register),
      spans,
      next: 0,
    }));
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

  /** The registers that a lifetime must leave alone. */
  barredFor({ first, last }: Lifetime<T>): number {
    let barred = 0;
    for (const reserved of this.#reserved) {
      const { at, spans } = reserved;
      while (reserved.next < spans.length && spans[reserved.next].last < first) reserved.next++;
      const { next } = reserved;
      if (next < spans.length && spans[next].first <= last) barred |= 1 << at;
    }
    return barred;
  }

  /** The register of one of the values that a lifetime is made of, which ends where that begins; or -1. */
  leftTo({ madeOf = [], first }: Lifetime<T>, barred: number): number {
    return this.#holders.findIndex((holder, r) => {
      const isLeft = holder?.lifetime.last === first && (barred & (1 << r)) === 0;
      return isLeft && madeOf.includes(holder.lifetime.value);
    });
  }

  /** A free register, or -1: a reserved one first, which leaves the others to those that need them. */
  free(barred: number): number {
    const isFree = (r: number) => this.#holders[r] === undefined && (barred & (1 << r)) === 0;
    for (const { at } of this.#reserved) if (isFree(at)) return at;
    for (let r = 0; r < this.#holders.length; r++) if (isFree(r)) return r;
    return -1;
  }

  /** The register of what goes to memory first; or -1 where that is `other`. */
  weakest(other: Holder<T>, barred: number): number {
    let found = -1;
    let weakest = other;
    for (let r = 0; r < this.#holders.length; r++) {
      const holder = this.#holders[r];
      if (holder === undefined || (barred & (1 << r)) !== 0 || !givesWay(holder, weakest)) continue;
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
  reserved: readonly Reserved[] = [],
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
    let at = registers.leftTo(lifetime, barred);
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
