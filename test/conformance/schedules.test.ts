// Every schedule of the table: finite rates at any step, the same again from plain data, refusals by
// name; and those that Keras lacks against their formulas. Keras's own numbers are golden.

import { describe, expect, test } from "vitest";
import { adam } from "../../src/nn/optimizers/adam.ts";
import { rateAt } from "../../src/nn/optimizers/learning-rate.ts";
import { storedOptimizer } from "../../src/nn/optimizers/stored-rate.ts";
import { type ScheduleName, scheduleFrom, schedules } from "../../src/nn/schedules/index.ts";

interface Refused {
  readonly options: object;
  readonly names: string;
}

interface ScheduleCase {
  readonly options: object;
  /** With the required options beside them. */
  readonly refused: readonly Refused[];
}

const first = { initialLearningRate: 0.1, decaySteps: 10 };
const refusedFirst = [
  { options: { decaySteps: 0 }, names: "decaySteps" },
  { options: { initialLearningRate: -1 }, names: "initialLearningRate" },
];
const refusedDecay = [...refusedFirst, { options: { decayRate: Number.NaN }, names: "decayRate" }];

const cases = {
  cosineDecay: {
    options: { ...first, alpha: 0.1, warmupTarget: 0.3, warmupSteps: 5 },
    refused: [...refusedFirst, { options: { alpha: -1 }, names: "alpha" }],
  },
  cosineDecayRestarts: {
    options: { initialLearningRate: 0.1, firstDecaySteps: 7, tMul: 1.7, mMul: 0.9, alpha: 0.1 },
    refused: [
      { options: { firstDecaySteps: 0 }, names: "firstDecaySteps" },
      { options: { tMul: 0.5 }, names: "tMul" },
      { options: { mMul: -1 }, names: "mMul" },
    ],
  },
  exponentialDecay: {
    options: { ...first, decayRate: 0.5, staircase: true },
    refused: refusedDecay,
  },
  inverseTimeDecay: {
    options: { ...first, decayRate: 0.5 },
    refused: refusedDecay,
  },
  oneCycle: {
    options: { maxLearningRate: 0.1, totalSteps: 20, riseShare: 0.25, annealing: "linear" },
    refused: [
      { options: { totalSteps: 0 }, names: "totalSteps" },
      { options: { riseShare: 1.1 }, names: "riseShare" },
      { options: { annealing: "cubic" }, names: "annealing" },
      { options: { divFactor: 0 }, names: "divFactor" },
    ],
  },
  piecewiseConstantDecay: {
    options: { boundaries: [3, 8], values: [0.1, 0.2, 0.05] },
    refused: [
      { options: { boundaries: [8, 3] }, names: "boundaries" },
      { options: { boundaries: 3 }, names: "boundaries" },
      { options: { values: [1, 2] }, names: "values" },
      { options: { values: [1, -2, 3] }, names: "values\\[1\\]" },
    ],
  },
  polynomialDecay: {
    options: { ...first, endLearningRate: 0.01, power: 2, cycle: true },
    refused: [...refusedFirst, { options: { power: 0 }, names: "power" }],
  },
  warmUp: {
    options: {
      warmupSteps: 5,
      initialLearningRate: 0.01,
      learningRate: schedules.exponentialDecay({ ...first, decayRate: 0.5 }),
    },
    refused: [
      { options: { warmupSteps: 0 }, names: "warmupSteps" },
      { options: { learningRate: -1 }, names: "learningRate" },
      { options: { learningRate: "adam" }, names: "learningRate" },
      { options: { learningRate: null }, names: "learningRate" },
    ],
  },
} satisfies Record<ScheduleName, ScheduleCase>;

const table = Object.entries(cases) as [ScheduleName, ScheduleCase][];
const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 19, 20, 21, 100, 1e7];

describe("schedules", () => {
  test.each(table)("%s: rates are finite and not below 0, at any step", (name, { options }) => {
    const schedule = scheduleFrom(name, options);
    const rates = steps.map(schedule.at);
    expect(rates.every((rate) => Number.isFinite(rate) && rate >= 0)).toBe(true);
    expect(new Set(rates).size).toBeGreaterThan(1);
  });

  test.each(table)("%s: is the same again from an optimizer's options", (name, { options }) => {
    const schedule = scheduleFrom(name, options);
    const stored = JSON.parse(JSON.stringify(adam({ learningRate: schedule }).options));
    const again = storedOptimizer("adam", stored);
    expect(again.options).toEqual(stored);
    expect(steps.map((step) => rateAt(again.learningRate, step))).toEqual(steps.map(schedule.at));
  });

  test.each(table)("%s: what cannot be used is refused by name", (name, { options, refused }) => {
    for (const { options: wrong, names } of refused) {
      const make = () => scheduleFrom(name, { ...options, ...wrong });
      expect(make, JSON.stringify(wrong)).toThrow(
        new RegExp(`option ${names} of \\w+[\\s\\S]*expected: .*\\n.*received: `),
      );
    }
  });

  test("one that does not exist is answered with the closest that does", () => {
    expect(() => scheduleFrom("cosinDecay", {})).toThrow(/did you mean "cosineDecay"/);
    const learningRate = { name: "cosineDecay" } as never;
    const nested = () => schedules.warmUp({ warmupSteps: 1, learningRate });
    expect(nested).toThrow(/warmUp cannot[\s\S]*expected: a number or a schedule/);
  });
});

