// Threads that work together: what they are handed, in which order, and what is heard of a thread
// that fails.

import { afterEach, describe, expect, test } from "vitest";
import { TargetError } from "../../src/core/errors.ts";
import { Team, type TeamOptions } from "../../src/machine/team.ts";

const teams: Team[] = [];
async function start(threads: number, prepare: string, options?: TeamOptions): Promise<Team> {
  const team = await Team.start(threads, prepare, options);
  teams.push(team);
  return team;
}
afterEach(() => Promise.all(teams.splice(0).map((team) => team.close())));

const shared = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));

/** Adds the number of steps to the thread's own place. */
const count = `({ buffer }) => {
  const places = new Int32Array(buffer);
  return (thread, threads, steps) => { places[thread] += threads * steps; };
}`;

/** Writes down in which order programs run: `payload.name`, after a while. */
const remember = `({ buffer, name }) => {
  const places = new Int32Array(buffer);
  return () => {
    const end = performance.now() + 20;
    while (performance.now() < end) {}
    places[Atomics.add(places, 0, 1) + 1] = name;
  };
}`;

/** Thread 1 fails; the others wait for something that never comes. */
const failing = `({ buffer }) => (thread) => {
  if (thread === 1) throw new Error("the roof is leaking");
  Atomics.wait(new Int32Array(buffer), 0, 0);
}`;

describe("a team", () => {
  test("runs a program on every thread, with its number and theirs", async () => {
    const places = shared(3);
    const team = await start(3, count);
    const id = await team.load({ buffer: places.buffer });
    await team.run(id, 5);
    await team.run(id, 2);
    expect([...places]).toEqual([21, 21, 21]);
  });

  test("does one thing after another, however they were asked for", async () => {
    const places = shared(9);
    const team = await start(2, remember);
    const [a, b] = await Promise.all(
      [1, 2].map((name) => team.load({ buffer: places.buffer, name })),
    );
    await Promise.all([team.run(b, 1), team.run(a, 1), team.run(b, 1), team.drop(a)]);
    expect([...places]).toEqual([6, 2, 2, 1, 1, 2, 2, 0, 0]);
  });

  test("says what a thread said that failed, while others still wait for it", async () => {
    const team = await start(3, failing);
    const id = await team.load({ buffer: shared(1).buffer });
    const run = team.run(id, 1);
    await expect(run).rejects.toThrow(TargetError);
    await expect(run).rejects.toThrow("the roof is leaking");
    await expect(team.run(id, 1)).rejects.toThrow("the roof is leaking");
  });

  test("goes on with other threads after one has failed, and with all that was loaded", async () => {
    const places = shared(3);
    let left = 0;
    let renewed = 0;
    const options = { leave: () => left++, renew: () => renewed++ };
    const team = await start(
      3,
      `({ buffer, name }) => {
        const places = new Int32Array(buffer);
        return (thread, threads, steps) => {
          if (name === "exit" && thread === 1) process.exit(7);
          if (name === "throw" && thread === 0) throw new Error("the roof is leaking");
          if (name === "count") Atomics.add(places, thread, steps);
        };
      }`,
      options,
    );
    const ids: Record<string, number> = {};
    for (const name of ["count", "exit", "throw"]) {
      ids[name] = await team.load({ buffer: places.buffer, name });
    }
    await team.run(ids.count, 1);
    await expect(team.run(ids.exit, 1)).rejects.toThrow("it ended, with code 7");
    await team.run(ids.count, 10);
    await expect(team.run(ids.throw, 1)).rejects.toThrow("the roof is leaking");
    await Promise.all([team.drop(ids.throw), team.run(ids.count, 100)]);
    expect([...places]).toEqual([111, 111, 111]);
    expect([left, renewed]).toEqual([2, 2]);
  });

  test("is idle and begins nothing once it has settled", async () => {
    const places = shared(2);
    const team = await start(2, count);
    const id = await team.load({ buffer: places.buffer });
    const run = team.run(id, 1);
    const refused = expect(run).rejects.toThrow("closed");
    expect(team.settle()).toBe(true);
    const seen = [...places];
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([...places]).toEqual(seen);
    await team.close();
    await refused;
  });

  test("says so when threads cannot be started", async () => {
    const starting = start(2, `{ not a program`);
    await expect(starting).rejects.toThrow("The compute threads could not be started.");
    await expect(starting).rejects.toThrow("SyntaxError");
  });

  test("says so when a thread ends without a word", async () => {
    const team = await start(2, `() => (thread) => { if (thread === 1) process.exit(7); }`);
    const id = await team.load({});
    await expect(team.run(id, 1)).rejects.toThrow("it ended, with code 7");
  });

  test("says so when a program cannot be prepared, or is not there any more", async () => {
    const unprepared = await start(2, `() => { throw new RangeError("no such code"); }`);
    await expect(unprepared.load({})).rejects.toThrow("RangeError: no such code");
    const team = await start(2, count);
    const id = await team.load({ buffer: shared(2).buffer });
    await team.drop(id);
    await expect(team.run(id, 1)).rejects.toThrow("A compute thread failed.");
  });

  test("does nothing more once it has ended, and ends in the middle of work", async () => {
    const team = await start(2, `({ buffer }) => () => Atomics.wait(new Int32Array(buffer), 0, 0)`);
    const id = await team.load({ buffer: shared(1).buffer });
    const run = team.run(id, 1);
    const refused = expect(run).rejects.toThrow("The device was closed.");
    await new Promise((resolve) => setTimeout(resolve, 20));
    await team.close();
    await refused;
    await expect(team.run(id, 1)).rejects.toThrow(TargetError);
    await expect(team.close()).resolves.toBeUndefined();
  });
});
