// Threads of a team move aside where two of them are on one processor, and are bound nowhere.

import { expect, test } from "vitest";
import { placeBytes, spreadSource } from "../../../src/machine/x64/spread.ts";

type TakePlace = (thread: number) => () => void;
type Spread = (koffi: unknown, places: SharedArrayBuffer) => TakePlace;

// As a worker does with the text.
const spread = new Function(`return ${spreadSource}`)() as Spread;

const processors = 10;
const bits = (set: Uint8Array) =>
  Array.from({ length: processors }, (_, i) => i).filter((i) => (set[i >> 3] >> (i & 7)) & 1);

/** A system whose calling thread is on `at`, and may be on any of `allowed`. */
function fakeSystem(allowed: readonly number[]) {
  const system = { at: allowed[0], allowed: [...allowed], sets: [] as number[][] };
  const functions: Record<string, (...args: never[]) => number> = {
    sched_getcpu: () => system.at,
    sched_getaffinity: (_thread: number, bytes: number, set: Uint8Array) => {
      expect(set.length).toBe(bytes);
      for (const i of system.allowed) set[i >> 3] |= 1 << (i & 7);
      return bytes;
    },
    sched_setaffinity: (_thread: number, _bytes: number, set: Uint8Array) => {
      system.allowed = bits(set);
      system.sets.push(system.allowed);
      if (!system.allowed.includes(system.at)) system.at = system.allowed[0];
      return 0;
    },
  };
  const func = (definition: string) => {
    const name = /(\w+)\(/.exec(definition)?.[1] ?? "";
    return functions[name];
  };
  return { system, koffi: { load: () => ({ func }) } };
}

const placesFor = (threads: number) => new SharedArrayBuffer(placeBytes * threads);

test("a thread that is alone where it is stays there", () => {
  const { system, koffi } = fakeSystem([0, 1, 9]);
  const take = spread(koffi, placesFor(3));
  take(0);
  system.at = 1;
  take(1);
  expect(system).toMatchObject({ at: 1, sets: [] });
});

test("a thread moves to where none of its team is, and may then be anywhere again", () => {
  const { system, koffi } = fakeSystem([0, 1, 9]);
  const take = spread(koffi, placesFor(3));
  take(0);
  system.at = 1;
  take(1);
  take(2);
  expect(system).toEqual({ at: 9, allowed: [0, 1, 9], sets: [[9], [0, 1, 9]] });
});

test("what a thread has left is free", () => {
  const { system, koffi } = fakeSystem([0, 1]);
  const take = spread(koffi, placesFor(2));
  const leave = take(0);
  leave();
  take(1);
  expect(system).toMatchObject({ at: 0, sets: [] });
});

test("where there is no other processor, nothing is done", () => {
  const { system, koffi } = fakeSystem([4]);
  const take = spread(koffi, placesFor(2));
  take(0);
  take(1);
  expect(system).toMatchObject({ at: 4, sets: [] });
});

test("a system that lacks the functions, or refuses, is left as it is", () => {
  const lacking = {
    load: () => ({
      func: () => {
        throw new Error("no such symbol");
      },
    }),
  };
  const take = spread(lacking, placesFor(1));
  expect(() => take(0)()).not.toThrow();
  const refusing = { load: () => ({ func: () => () => -1 }) };
  const other = spread(refusing, placesFor(2));
  other(0);
  expect(() => other(1)()).not.toThrow();
});
