// The learning-rate schedules against Keras's formulas, and through a file.

import { describe, expect, test } from "vitest";
import { adam } from "../../src/nn/optimizers/adam.ts";
import { rateAt } from "../../src/nn/optimizers/learning-rate.ts";
import { schedules } from "../../src/nn/schedules/index.ts";

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

  test("refuses a fall of no steps, by name", () => {
    const make = () => schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 0 });
    expect(make).toThrow(/decaySteps[\s\S]*expected: a number above 0[\s\S]*received: 0/);
  });

  test("is the same again from the optimizer's options", () => {
    const schedule = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 7 });
    const stored = JSON.parse(JSON.stringify(adam({ learningRate: schedule }).options));
    const again = adam(stored);
    for (const step of [0, 1, 3, 7, 9]) {
      expect(rateAt(again.learningRate, step)).toBe(schedule.at(step));
    }
  });
});