describe("cosineDecay", () => {
  test("falls along half a cosine to alpha, and stays there", () => {
    const rate = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 1000, alpha: 0.1 });
    expect(rate.at(0)).toBe(0.1);
    expect(rate.at(500)).toBeCloseTo(0.055, 12);
    expect(rate.at(250)).toBeCloseTo(0.1 * (0.9 * 0.5 * (1 + Math.SQRT1_2) + 0.1), 12);
    expect(rate.at(1000)).toBeCloseTo(0.01, 12);
    expect(rate.at(5000)).toBeCloseTo(0.01, 12);
  });

  test("rises in a straight line first, where a warm-up is asked for", () => {
    const rate = schedules.cosineDecay({
      initialLearningRate: 0,
      warmupTarget: 0.2,
      warmupSteps: 100,
      decaySteps: 300,
    });
    expect([0, 25, 100].map(rate.at)).toEqual([0, 0.05, 0.2]);
    expect(rate.at(250)).toBeCloseTo(0.1, 12);
    expect(rate.at(400)).toBeCloseTo(0, 12);
  });
});

describe("cosineDecayRestarts", () => {
  test.each([1, 1.5, 2, 3])("begins anew exactly where falls end, each %f as long", (tMul) => {
    const rate = schedules.cosineDecayRestarts({
      initialLearningRate: 0.1,
      firstDecaySteps: 4,
      tMul,
    });
    let [restart, length] = [0, 4];
    for (let fall = 0; fall < 12; fall++) {
      expect(rate.at(restart)).toBeCloseTo(0.1, 9);
      expect(rate.at(restart + length / 2)).toBeCloseTo(0.05, 9);
      restart += length;
      length *= tMul;
    }
  });
});

describe("oneCycle", () => {
  /** PyTorch's two phases, written out. */
  function reference(step: number, max: number, total: number, rise: number, cosine: boolean) {
    const initial = max / 25;
    const lowest = initial / 1e4;
    const anneal = (from: number, to: number, share: number) =>
      cosine
        ? to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share))
        : (to - from) * share + from;
    const end = rise * total - 1;
    if (step <= end) return anneal(initial, max, step / end);
    return anneal(max, lowest, (step - end) / (total - 1 - end));
  }

  test.each(["cosine", "linear"] as const)("%s: rises and falls as PyTorch's", (annealing) => {
    const rate = schedules.oneCycle({ maxLearningRate: 0.2, totalSteps: 50, annealing });
    for (let step = 0; step < 50; step++) {
      const expected = reference(step, 0.2, 50, 0.3, annealing === "cosine");
      expect(Math.abs(rate.at(step) - expected)).toBeLessThanOrEqual(1e-15);
    }
    expect(rate.at(14)).toBeCloseTo(0.2, 12);
    expect(rate.at(49)).toBeCloseTo(0.2 / 25 / 1e4, 12);
    expect(rate.at(500)).toBe(rate.at(49));
  });

  test("can do without a rise", () => {
    const rate = schedules.oneCycle({ maxLearningRate: 0.2, totalSteps: 10, riseShare: 0 });
    expect(rate.at(0)).toBeLessThan(0.2);
    expect(rate.at(9)).toBeCloseTo(0.2 / 25 / 1e4, 12);
  });
});

describe("warmUp", () => {
  test("rises to the first rate of what comes after, which then begins", () => {
    const after = schedules.polynomialDecay({ initialLearningRate: 0.4, decaySteps: 10 });
    const rate = schedules.warmUp({ warmupSteps: 4, learningRate: after });
    expect([0, 1, 2, 3].map(rate.at)).toEqual([0, 0.1, 0.2, 0.30000000000000004]);
    for (const step of [0, 1, 5, 20]) expect(rate.at(4 + step)).toBe(after.at(step));
  });

  test("rises to a rate that stays", () => {
    const rate = schedules.warmUp({ warmupSteps: 2, learningRate: 0.3, initialLearningRate: 0.1 });
    expect([0, 1, 2, 9].map(rate.at)).toEqual([0.1, 0.2, 0.3, 0.3]);
  });
});
